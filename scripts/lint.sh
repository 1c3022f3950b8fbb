# shellcheck shell=bash
# The linters. Odoo's own (its add-on test_lint) need a database: see tests.sh.

readonly PRETTIER_FILES=("$MODULE/**/*.{xml,js,scss}" "*.cjs" "package.json")

lint_with() {
    local name=$1
    shift
    if run "$@" >"$LOGS/lint-$name.log" 2>&1 </dev/null; then
        return 0
    fi
    say "-- $name finds:"
    cat "$LOGS/lint-$name.log" >&3
    LINT_FAILED=1
}

# Tests speak to no user, and unittest asks for no values returned.
readonly PYLINT_NOT_IN_TESTS=context-overridden,missing-return,translation-required,unreachable

pylint_odoo() {
    local pylint=(-m pylint --rcfile=.pylintrc-mandatory) status=0
    local -x PYTHONPATH
    PYTHONPATH=$(odoo_path)
    py "${pylint[@]}" "$MODULE" || status=1
    py "${pylint[@]}" --disable="$PYLINT_NOT_IN_TESTS" tests || status=1
    return "$status"
}

check_links() {
    check_no_dangling_links "$MODULE" && check_no_dangling_links tests
}

prepare_lint() {
    enter
    lock_setup
    ensure_packages run
    use_own_tmp
    ensure_odoo
    ensure_venv
    ensure_tools
    ensure_node
    unlock_setup
    # The linters keep caches there.
    export HOME=$DEV/home
}

all_linters() {
    LINT_FAILED=
    cd "$ROOT" || return
    lint_with ruff py -m ruff check --quiet --output-format concise
    lint_with ruff-format py -m ruff format --check --quiet --diff
    lint_with pylint-odoo pylint_odoo
    lint_with oca-checks "$VENV/bin/oca-checks-odoo-module" "$MODULE"
    lint_with prettier prettier --check --log-level warn "${PRETTIER_FILES[@]}"
    lint_with eslint eslint --max-warnings 0 .
    lint_with codespell py -m codespell_lib dev scripts docs tests "$MODULE" ./*.md
    lint_with shellcheck "$VENV/bin/shellcheck" -x -a dev .ci/run
    lint_with links check_links
    lint_with sudo py scripts/check_sudo.py "$MODULE"
    [ -z "$LINT_FAILED" ]
}

cmd_lint() {
    prepare_lint
    all_linters || die "the linters found something"
    say "The linters find nothing."
}

cmd_format() {
    prepare_lint
    cd "$ROOT" || return
    run py -m ruff check --quiet --fix || true
    run py -m ruff format --quiet
    run prettier --write --log-level warn "${PRETTIER_FILES[@]}"
}
