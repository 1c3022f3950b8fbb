# shellcheck shell=bash
# The database server: the one that PG* variables name, else a private cluster.

# 107 bytes are the limit for a socket's path, ".s.PGSQL.5432" included.
readonly SOCKET_FOLDER_LIMIT=90

own_cluster() {
    [ -z "${PGHOST:-}${PGHOSTADDR:-}${PGPORT:-}${PGSERVICE:-}${PGUSER:-}" ]
}

find_pg_bin() {
    local folder found=
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        [ ! -x "$folder/initdb" ] || found=$folder
    done
    if [ -z "$found" ] && have pg_config && [ -x "$(pg_config --bindir)/initdb" ]; then
        found=$(pg_config --bindir)
    fi
    [ -n "$found" ] && echo "$found"
}

# Runs a command as the user who owns the cluster: PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups \
            env HOME=/ "$@")
    else
        (cd / && exec "$@")
    fi
}

# The cluster's folder as a link in .dev remembers it. In a checkout that was moved or
# copied the link leads to another one's cluster, which is none of our business.
remembered_cluster() {
    local folder
    folder=$(readlink -- "$DEV/cluster") || return 1
    case $folder in
        "$DEV/pg" | "$(folder_elsewhere)") ;;
        *) return 1 ;;
    esac
    [ -d "$folder/data" ] || return 1
    echo "$folder"
}

# In .dev, unless the cluster's owner cannot reach that or the socket's path would be too
# long; then in a folder elsewhere.
choose_cluster_folder() {
    if CLUSTER=$(remembered_cluster); then
        return 0
    fi
    CLUSTER=$DEV/pg
    # The copy of a cluster that ran is broken, and names the other one's server.
    [ ! -e "$CLUSTER/data/postmaster.pid" ] || rm -rf "$CLUSTER"
    mkdir -p "$CLUSTER"
    if [ ${#CLUSTER} -gt $SOCKET_FOLDER_LIMIT ] || ! as_owner test -x "$CLUSTER"; then
        rm -rf "$CLUSTER"
        CLUSTER=$(folder_elsewhere)
        mkdir -p "$CLUSTER"
        case $(stat -c %U "$CLUSTER") in
            postgres | "$(id -un)") ;;
            *) die "$CLUSTER belongs to another user" ;;
        esac
        say "-- the database cluster is kept in $CLUSTER, since its owner or its socket cannot use $DEV"
    fi
    ln -sfn "$CLUSTER" "$DEV/cluster"
}

make_cluster() {
    rm -rf "$CLUSTER/data" "$CLUSTER/data.new"
    mkdir -p "$CLUSTER/data.new"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$CLUSTER" "$CLUSTER/data.new"
    chmod 700 "$CLUSTER/data.new"
    as_owner "$PG_BIN/initdb" -D "$CLUSTER/data.new" -U odoo -A trust -E UTF8 \
        --locale=C.UTF-8 --no-sync
    # Speed before safety: all that lies here can be made again.
    as_owner tee -a "$CLUSTER/data.new/postgresql.conf" >/dev/null <<EOF
listen_addresses = ''
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
shared_buffers = 256MB
max_connections = 200
jit = off
EOF
    mv "$CLUSTER/data.new" "$CLUSTER/data"
}

# After an upgrade of the machine the server may be too new for the cluster.
drop_outdated_cluster() {
    local version=$CLUSTER/data/PG_VERSION
    [ -e "$version" ] || return 0
    case $("$PG_BIN/postgres" --version) in
        *" $(cat "$version")."* | *" $(cat "$version")"[a-z]*) return 0 ;;
    esac
    say "-- PostgreSQL is a newer version now: the databases are made anew"
    rm -rf "$CLUSTER/data"
}

cluster_runs() {
    as_owner "$PG_BIN/pg_ctl" status -D "$CLUSTER/data" >/dev/null 2>&1
}

start_cluster() {
    as_owner "$PG_BIN/pg_ctl" start -D "$CLUSTER/data" -l "$CLUSTER/server.log" -w -t 60 -s \
        -o "-k '$CLUSTER'"
}

use_own_cluster() {
    PG_BIN=$(find_pg_bin)
    exec 6>>"$DEV/cluster.lock"
    flock 6
    choose_cluster_folder
    drop_outdated_cluster
    [ -d "$CLUSTER/data" ] || step "Making the database cluster" initdb in_strict_shell make_cluster \
        || die "cannot make a database cluster in $CLUSTER (log: $LOGS/initdb.log)"
    cluster_runs || run in_strict_shell start_cluster >"$LOGS/cluster.log" 2>&1 </dev/null \
        || die "cannot start the database cluster (log: $CLUSTER/server.log)"
    exec 6>&-
    unset PGPASSWORD PGPASSFILE
    export PGHOST=$CLUSTER PGPORT=5432 PGUSER=odoo
}

# Called when nobody else uses the cluster; it may have been started by another call.
stop_own_cluster() {
    CLUSTER=$(remembered_cluster) || return 0
    PG_BIN=${PG_BIN:-$(find_pg_bin)}
    ! cluster_runs || as_owner "$PG_BIN/pg_ctl" stop -D "$CLUSTER/data" -m fast -t 60 -s
}

use_database_server() {
    unset PGDATABASE
    if own_cluster; then
        CLUSTER_IS_OWN=1
        use_own_cluster
    else
        local answer
        answer=$(psql_quiet -c 'SELECT 1' 2>&1) \
            || die "cannot use the PostgreSQL of the PG* variables: ${answer//$'\n'/ }"
    fi
    export PATH=${PG_BIN:+$PG_BIN:}$PATH
}

# Name of a database that surely exists, to connect to.
psql_quiet() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname postgres "$@"
}
