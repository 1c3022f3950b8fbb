# shellcheck shell=bash
# All checks: what ./dev test does without arguments.

# Odoo's own linters, of its add-on test_lint: those that look at every add-on. The rest
# of that suite checks Odoo's files, or what our other linters check better.
readonly ODOO_LINTERS=(ManifestLinter TestDunderinit TestIndex
    TestLintOverrideSignatures TestNaming TestOnchangeDomains TestTestHoles)

# What Odoo's own runner tests here, as patterns of files: pytest runs everything, and
# `./dev runner` has it do so too. These depend most on what differs there: its users,
# its companies, what it logs.
readonly ODOO_RUNNER_TESTS=('test_generate_*' 'test_mark_sent' 'test_multi_company_*'
    'test_readiness*' 'test_roles_*' 'test_security_*' 'test_send_*' 'test_stock_*')

CHECKS_FAILED=()

check() {
    local name=$1
    shift
    "$@" || CHECKS_FAILED+=("$name")
}

# Names a database that lives as long as this run.
new_check_database() {
    CHECK_DB=$(own_name "check_$$")
    at_exit drop_check_databases
}

drop_check_databases() {
    local suffix
    # The last ones are of pytest's processes, had they no time to drop them.
    for suffix in '' _demo _days _runner -gw{0..3}; do
        db_drop "$CHECK_DB$suffix" 2>/dev/null
    done
}

# A port that nothing listens on, below those that the kernel hands out by itself.
free_port() {
    local port
    while port=$((20000 + RANDOM % 10000)) && port_is_taken "$port"; do :; done
    echo "$port"
}

# Every warning in Odoo's log is a failure, but those in checklog-odoo.cfg.
log_is_clean() {
    (cd "$ROOT" && "$VENV/bin/checklog-odoo" --no-echo "$1")
}

check_log() {
    local log=$LOGS/$1.log
    log_is_clean "$log" >"$LOGS/$1.checklog" 2>&1 || {
        say "-- warnings in $log:"
        cat "$LOGS/$1.checklog" >&3
        return 1
    }
}

# Odoo's runner ends well with no test at all, and with skipped ones.
check_odoo_tests() {
    local log=$LOGS/$1.log summary skipped
    summary=$(grep -oE '[0-9]+ failed, [0-9]+ error\(s\) of [0-9]+ tests' "$log" | tail -n 1)
    say "   ${summary:-no test was run}"
    skipped=$(grep -E 'INFO [^ ]+ [^ ]+: skipped ' "$log") || true
    if [ -n "$skipped" ]; then
        say "-- skipped tests:"
        say "$skipped"
        return 1
    fi
    [[ $summary =~ of\ [1-9][0-9]*\ tests$ ]]
}

check_install_with_demo() {
    lock_setup
    ensure_dependencies_demo
    db_copy "$DEPENDENCIES_DEMO" "${CHECK_DB}_demo" || return
    unlock_setup
    step "Installing $MODULE with demo data" check-demo \
        in_strict_shell odoo_install "${CHECK_DB}_demo" "$MODULE" --with-demo \
        && check_log check-demo
}

look_at_demo() {
    odoo shell -d "${CHECK_DB}_days" --no-http --log-level=warn <"$ROOT/scripts/check_demo.py"
}

# The demo data is dated relative to today: it has to be complete on any day. Odoo loads
# it only where every dependency has its own, which is denied here.
check_demo_days() {
    lock_setup
    ensure_dependencies_demo
    db_copy "$DEPENDENCIES_DEMO" "${CHECK_DB}_days" || return
    unlock_setup
    psql_quiet --dbname "${CHECK_DB}_days" \
        -c "UPDATE ir_module_module SET demo = FALSE WHERE name = 'sale_expense'"
    step "Installing $MODULE to load its demo data on several days" check-days \
        in_strict_shell odoo_install "${CHECK_DB}_days" "$MODULE" \
        && step "Looking at the demo data on several days" check-demo-days look_at_demo
}

