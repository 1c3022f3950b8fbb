# shellcheck shell=bash
# Odoo's own tests of the modules that the add-on changes, each run without it and with
# it. They have to end the same, but for those that stock_differences.txt tells why.

readonly STOCK_MODULES=(hr_timesheet hr_expense sale_project sale_expense sale_timesheet)

drop_stock_databases() {
    db_drop "${STOCK_DB}_odoo" 2>/dev/null
    db_drop "${STOCK_DB}_addon" 2>/dev/null
}

make_stock_databases() {
    copy_dependencies_plain "${STOCK_DB}_odoo"
    copy_dependencies_plain "${STOCK_DB}_addon"
    step "Installing $MODULE" stock-install \
        in_strict_shell odoo_install "${STOCK_DB}_addon" "$MODULE" \
        || die "cannot install $MODULE (log: $LOGS/stock-install.log)"
}

# stock_tests WHICH: how each test ended goes to a file, Odoo's log to standard error.
stock_tests() {
    odoo shell -d "${STOCK_DB}_$1" --http-port="$(free_port)" --max-cron-threads=0 \
        <"$ROOT/scripts/stock.py" >"$LOGS/stock-$1.out"
}

# Both at a time: a test keeps one processor busy, and some of Odoo's depend on the day.
run_stock_tests() {
    local text="Running Odoo's tests of ${STOCK_MODULES[*]} without $MODULE and with it"
    STOCK_TESTS_OF=$(printf ',/%s' "${STOCK_MODULES[@]}")
    export STOCK_DB STOCK_TESTS_OF
    start_beside "$LOGS/stock-odoo.log" stock_tests odoo
    step "$text" stock-addon stock_tests addon || return
    finish_beside || {
        tail -n 25 "$LOGS/stock-odoo.log" >&3
        return 1
    }
}

cmd_stock() {
    no_arguments stock "$@"
    prepare test
    addon_exists || die "there is no $MODULE/__manifest__.py"
    STOCK_DB=$(own_name "stock_$$")
    at_exit drop_stock_databases
    make_stock_databases
    run_stock_tests || die "Odoo's tests do not run (logs: $LOGS/stock-odoo.log, $LOGS/stock-addon.log)"
    py "$ROOT/scripts/stock_compare.py" "$LOGS/stock-odoo.out" "$LOGS/stock-addon.out" \
        "$ROOT/scripts/stock_differences.txt" "${STOCK_MODULES[@]}" >&3 \
        || die "Odoo's tests do not end as without $MODULE (log: $LOGS/stock-addon.log)"
}
