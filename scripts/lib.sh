# shellcheck shell=bash
# Messages, steps, locks, and the way out.

readonly DEV=$ROOT/.dev LOGS=$ROOT/.dev/log

# What goes on is told on standard output, so that an error is alone on standard error;
# there too, where standard output is the program's own (quiet_output).
exec 3>&1

quiet_output() {
    exec 3>&2
}

say() {
    printf '%s\n' "$*" >&3
}

die() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

hash_text() {
    sha256sum | cut -c1-12
}

# Part of the names of what lies outside of the checkout.
checkout_hash() {
    printf '%s' "$ROOT" | hash_text | cut -c1-6
}

# --- running ---------------------------------------------------------------------

# Runs a command, or a function that stops at its first error, beside this shell: so
# the shell answers a signal at once. STATUS tells how it ended. Neither this nor what
# calls it stands before `||` or in an `if`: bash forgets `set -e` there.
try() {
    set +e
    (set -e; "$@") <&0 &
    wait $!
    STATUS=$?
    set -e
}

run() {
    try "$@"
    return "$STATUS"
}

# step TEXT LOG ADVICE COMMAND...: one line for a long step; its output goes to a log
# file, whose end is shown when it fails.
step() {
    local text=$1 log=$LOGS/$2.log advice=$3 started=$SECONDS
    shift 3
    printf -- '-- %s ... ' "$text" >&3
    try "$@" >"$log" 2>&1 </dev/null
    if [ "$STATUS" -eq 0 ]; then
        say "$((SECONDS - started)) s"
        return
    fi
    say failed
    # Odoo's notices are left out: what went wrong stands in the rest.
    grep -vE '^[0-9-]{10} [0-9:,]{12} [0-9]+ INFO ' "$log" | tail -n 25 >&3 || true
    die "$advice (log: $log)"
}

# --- the way out -----------------------------------------------------------------

EXIT_HOOKS=() # functions to call on the way out, last one first

at_exit() {
    EXIT_HOOKS=("$1" "${EXIT_HOOKS[@]}")
}

leave() {
    local status=$? hook
    trap '' INT TERM HUP PIPE
    stop_all
    for hook in "${EXIT_HOOKS[@]}"; do
        "$hook" || true
    done
    exit "$status"
}

trap_signals() {
    trap 'say; say Stopping.; exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    trap 'exit 141' PIPE # nobody reads any more what we say
}

trap leave EXIT
trap_signals

# Finds what bears the mark of this call, however far it has gone: a browser, for one,
# leaves the process that started it.
find_ours() {
    local files=(/proc/[0-9]*/environ)
    mapfile -t OURS < <(env -u DEV_RUN grep -lzxF "DEV_RUN=$DEV_RUN" -- \
        "${files[@]/#\/proc\/$$\/environ/}" 2>/dev/null)
    OURS=("${OURS[@]//[^0-9]/}")
    [ ${#OURS[@]} -gt 0 ]
}

# Ends it all: TERM, a time limit, then KILL.
stop_all() {
    local signal
    for signal in TERM KILL; do
        find_ours || return 0
        kill -$signal "${OURS[@]}" 2>/dev/null || true
        for _ in {1..75}; do
            find_ours || return 0
            sleep 0.2
        done
    done
}

# --- locks -----------------------------------------------------------------------

# File descriptors: 3 progress, 5 Debian packages, 6 the demo's template, 7 a test database or the demo, 8 the
# users of .dev, 9 the set-up and templates.
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

# What lies outside of the checkout. Temporary files do: Odoo counts the dots in their paths
# to tell which header belongs to which page of a PDF, and a browser makes sockets there,
# whose paths are limited to 107 bytes. PostgreSQL's do where the checkout's path is long.
OUTSIDE=/var/tmp/$MODULE-$(checkout_hash)-$(id -u)
SHORT=$DEV
[ ${#DEV} -le 55 ] || SHORT=$OUTSIDE
# shellcheck disable=SC2034  # the parts read it
readonly OUTSIDE SHORT

# Every call begins here. It counts itself as a user of .dev by a shared lock; who finds
# on leaving that nobody else holds one is the last one out, and stops and sweeps up what
# all share. The kernel frees the lock of a call that dies, so the count is never wrong.
enter() {
    mkdir -p "$LOGS" "$DEV/home" "$OUTSIDE/tmp" 2>/dev/null || die "cannot write to $DEV or $OUTSIDE"
    [ -w "$LOGS" ] || die "cannot write to $DEV: another user made it"
    [ -O "$OUTSIDE" ] || die "$OUTSIDE belongs to another user"
    exec 8>>"$DEV/users"
    flock -s 8
    at_exit last_one_out
    export TMPDIR=$OUTSIDE/tmp
}

last_one_out() {
    flock -n -x 8 || return 0
    stop_own_cluster
    rm -rf "$DEV"/*.new "$OUTSIDE/tmp"
    rmdir --ignore-fail-on-non-empty "$OUTSIDE"
}

cmd_clean() {
    enter
    flock -n -x 8 || die "another ./dev of this checkout runs"
    stop_own_cluster
    EXIT_HOOKS=()
    rm -rf "$OUTSIDE" "$DEV"
}
