# shellcheck shell=bash
# The database server: the one that PG* variables name, else a private cluster.

CLUSTER=$SHORT/pg

own_cluster() {
    [ -z "${CALLERS_PG-${PGHOST:-}${PGHOSTADDR:-}${PGPORT:-}${PGSERVICE:-}${PGUSER:-}}" ]
}

# `return 0`: on the way out a plain `return` tells how the call ended.
find_pg_bin() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
        "$(pg_config --bindir 2>/dev/null)"; do
        [ -x "$folder/initdb" ] && echo "$folder" && return 0
    done
    return 1
}

# Runs one of PostgreSQL's own commands as the user who owns the cluster, since it refuses
# to run as root; where .dev lies in root's home, with root's right to go there. The
# server outlives this call: it has neither its mark nor its locks.
as_owner() (
    local owner=()
    cd /
    if [ "$(id -u)" -eq 0 ]; then
        owner=(setpriv --reuid=postgres --regid=postgres --init-groups)
        "${owner[@]}" test -x "$CLUSTER" \
            || owner+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
    fi
    exec "${owner[@]}" env -u DEV_RUN HOME=/ "$PG_BIN/$1" -D "$CLUSTER/data" "${@:2}" \
        3>&- 5>&- 7>&- 8>&- 9>&-
)

make_cluster() {
    mkdir -p "$CLUSTER/data"
    [ "$(id -u)" -ne 0 ] || chown -R postgres: "$CLUSTER"
    chmod 700 "$CLUSTER/data"
    as_owner initdb -U odoo -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    # Speed before safety: all that lies here can be made again.
    cat >>"$CLUSTER/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$CLUSTER'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
shared_buffers = 256MB
max_connections = 200
END
    touch "$CLUSTER/data/complete"
}

# Not so for one that was copied or moved with its checkout, whose server is another's.
is_own_data() {
    [ ! -e "$1/postmaster.pid" ] || grep -qxF "$1" "$1/postmaster.pid"
}

# A cluster that is half made, of another checkout, or of another version, goes.
drop_unusable_cluster() {
    local data=$CLUSTER/data
    [ -d "$data" ] || return 0
    [ -e "$data/complete" ] && is_own_data "$data" \
        && grep -qxF "unix_socket_directories = '$CLUSTER'" "$data/postgresql.conf" \
        && [[ $("$PG_BIN/postgres" --version) =~ " $(cat "$data/PG_VERSION")"[.a-z] ]] && return
    say "-- the database cluster is made anew"
    rm -rf "$data"
}

cluster_runs() {
    [ -d "$CLUSTER/data" ] && is_own_data "$CLUSTER/data" && as_owner pg_ctl status
} >/dev/null 2>&1

start_cluster() {
    as_owner pg_ctl start -l "$CLUSTER/server.log" -w -t 60 -s
}

# Called when nobody else uses the cluster; it may have been started by another call.
stop_own_cluster() {
    own_cluster && PG_BIN=$(find_pg_bin) && cluster_runs || return 0
    as_owner pg_ctl stop -m fast -t 60 -s
}

use_database_server() {
    unset PGDATABASE
    if own_cluster; then
        PG_BIN=$(find_pg_bin)
        drop_unusable_cluster
        [ -d "$CLUSTER/data" ] || step "Making the database cluster" initdb \
            "cannot make a database cluster in $CLUSTER" make_cluster
        cluster_runs || try start_cluster >"$LOGS/cluster.log" 2>&1 </dev/null
        cluster_runs || die "cannot start the database cluster (log: $CLUSTER/server.log)"
        CALLERS_PG=
        unset PGPASSWORD PGPASSFILE
        export PGHOST=$CLUSTER PGPORT=5432 PGUSER=odoo PATH=$PG_BIN:$PATH
    else
        local answer
        answer=$(psql_quiet -c 'SELECT 1' 2>&1) \
            || die "cannot use the PostgreSQL of the PG* variables: ${answer//$'\n'/ }"
    fi
}

# Connects to a database that surely exists.
psql_quiet() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname postgres "$@"
}
