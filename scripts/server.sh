# shellcheck shell=bash
# Calls that run Odoo in the foreground.

readonly DEMO_LOGINS=$DEV/demo.logins DEMO_LOG=$LOGS/demo.log

# At a terminal Ctrl-C is the program's own to handle.
foreground() {
    if [ -t 0 ]; then
        trap : INT
        "$@"
    else
        run "$@"
    fi
}

cmd_odoo() {
    quiet_output
    prepare run
    foreground odoo "$@"
}

cmd_shell() {
    quiet_output
    prepare run
    db_exists "$1" || die "there is no database '$1'; ./dev db $1 makes it"
    foreground odoo_shell "$1"
}

# --- the demo --------------------------------------------------------------------------

port_is_taken() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port that nothing listens on, below those that the kernel hands out by itself.
free_port() {
    local port
    while port=$((20000 + RANDOM % 10000)) && port_is_taken "$port"; do :; done
    echo "$port"
}

# The first line that Odoo answers with, such as "HTTP/1.0 200 OK".
http_status() {
    (
        exec 5<>"/dev/tcp/127.0.0.1/$1" || exit
        printf 'GET /web/login HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$1" >&5
        timeout 60 head -n 1 <&5
    ) 2>/dev/null
}

demo_options() {
    DEMO_PORT=${DEV_HTTP_PORT:-8069} DEMO_FRESH=
    while [ $# -gt 0 ]; do
        case $1 in
            --port=*) DEMO_PORT=${1#*=} ;;
            --port)
                [ $# -gt 1 ] || die "--port needs a number"
                DEMO_PORT=$2
                shift
                ;;
            --fresh) DEMO_FRESH=1 ;;
            *) die "unknown option '$1'; ./dev help tells the calls" ;;
        esac
        shift
    done
    [[ $DEMO_PORT =~ ^[1-9][0-9]{0,4}$ ]] && [ "$DEMO_PORT" -le 65535 ] \
        || die "'$DEMO_PORT' is no port"
    check_demo_port
}

# Asked at once, and again when Odoo starts: the set-up takes minutes.
check_demo_port() {
    ! port_is_taken "$DEMO_PORT" \
        || die "port $DEMO_PORT is in use; choose another one: ./dev demo --port $((DEMO_PORT + 1))"
}

# The demo's database keeps what one did in it. When the add-on has changed since, a
# copy is updated and takes its place, so that a failing update spoils nothing.
ensure_demo_database() {
    local database=$1 stamp
    stamp=$(make_stamp)
    if [ -n "$DEMO_FRESH" ] || ! db_exists "$database"; then
        make_demo_database "$database"
    elif [ "$(stamp_of "$database")" != "$stamp" ]; then
        db_copy "$database" "$database.new"
        step "Updating $MODULE in the demo's database" demo-update \
            "cannot update the demo's database, which stays as it was; ./dev demo --fresh makes a new one" \
            odoo_update "$database.new"
        db_copy "$database.new" "$database"
        db_drop "$database.new"
    else
        return 0
    fi
    step "Looking up who can log in" demo-logins "cannot read the demo's users" write_logins "$database"
    set_stamp "$database" "$stamp"
}

write_logins() {
    odoo_shell "$1" <"$ROOT/scripts/logins.py" >"$DEMO_LOGINS"
}

wait_until_up() {
    for _ in {1..240}; do
        [[ $(http_status "$DEMO_PORT") != *' '[23]0[03]' '* ]] || return 0
        kill -0 "$1" 2>/dev/null || return 1
        sleep 0.5
    done
    return 1
}

cmd_demo() {
    local database status=0
    demo_options "$@"
    prepare run
    database=$(own_name demo)
    exec 7>>"$DEV/demo.lock"
    flock -n 7 || die "another ./dev demo of this checkout runs"
    ensure_demo_database "$database"
    # PDF reports fetch their style sheets from this address.
    psql_quiet --dbname "$database" -c "UPDATE ir_config_parameter
        SET value = 'http://127.0.0.1:$DEMO_PORT' WHERE key = 'web.base.url'"
    check_demo_port
    say "-- Starting Odoo"
    odoo -d "$database" --db-filter="^$database\$" --http-port="$DEMO_PORT" \
        --logfile="$DEMO_LOG" </dev/null >"$DEMO_LOG.start" 2>&1 &
    wait_until_up $! || die "Odoo does not start (logs: $DEMO_LOG, $DEMO_LOG.start)"
    cat <<END

Odoo runs at http://127.0.0.1:$DEMO_PORT (Invoicing Cycle: /odoo/invoicing-cycle)

Who can log in, as login / password:
$(cat "$DEMO_LOGINS")

Log: $DEMO_LOG
Ctrl-C stops it.
END
    wait $! || status=$?
    die "Odoo has ended by itself, status $status (log: $DEMO_LOG)"
}
