# shellcheck shell=bash
# All checks: what ./dev test does without arguments. And the linters.

# Odoo's own linters, of its add-on test_lint: those that look at every add-on. The rest
# of that suite checks Odoo's files, or what our other linters check better.
readonly ODOO_LINTERS=(ManifestLinter TestDunderinit TestIndex
    TestLintOverrideSignatures TestNaming TestOnchangeDomains TestTestHoles)

# What Odoo's own runner tests here, as patterns of files: pytest runs everything, and
# `./dev runner` has it do so too. These depend most on what differs there: its users,
# its companies, what it logs.
readonly ODOO_RUNNER_TESTS=('test_generate_*' 'test_mark_sent' 'test_multi_company_*'
    'test_readiness*' 'test_roles_*' 'test_security_*' 'test_send_*' 'test_stock_*')

# --- the linters -------------------------------------------------------------------

# pre-commit asks git for the files: a repository of its own knows all that are there, the
# new ones too, and also where the checkout is none or is another user's.
prepare_lint() {
    prepare_tools test
    export PYTHONPATH
    PYTHONPATH=$(odoo_path)
}

all_linters() {
    local -x GIT_DIR=$DEV/lint.git GIT_WORK_TREE=$ROOT HOME=$DEV/home
    cd "$ROOT" || return
    git init --quiet
    git add --all
    "$VENV/bin/pre-commit" run --all-files --hook-stage manual
}

cmd_lint() {
    prepare_lint
    try all_linters >&3
    [ "$STATUS" -eq 0 ] || die "the linters found something"
    say "The linters find nothing."
}

cmd_format() {
    prepare_lint
    cd "$ROOT" || return
    py -m ruff check --quiet --fix || true
    py -m ruff format --quiet
    NODE_PATH=$DEV/node/node_modules "$VENV/bin/node" "$DEV/node/node_modules/prettier/bin/prettier.cjs" \
        --write --log-level warn --cache-location .dev/prettier "{$MODULE,$GLUE}/**/*.{xml,js,scss}" "*.cjs" package.json
}

# --- the checks --------------------------------------------------------------------

FAILED=()

check() {
    local name=$1
    shift
    try "$@"
    [ "$STATUS" -eq 0 ] || FAILED+=("$name")
}

passed() {
    [[ " ${FAILED[*]} " != *" $1 "* ]]
}

# Names a database that lives as long as this run.
new_check_database() {
    CHECK_DB=$(own_name "check_$$")
    at_exit drop_check_databases
}

drop_check_databases() {
    local suffix
    # The last ones are of pytest's processes, had they no time to drop them.
    for suffix in '' _demo _days _runner _queue _queue_jobs -gw{0..3}; do
        db_drop "$CHECK_DB$suffix"
    done
}

# Every warning in Odoo's log is a failure, but those in checklog-odoo.cfg.
check_log() {
    (cd "$ROOT" && "$VENV/bin/checklog-odoo" --no-echo "$LOGS/$1.log") >&3 2>&1 \
        || die "there are warnings in $LOGS/$1.log"
}

# Odoo's runner ends well with no test at all, and with skipped ones. Its log is long: the
# tests that failed are told.
check_odoo_tests() {
    local log=$LOGS/$1.log
    grep -E ' (FAIL|ERROR): ' -A 40 "$log" | tail -n 120 >&3 || true
    grep -oE '[0-9]+ failed, [0-9]+ error\(s\) of [0-9]+ tests' "$log" | tail -n 1 >&3 || true
    grep -qE ' 0 failed, 0 error\(s\) of [1-9][0-9]* tests' "$log" \
        || die "tests failed, or none was run (log: $log)"
    ! grep -E 'INFO [^ ]+ [^ ]+: skipped ' "$log" >&3 || die "tests were skipped"
    check_log "$1"
}

odoo_log() {
    odoo "$@" || true # the log tells how the tests ended
}

# odoo_tests LOG DATABASE TAGS [OPTION...]: tests in Odoo's runner.
odoo_tests() {
    local log=$1
    step "Running tests in Odoo's runner in $2" "$log" "" odoo_log -d "$2" --test-tags "$3" \
        --http-port="$(free_port)" --stop-after-init --max-cron-threads=0 "${@:4}"
    check_odoo_tests "$log"
}

check_install() {
    base_database "$CHECK_DB" --no-demo
    install_addon "$CHECK_DB"
    check_log "install-$CHECK_DB"
}

# Those but in a browser; as an update, which is thereby tested as well.
odoo_runner() {
    odoo_tests check-odoo "$1" "$2,-browser" -u "$MODULE"
}

