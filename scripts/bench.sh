# shellcheck shell=bash
# The benchmark: the same work invoiced by Odoo's own wizard and by the add-on, each on a
# new database of its own, so that the wizard is measured without the add-on. So is what
# saving a time entry costs.

bench_arguments() {
    BENCH_PROJECTS=${1:-300}
    BENCH_ENTRIES=${2:-31}
    local number
    [ $# -le 2 ] || die "'./dev bench' takes two arguments at most: projects, and entries of each"
    for number in "$BENCH_PROJECTS" "$BENCH_ENTRIES"; do
        [[ $number =~ ^[1-9][0-9]{0,4}$ ]] || die "'$number' is no number from 1 to 99999"
    done
    export BENCH_PROJECTS BENCH_ENTRIES
}

drop_bench_databases() {
    db_drop "${BENCH_DB}_odoo" 2>/dev/null
    db_drop "${BENCH_DB}_addon" 2>/dev/null
}

bench_database() {
    local log=bench-$1 database=${BENCH_DB}_$1
    copy_dependencies_plain "$database"
    [ "$1" = odoo ] || step "Installing $MODULE" "$log" \
        in_strict_shell odoo_install "$database" "$MODULE" \
        || die "cannot install $MODULE (log: $LOGS/$log.log)"
    step "Invoicing by $2" "$log" bench_run "$database" "$LOGS/$log.out" \
        || die "the benchmark fails (log: $LOGS/$log.log)"
}

bench_run() {
    odoo shell -d "$1" --no-http --log-level=error <"$ROOT/scripts/bench.py" >"$2"
}

cmd_bench() {
    bench_arguments "$@"
    prepare run
    addon_exists || die "there is no $MODULE/__manifest__.py"
    BENCH_DB=$(own_name "bench_$$")
    at_exit drop_bench_databases
    bench_database odoo "Odoo's own wizard"
    bench_database addon "the add-on"
    printf '\n%s projects with %s entries each, one invoice per project\n\n' \
        "$BENCH_PROJECTS" "$BENCH_ENTRIES"
    printf '%-46s %9s %13s %16s\n' '' seconds 'per second' 'queries each'
    cat "$LOGS/bench-odoo.out" "$LOGS/bench-addon.out"
}
