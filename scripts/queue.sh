# shellcheck shell=bash
# The glue with OCA's job queue: its tests, in a database that has both, and runs that are
# worked on by a real server with OCA's job runner.

# From here on Odoo finds it, and it is installed: the glue comes by itself.
use_queue() {
    # shellcheck disable=SC2034  # database.sh reads it
    ADDONS=$MODULE,queue_job
    PYTHONPATH=$(odoo_path):$QUEUE
    export PYTHONPATH
}

# run_queue_tests DATABASE [ARG...]
run_queue_tests() {
    local database=$1 arg
    shift
    for arg in "$@"; do
        [[ $arg != tests/* ]] || { run_pytest "$database" --queue "$@"; return; }
    done
    run_pytest "$database" --queue "$@" tests/queue
}

# run_with_job_runner DATABASE [PERIODS WORKERS]: of a copy, as it stores what it does.
run_with_job_runner() {
    local copy=${1}_jobs
    step "Working on a run with OCA's job runner" check-runner \
        "a run is not worked on as it should (see also $LOGS/job-runner.log)" job_runner "$copy" "$@"
}

job_runner() {
    local copy=$1 status=0
    db_copy "$2" "$copy"
    QUEUE_LOG=$LOGS/job-runner.log QUEUE_PERIODS=${3:-} QUEUE_WORKERS=${4:-2} \
        py "$ROOT/scripts/job_runner.py" "$copy" || status=$?
    db_drop "$copy"
    return "$status"
}

cmd_queue() {
    prepare test
    use_queue
    take_test_database queue
    ensure_test_database
    run run_queue_tests "$TEST_DB" "$@"
    [ $# -gt 0 ] || run_with_job_runner "$TEST_DB"
}

# The same run by one worker and by two, in turns.
cmd_workers() {
    local workers
    check_numbers "periods" "$@"
    prepare run
    use_queue
    take_test_database queue
    ensure_test_database
    for workers in 1 2 1 2; do
        run_with_job_runner "$TEST_DB" "${1:-400}" "$workers"
        tail -n 1 "$LOGS/check-runner.log" >&3
    done
}