check_install() {
    copy_dependencies_plain "$CHECK_DB"
    step "Installing $MODULE without demo data" check-install \
        in_strict_shell odoo_install "$CHECK_DB" "$MODULE" \
        && check_log check-install
}

# Names the tests that failed in one of Odoo's runs: the end of a long output is what is
# seen of it.
failed_tests() {
    local log
    case $1 in
        odoo-runner) log=$LOGS/check-odoo.log ;;
        odoo-linters) log=$LOGS/check-lint.log ;;
        *) return 0 ;;
    esac
    grep -E ' (FAIL|ERROR): ' -A 40 "$log" 2>/dev/null | tail -n 120 >&3 || true
}

# odoo_runner DATABASE TAGS: tests in Odoo's runner, but those in a browser; as an
# update, which is thereby tested as well.
odoo_runner() {
    step "Updating it and running tests in Odoo's runner" check-odoo \
        odoo -d "$1" -u "$MODULE" --test-tags "$2,-browser" \
        --http-port="$(free_port)" --stop-after-init --max-cron-threads=0 \
        && check_odoo_tests check-odoo && check_log check-odoo
}

odoo_runner_tags() {
    local pattern file tags=
    for pattern in "${ODOO_RUNNER_TESTS[@]}"; do
        for file in "$ROOT"/tests/$pattern.py; do
            tags+=,/$MODULE/tests/${file##*/}
        done
    done
    echo "${tags#,}"
}

installed() {
    check_installed "$1" "$MODULE" >/dev/null 2>&1
}

check_odoo_linters() {
    local tags
    tags=$(printf ',/test_lint:%s' "${ODOO_LINTERS[@]}")
    step "Running Odoo's own linters" check-lint \
        odoo -d "${CHECK_DB}_demo" -i test_lint --test-tags "${tags#,}" \
        --http-port="$(free_port)" --stop-after-init --max-cron-threads=0 \
        && check_odoo_tests check-lint && check_log check-lint
}

# Beside the linters and the other installations: a test keeps one processor busy.
start_odoo_runner() {
    db_copy "$CHECK_DB" "${CHECK_DB}_runner" || return
    start_beside "$LOGS/check-odoo.messages" \
        odoo_runner "${CHECK_DB}_runner" "$(odoo_runner_tags)"
}

finish_odoo_runner() {
    local status=0
    finish_beside || status=$?
    cat "$LOGS/check-odoo.messages" >&3
    return "$status"
}

# Each process has a copy of the database. In the order of the files, as else those with
# few tests, which are the longest, would all come last.
check_pytest() {
    local processes
    processes=$(nproc)
    say "-- Running all tests, those in a browser too, in pytest"
    run run_pytest "$CHECK_DB" --no-skips --dist=loadgroup --no-loadscope-reorder \
        --numprocesses=$((processes < 4 ? processes : 4))
}

all_checks() {
    local name started=$SECONDS
    prepare_lint
    new_check_database
    check install check_install
    ! installed "$CHECK_DB" || check odoo-runner start_odoo_runner
    say "-- Running the linters"
    check lint all_linters
    check install-with-demo check_install_with_demo
    ! installed "${CHECK_DB}_demo" || check odoo-linters check_odoo_linters
    check demo-days check_demo_days
    [ -z "$BESIDE" ] || check odoo-runner finish_odoo_runner
    ! installed "$CHECK_DB" || check pytest check_pytest
    for name in "${CHECKS_FAILED[@]}"; do
        say "dev: failed: $name"
        failed_tests "$name"
    done
    [ ${#CHECKS_FAILED[@]} -eq 0 ] || exit 1
    say "All checks pass ($(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s)."
}

# Every test in Odoo's own runner.
cmd_runner() {
    no_arguments runner "$@"
    prepare test
    addon_exists || die "there is no $MODULE/__manifest__.py"
    new_check_database
    check_install || die "cannot install $MODULE (log: $LOGS/check-install.log)"
    odoo_runner "$CHECK_DB" "/$MODULE" || {
        failed_tests odoo-runner
        die "tests fail in Odoo's runner (log: $LOGS/check-odoo.log)"
    }
}
