# shellcheck shell=bash
# Messages, locks, and running other programs so that none is left behind.

readonly DEV=$ROOT/.dev
readonly LOGS=$DEV/log

CHILD=          # process group of the program that runs now
CHILD_ON_TERMINAL=
BESIDE=         # process group of a function that runs beside it
EXIT_HOOKS=()   # functions to call on the way out, last one first
LEAVING=        # set once the exit hooks run, which signals must not cut short

die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# What goes on is told on standard output, so that an error is alone on standard error;
# there too, where standard output is the program's own (quiet_output).
exec 3>&1

quiet_output() {
    exec 3>&2
}

say() {
    printf '%s\n' "$*" >&3
}

no_arguments() {
    local call=$1
    shift
    [ $# -eq 0 ] || die "'./dev $call' takes no argument"
}

one_name() {
    local call=$1
    shift
    [ $# -eq 1 ] || die "'./dev $call' takes one argument, the database's name"
    [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$ ]] || die "'$1' is no database name"
}

hash_text() {
    sha256sum | cut -c1-12
}

checkout_hash() {
    printf '%s' "$ROOT" | hash_text
}

# For what cannot lie in .dev, since its path is too long or others cannot reach it.
folder_elsewhere() {
    echo "/var/tmp/$MODULE-$(checkout_hash)-$(id -u)"
}

# For temporary files. The browser makes a socket there, whose path is limited.
tmp_path() {
    if [ ${#DEV} -le 55 ]; then
        echo "$DEV/tmp"
    else
        echo "$(folder_elsewhere)-tmp"
    fi
}

use_own_tmp() {
    TMPDIR=$(tmp_path)
    export TMPDIR
    mkdir -p "$TMPDIR"
    [ -O "$TMPDIR" ] || die "$TMPDIR belongs to another user"
}

# --- the way out -----------------------------------------------------------------

at_exit() {
    EXIT_HOOKS=("$1" "${EXIT_HOOKS[@]}")
}

leave() {
    local status=$? hook
    LEAVING=1
    trap '' INT TERM HUP PIPE
    stop_child
    for hook in "${EXIT_HOOKS[@]}"; do
        "$hook" || true
    done
    exit "$status"
}

on_signal() {
    [ -z "$LEAVING" ] || return 0
    say ""
    say "Stopping."
    exit "$1"
}

trap_signals() {
    trap 'on_signal 130' INT
    trap 'on_signal 143' TERM
    trap 'on_signal 129' HUP
    trap 'exit 141' PIPE # nobody reads any more what we say
}

trap leave EXIT
trap_signals

# Ends a process, or with a minus before its number a process group: TERM, a time limit,
# then KILL.
stop_process() {
    local signal
    for signal in TERM KILL; do
        kill -"$signal" -- "$1" 2>/dev/null || return 0
        for _ in {1..75}; do
            kill -0 -- "$1" 2>/dev/null || return 0
            sleep 0.2
        done
    done
}

stop_child() {
    if [ -n "$CHILD_ON_TERMINAL" ]; then
        stop_process "$CHILD_ON_TERMINAL"
        CHILD_ON_TERMINAL=
    fi
    if [ -n "$CHILD" ]; then
        stop_process "-$CHILD"
        wait "$CHILD" 2>/dev/null || true
        CHILD=
    fi
}

# Starts a program in a process group of its own, so that a signal to this script
# reaches the program and all its children, and none outlives the script. It gets none of
# our files: a stray child must not keep a lock or a pipe.
start() {
    set -m
    "$@" 3>&- 5>&- 6>&- 7>&- 8>&- 9>&- <&0 &
    CHILD=$!
    set +m
}

run() {
    local status=0
    start "$@"
    wait "$CHILD" || status=$?
    # The program's own stragglers, a browser's helper for one, end with it.
    stop_child
    return "$status"
}

# Runs a function of these scripts beside what follows, in a shell of its own with its
# own process group; its messages go to a file. finish_beside waits for it.
start_beside() {
    local messages=$1
    shift
    at_exit stop_beside
    set -m
    in_strict_shell "$@" >"$messages" 2>&1 3>&- 5>&- 6>&- 7>&- 8>&- 9>&- </dev/null &
    BESIDE=$!
    set +m
}

finish_beside() {
    local status=0
    wait "$BESIDE" || status=$?
    BESIDE=
    return "$status"
}

stop_beside() {
    [ -n "$BESIDE" ] || return 0
    # Its shell stops what it has started itself.
    stop_process "-$BESIDE"
    BESIDE=
}

# Runs a program that talks with the person at the terminal: it stays in the terminal's
# process group, and Ctrl-C is its own to handle.
run_on_terminal() {
    local status=0
    trap ':' INT
    "$@" 3>&- 5>&- 6>&- 7>&- 8>&- 9>&- <&0 &
    CHILD_ON_TERMINAL=$!
    while :; do
        status=0
        wait "$CHILD_ON_TERMINAL" || status=$?
        kill -0 "$CHILD_ON_TERMINAL" 2>/dev/null || break
    done
    CHILD_ON_TERMINAL=
    trap_signals
    return "$status"
}

# Runs a function of these scripts in a shell of its own that stops at the first error:
# bash forgets `set -e` in a function whose status is tested.
in_strict_shell() {
    VENV=${VENV:-} PG_BIN=${PG_BIN:-} CLUSTER=${CLUSTER:-} NODE=${NODE:-} \
        bash "$ROOT/dev" --part "$@"
}

# step TEXT LOG COMMAND...: one line for a long step; its output goes to a log file,
# whose end is shown when it fails.
step() {
    local text=$1 log=$LOGS/$2.log started=$SECONDS
    shift 2
    printf -- '-- %s ... ' "$text" >&3
    if run "$@" >"$log" 2>&1 </dev/null; then
        printf '%d s\n' $((SECONDS - started)) >&3
        return 0
    fi
    printf 'failed\n' >&3
    # Odoo's notices are left out: what went wrong stands in the rest.
    grep -vE '^[0-9-]{10} [0-9:,]{12} [0-9]+ INFO ' "$log" | tail -n "${STEP_TAIL:-25}" >&3 || true
    return 1
}

# --- locks -----------------------------------------------------------------------

# File descriptors: 3 progress, 5 Debian packages, 6 the cluster's start, 7 a test
# database or the demo, 8 the users of .dev, 9 set-up and templates.
lock_setup() {
    exec 9>>"$DEV/lock"
    flock -w 3 9 || {
        say "-- waiting for another ./dev in this checkout"
        flock 9
    }
}

unlock_setup() {
    exec 9>&-
}

# Every call begins here. It counts itself as a user of .dev by a shared lock; who finds
# on leaving that nobody else holds one is the last one out, and stops and sweeps up what
# all share. The kernel frees the lock of a call that dies, so the count is never wrong.
enter() {
    [ -z "${ENTERED:-}" ] || return 0
    ENTERED=1
    mkdir -p "$DEV" "$LOGS" "$DEV/home" 2>/dev/null || die "cannot write to $DEV"
    [ -w "$DEV" ] && [ -w "$LOGS" ] || die "cannot write to $DEV: another user made it"
    exec 8>>"$DEV/users"
    flock -s 8
    at_exit last_one_out
}

last_one_out() {
    flock -u 8
    if flock -n -x 8; then
        stop_own_cluster
        sweep
    fi
    exec 8>&-
}

# Removes what was left half-made, and what newer versions have replaced.
sweep() {
    local old
    rm -rf "$DEV"/*.new "$APT_STATE" "$(tmp_path)"
    for old in "$DEV"/venv-* "$DEV"/node-* "$DEV"/odoo-*/; do
        case ${old%/} in
            "${VENV:-$old}" | "${NODE:-$old}" | "$ODOO_TREE") [ -e "${old%/}/.complete" ] || rm -rf "$old" ;;
            *) rm -rf "$old" ;;
        esac
    done
}
