# shellcheck shell=bash
# All checks: what ./dev test does without arguments.

# Odoo's own linters, of its add-on test_lint: those that look at every add-on. The rest
# of that suite checks Odoo's files, or what our other linters check better.
readonly ODOO_LINTERS=(ManifestLinter TestDunderinit TestIndex
    TestLintOverrideSignatures TestNaming TestOnchangeDomains TestTestHoles)

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
    db_drop "$CHECK_DB" 2>/dev/null
    db_drop "${CHECK_DB}_demo" 2>/dev/null
    db_drop "${CHECK_DB}_days" 2>/dev/null
    db_drop "${CHECK_DB}_runner" 2>/dev/null
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

# The add-on's tests but those in a browser, which pytest runs; as an update, which is
# thereby tested as well.
check_odoo_runner() {
    step "Updating it and running its tests in Odoo's runner" check-odoo \
        odoo -d "$1" -u "$MODULE" --test-tags "/$MODULE,-browser" \
        --http-port="$(free_port)" --stop-after-init --max-cron-threads=0 \
        && check_odoo_tests check-odoo && check_log check-odoo
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

# Both runners at a time, each on a database of its own: a test keeps one processor busy.
check_tests() {
    local messages=$LOGS/check-odoo.messages
    db_copy "$CHECK_DB" "${CHECK_DB}_runner" || {
        CHECKS_FAILED+=(odoo-runner)
        return
    }
    start_beside "$messages" check_odoo_runner "${CHECK_DB}_runner"
    check pytest check_pytest
    check odoo-runner finish_beside
    cat "$messages" >&3
}

check_pytest() {
    say "-- Running all tests, those in a browser too, in pytest"
    run run_pytest "$CHECK_DB" --no-skips --cov --cov-report=term
}

all_checks() {
    local name started=$SECONDS
    prepare_lint
    new_check_database
    say "-- Running the linters"
    check lint all_linters
    check install-with-demo check_install_with_demo
    ! installed "${CHECK_DB}_demo" || check odoo-linters check_odoo_linters
    check demo-days check_demo_days
    check install check_install
    if installed "$CHECK_DB"; then
        check_tests
    fi
    for name in "${CHECKS_FAILED[@]}"; do
        say "dev: failed: $name"
        failed_tests "$name"
    done
    [ ${#CHECKS_FAILED[@]} -eq 0 ] || exit 1
    say "All checks pass ($(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s)."
}
