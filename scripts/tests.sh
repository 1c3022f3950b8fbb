# shellcheck shell=bash
# Tests on a kept database: the daily, quick way.

# Locks a kept database for this call and names it TEST_DB. Several calls at a time get
# one each.
take_test_database() {
    local names=("${1:-test}"_{1..8})
    [ -z "${DEV_TEST_DB:-}" ] || names=("$DEV_TEST_DB")
    for TEST_DB in "${names[@]}"; do
        [[ $TEST_DB =~ ^[a-z0-9_]{1,40}$ ]] || die "DEV_TEST_DB=$TEST_DB: use small letters, digits and _"
        [ -n "${DEV_TEST_DB:-}" ] || TEST_DB=$(own_name "$TEST_DB")
        exec 7>>"$DEV/$TEST_DB.lock"
        ! flock -n 7 || return 0
    done
    die "other calls of ./dev test use ${names[*]}"
}

# Brings the test database up to the add-on's files. It has no stamp meanwhile, so that
# one whose update failed is made anew the next time.
ensure_test_database() {
    local stamp old
    stamp=$(make_stamp)
    old=$(stamp_of "$TEST_DB")
    [ "$old" != "$stamp" ] || return 0
    if [[ $old == "${stamp% *} "* ]]; then
        set_stamp "$TEST_DB" ''
        step "Updating $MODULE in $TEST_DB" "$TEST_DB" "cannot update $MODULE" odoo_update "$TEST_DB"
    else
        base_database "$TEST_DB" --no-demo
        install_addon "$TEST_DB"
    fi
    set_stamp "$TEST_DB" "$stamp"
}

run_pytest() {
    local database=$1
    shift
    cd "$ROOT" || return
    py -m pytest --odoo-database="$database" --odoo-http --odoo-log-level=warn "$@"
}

cmd_test() {
    prepare test
    if [ $# -eq 0 ]; then
        all_checks
        return
    fi
    take_test_database
    ensure_test_database
    run run_pytest "$TEST_DB" "$@"
}

# check_numbers HINT NUMBER...
check_numbers() {
    local number
    [ $# -le 3 ] || die "this takes two arguments at most: $1"
    for number in "${@:2}"; do
        [[ $number =~ ^[1-9][0-9]{0,8}$ ]] || die "'$number' is no number from 1 to 999999999"
    done
}

# The fuzz of tests/random/test_fuzz.py at length: each public method called by each role
# with values that it should not get.
cmd_fuzz() {
    check_numbers "calls, and a seed" "$@"
    export FUZZ_CALLS=${1:-50000} FUZZ_SEED=${2:-$((RANDOM + 1))} FUZZ_REPORT=$LOGS/fuzz.txt
    prepare test
    take_test_database
    ensure_test_database
    rm -f "$FUZZ_REPORT"
    say "-- $FUZZ_CALLS calls with the seed $FUZZ_SEED"
    try run_pytest "$TEST_DB" --quiet --no-header --tb=no tests/random/test_fuzz.py
    [ ! -e "$FUZZ_REPORT" ] || cat "$FUZZ_REPORT" >&3
    [ "$STATUS" -eq 0 ] \
        || die "the fuzz fails (./dev test tests/random/test_fuzz.py with FUZZ_CALLS and FUZZ_SEED tells more)"
}

# The template for translators. The .po files are looked at, and stay as they are.
cmd_makepot() {
    prepare test
    take_test_database
    ensure_test_database
    run "$VENV/bin/click-odoo-makepot" --database "$TEST_DB" --addons-dir "$ROOT" --modules "$MODULE"
}

cmd_mutate() {
    prepare_tools run
    run py "$ROOT/scripts/mutate.py" "$DEV/mutate-$$.new" "$@"
}
