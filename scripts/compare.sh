# shellcheck shell=bash
# What the add-on changes in Odoo: its speed, and how Odoo's own tests end. Each is
# measured in two new databases, without the add-on and with it.

new_comparison() {
    COMPARE_DB=$(own_name "compare_$$")
    at_exit drop_comparison
    base_database "${COMPARE_DB}_odoo" --no-demo
    db_copy "${COMPARE_DB}_odoo" "${COMPARE_DB}_addon"
    install_addon "${COMPARE_DB}_addon"
}

drop_comparison() {
    db_drop "${COMPARE_DB}_odoo"
    db_drop "${COMPARE_DB}_addon"
    db_drop "${COMPARE_DB}_contract"
}

# The same work invoiced by Odoo's own wizard and by the add-on, plain invoices, what
# saving a time entry costs; and the screen, on a database that is filled for it.
bench_run() {
    BENCH_SCRIPTS=$ROOT/scripts BENCH_OUT=$LOGS/bench-$1.json \
        odoo shell -d "$2" --no-http --log-level=error <"$ROOT/scripts/$3.py"
}

bench_invoicing() {
    local which
    check_numbers "projects, and entries of each" "$@"
    export BENCH_PROJECTS=${1:-100} BENCH_ENTRIES=${2:-31}
    new_comparison
    db_copy "${COMPARE_DB}_odoo" "${COMPARE_DB}_contract"
    for which in odoo addon; do
        step "Invoicing in ${COMPARE_DB}_$which" bench-$which "the benchmark fails" \
            bench_run $which "${COMPARE_DB}_$which" bench
    done
    bench_contract
}

# A peer, in a database of its own without the add-on.
bench_contract() (
    step "Installing OCA's contract module" contract "cannot install it from PyPI" \
        install_peer
    # shellcheck disable=SC2034  # database.sh reads it
    ADDONS=contract
    PYTHONPATH=$(odoo_path):$PEER
    export PYTHONPATH
    install_addon "${COMPARE_DB}_contract"
    step "Invoicing in ${COMPARE_DB}_contract" bench-contract "the benchmark fails" \
        bench_run contract "${COMPARE_DB}_contract" bench_contract
)

bench_screen() {
    check_numbers "projects with time of twelve months" "$@"
    export FILL_PROJECTS=${1:-420} FILL_PAST=${FILL_PAST:-60}
    BENCH_DB=$(own_name "bench_$$")
    at_exit drop_bench
    base_database "$BENCH_DB" --no-demo
    install_addon "$BENCH_DB"
    step "Filling $BENCH_DB" bench-fill "the database cannot be filled" \
        bench_run fill "$BENCH_DB" fill
    step "Asking for the screen" bench-screen "the benchmark fails" \
        bench_run screen "$BENCH_DB" bench_screen
}

drop_bench() {
    db_drop "$BENCH_DB"
}

cmd_bench() {
    prepare run
    rm -f "$LOGS"/bench-*.json
    if [[ ${1:-} == screen ]]; then
        bench_screen "${@:2}"
    else
        bench_invoicing "$@"
    fi
    py "$ROOT/scripts/bench_table.py" "$LOGS" >&3
}

# Odoo's own tests of the modules that the add-on changes. They have to end the same, but
# for those that stock_differences.txt tells why.
readonly STOCK_MODULES=(hr_timesheet hr_expense sale_project sale_expense sale_timesheet)

# How each test ended goes to a file, Odoo's log to standard error.
stock_tests() {
    odoo shell -d "${COMPARE_DB}_$1" --http-port="$(free_port)" --max-cron-threads=0 \
        <"$ROOT/scripts/stock.py" >"$LOGS/stock-$1.out"
}

# Both at a time: a test keeps one processor busy, and some of Odoo's depend on the day.
both_stock_tests() {
    stock_tests odoo 2>"$LOGS/stock-odoo.log" &
    stock_tests addon
    wait $!
}

cmd_stock() {
    prepare test
    new_comparison
    STOCK_TESTS_OF=$(printf ',/%s' "${STOCK_MODULES[@]}")
    export STOCK_TESTS_OF
    step "Running Odoo's tests of ${STOCK_MODULES[*]} without $MODULE and with it" stock-addon \
        "Odoo's tests do not run (see also $LOGS/stock-odoo.log)" both_stock_tests
    py "$ROOT/scripts/stock_compare.py" "$LOGS/stock-odoo.out" "$LOGS/stock-addon.out" \
        "$ROOT/scripts/stock_differences.txt" "${STOCK_MODULES[@]}" >&3 \
        || die "Odoo's tests do not end as without $MODULE (log: $LOGS/stock-addon.log)"
}
