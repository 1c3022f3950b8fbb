# shellcheck shell=bash
# The fuzz of tests/test_fuzz.py at length: each public method called by each role with
# values that it should not get.

cmd_fuzz() {
    local number
    [ $# -le 2 ] || die "'./dev fuzz' takes two arguments at most: calls, and a seed"
    for number in "$@"; do
        [[ $number =~ ^[1-9][0-9]{0,8}$ ]] || die "'$number' is no number from 1 to 999999999"
    done
    export FUZZ_CALLS=${1:-50000} FUZZ_SEED=${2:-$((RANDOM + 1))}
    prepare test
    addon_exists || die "there is no $MODULE/__manifest__.py"
    take_test_database
    ensure_test_database
    export FUZZ_REPORT=$LOGS/fuzz.txt
    rm -f "$FUZZ_REPORT"
    say "-- $FUZZ_CALLS calls with the seed $FUZZ_SEED"
    run run_pytest "$TEST_DB" --quiet --no-header --tb=no tests/test_fuzz.py || {
        [ ! -e "$FUZZ_REPORT" ] || cat "$FUZZ_REPORT" >&3
        die "the fuzz fails (./dev test tests/test_fuzz.py with FUZZ_CALLS and FUZZ_SEED tells more)"
    }
    cat "$FUZZ_REPORT" >&3
}