odoo_runner_tags() {
    local pattern tags=
    for pattern in "${ODOO_RUNNER_TESTS[@]}"; do
        tags+=$(cd "$ROOT" && find tests -name "$pattern.py" -printf ",/$MODULE/%p")
    done
    echo "${tags#,}"
}

check_install_with_demo() {
    base_database "${CHECK_DB}_demo" --demo
    db_copy "${CHECK_DB}_demo" "${CHECK_DB}_days"
    install_addon "${CHECK_DB}_demo" --with-demo
    check_log "install-${CHECK_DB}_demo"
}

check_odoo_linters() {
    local tags
    tags=$(printf ',/test_lint:%s' "${ODOO_LINTERS[@]}")
    odoo_tests check-lint "${CHECK_DB}_demo" "${tags#,}" -i test_lint
}

look_at_demo() {
    odoo_shell "${CHECK_DB}_days" <"$ROOT/scripts/check_demo.py"
}

# The demo data is dated relative to today: it has to be complete on any day. Odoo loads
# it only where every dependency has its own, which is denied here.
check_demo_days() {
    psql_quiet --dbname "${CHECK_DB}_days" \
        -c "UPDATE ir_module_module SET demo = FALSE WHERE name = 'sale_expense'"
    install_addon "${CHECK_DB}_days"
    step "Looking at the demo data on several days" check-demo-days \
        "the demo data is not complete on any day" look_at_demo
}

take_out_and_put_back() {
    odoo_shell "${CHECK_DB}_demo" <"$ROOT/scripts/check_reinstall.py"
}

check_reinstall() {
    step "Taking $MODULE out of ${CHECK_DB}_demo and putting it back" check-reinstall         "an uninstallation leaves something behind, or takes too much" take_out_and_put_back
}

# Each process has a copy of the database. In the order of the files, as else those with
# few tests, which are the longest, would all come last.
check_pytest() {
    local processes
    processes=$(nproc)
    say "-- Running all tests, those in a browser too, in pytest"
    run_pytest "$CHECK_DB" --no-skips --cover=check --dist=loadgroup --no-loadscope-reorder \
        --numprocesses=$((processes < 4 ? processes : 4))
}

# The other databases are without OCA's job queue.
check_queue() {
    use_queue
    db_copy "$CHECK_DB" "${CHECK_DB}_queue"
    install_addon "${CHECK_DB}_queue"
    check_log "install-${CHECK_DB}_queue"
    say "-- Running the tests of $GLUE in pytest"
    run_queue_tests "${CHECK_DB}_queue" --no-skips
    run_with_job_runner "${CHECK_DB}_queue"
}

# The seed is the same each time, as that of the other random tests here.
check_faults() {
    find_pg_bin >/dev/null || {
        say "-- No faults: the programs of a PostgreSQL server are not here"
        return 0
    }
    say "-- Letting things go wrong while invoices are made"
    let_things_go_wrong "$CHECK_DB" 1 1 "${SHORT_FAULTS[@]}"
}

all_checks() {
    local name runner=
    new_check_database
    at_exit end_faults_cluster
    check install check_install
    if passed install; then
        # Beside the linters and the other installations: a test keeps one processor busy.
        db_copy "$CHECK_DB" "${CHECK_DB}_runner"
        (set -e; odoo_runner "${CHECK_DB}_runner" "$(odoo_runner_tags)") \
            3>"$LOGS/check-odoo.messages" 2>&3 >&3 </dev/null &
        runner=$!
    fi
    say "-- Running the linters"
    check lint all_linters >&3
    check install-with-demo check_install_with_demo
    ! passed install-with-demo || check odoo-linters check_odoo_linters
    ! passed install-with-demo || check reinstall check_reinstall
    check demo-days check_demo_days
    ! passed install || check faults check_faults
    if [ "$runner" ]; then
        wait "$runner" || FAILED+=(odoo-runner)
        cat "$LOGS/check-odoo.messages" >&3
        check queue check_queue
        check pytest check_pytest
    fi
    for name in "${FAILED[@]}"; do
        say "dev: failed: $name"
    done
    [ ${#FAILED[@]} -eq 0 ] || exit 1
    say "All checks pass ($((SECONDS / 60)) min $((SECONDS % 60)) s)."
}

# Every test in Odoo's own runner.
cmd_runner() {
    prepare test
    new_check_database
    check_install
    odoo_runner "$CHECK_DB" "/$MODULE"
}
