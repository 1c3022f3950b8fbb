# shellcheck shell=bash
# Faults: processes are killed, servers stopped, disks full, while invoices are made. On a
# database server of its own, on which what is committed is on the disk.

# Those of ./dev test, by parts of their names.
# shellcheck disable=SC2034  # checks.sh reads it
readonly SHORT_FAULTS=('worker killed' 'runs and calls' full hangs)

# The functions of postgres.sh work on the cluster of this name.
start_faults_cluster() {
    PG_BIN=$(find_pg_bin)
    rm -rf "$CLUSTER"
    make_cluster
    cat >>"$CLUSTER/data/postgresql.conf" <<END
fsync = on
synchronous_commit = on
full_page_writes = on
END
    start_cluster
}

end_faults_cluster() {
    local CLUSTER=$SHORT/faults PG_BIN
    PG_BIN=$(find_pg_bin)
    as_owner pg_ctl stop -m immediate -s 2>/dev/null || true
    rm -rf "$CLUSTER" "$DEV/faults.new"
}

# Files may not be larger than the limit of a test; what prints them may make them.
make_unlimited_printer() {
    mkdir -p "$1"
    cat >"$1/wkhtmltopdf" <<END
#!/bin/sh
ulimit -S -f unlimited
exec "$DEV/bin/wkhtmltopdf" "\$@"
END
    chmod +x "$1/wkhtmltopdf"
}

# A few hundred periods with time of several people, in a copy of a database.
fill_faults_database() {
    local file=$FAULTS_FOLDER/base.dump
    pg_dump --format=custom --compress=0 --file="$file" "$1"
    start_faults_cluster
    export PGHOST=$CLUSTER PGPORT=5432 PGUSER=odoo
    createdb --maintenance-db=postgres faults_base
    pg_restore --no-owner --jobs=2 --dbname=faults_base "$file"
    rm "$file"
    mkdir -p "$FAULTS_FOLDER/filestore"
    cp -al "$DATA/filestore/$1" "$FAULTS_FOLDER/filestore/faults_base"
    FILL_PROJECTS=40 FILL_MONTHS=3 FILL_PEOPLE=12 FILL_TEAM=4 FILL_EACH=2 \
        odoo shell -d faults_base --data-dir="$FAULTS_FOLDER" --no-http --log-level=warn \
        <"$ROOT/scripts/fill.py"
}

# faults DATABASE ROUNDS SEED [NAME...]: on a copy of a database with the add-on. What
# goes on is told on standard output, logs on standard error.
faults() {
    local CLUSTER=$SHORT/faults
    export CLUSTER FAULTS_FOLDER=$DEV/faults.new FAULTS_REPORT=$LOGS/faults.json
    export FAULTS_SMTP_PORT FAULTS_HTTP_PORT
    FAULTS_SMTP_PORT=$(free_port)
    FAULTS_HTTP_PORT=$(free_port)
    rm -rf "$FAULTS_FOLDER"
    mkdir -p "$FAULTS_FOLDER"
    fill_faults_database "$1" >&2
    make_unlimited_printer "$FAULTS_FOLDER/bin"
    export PG_BIN
    export -f as_owner
    PATH=$FAULTS_FOLDER/bin:$PATH py "$ROOT/scripts/faults.py" "${@:2}"
}

# The same; logs go through a pipe, as a file would meet the limits of files.
let_things_go_wrong() {
    try faults "$@" 2> >(cat >"$LOGS/faults.log") >&3
    [ "$STATUS" -eq 0 ] \
        || die "not all went well (log: $LOGS/faults.log; again: ./dev faults $2 $3)"
}

cmd_faults() {
    local rounds=${1:-10} seed=${2:-$((RANDOM + 1))}
    check_numbers "rounds, and a seed" "$rounds" "$seed"
    prepare test
    find_pg_bin >/dev/null || die "./dev faults needs the programs of a PostgreSQL server"
    take_test_database
    ensure_test_database
    at_exit end_faults_cluster
    let_things_go_wrong "$TEST_DB" "$rounds" "$seed" "${@:3}"
}
