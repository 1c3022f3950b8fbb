# shellcheck shell=bash
# Debian packages: finds out what the machine lacks and installs just that.

readonly APT_STATE=$DEV/apt

have() {
    command -v "$1" >/dev/null 2>&1
}

find_chromium() {
    have google-chrome || have chromium || have chromium-browser || have google-chrome-stable
}

have_library() {
    local folder
    for folder in /usr/lib /usr/lib/* /usr/lib64 /usr/local/lib; do
        [ ! -e "$folder/$1" ] || return 0
    done
    return 1
}

# Names of the packages whose content is missing, one a line. LEVEL is `run` (a
# server) or `test` (browser tests as well).
missing_packages() {
    local level=$1
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    [ -n "${DEV_PYTHON:-}" ] || find_python >/dev/null || printf '%s\n' python3 python3-venv
    have_library libmagic.so.1 || echo libmagic1
    if own_cluster; then
        find_pg_bin >/dev/null || echo postgresql
    else
        have psql || echo postgresql-client
    fi
    if [ "$level" = test ]; then
        find_chromium || echo chromium
        # A font of Odoo's system stack; the browser's fallback is wider and breaks
        # the layout in pictures.
        [ -d /usr/share/fonts/truetype/roboto ] || echo fonts-roboto-unhinted
    fi
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=2 \
        -o DPkg::Lock::Timeout=120 "$@"
}

# An update that fails for one of several sources is good enough when what we need can
# be installed all the same, so its status is not looked at; but somebody else's, that
# goes on, is waited for.
apt_update() {
    local _
    for _ in {1..12}; do
        apt_get update 2>&1 | tee "$LOGS/apt-update.last"
        grep -q 'Could not get lock' "$LOGS/apt-update.last" || break
        sleep 5
    done
    rm -f "$LOGS/apt-update.last"
}

apt_download() {
    apt_get install --yes --no-install-recommends --download-only "$@"
}

apt_install() {
    # The package would make a cluster of its own and start it.
    if [ ! -d /etc/postgresql-common ]; then
        mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' \
            >/etc/postgresql-common/createcluster.d/invoicing_cycle.conf
    fi
    apt_get install --yes --no-install-recommends "$@"
}

has_candidate() {
    [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]
}

# A package manager that is cut short leaves a broken system: a signal waits here
# until it has finished.
step_uninterrupted() {
    local text=$1 log=$LOGS/$2.log started=$SECONDS status signalled=
    shift 2
    trap '[ "$signalled" ] || printf "stopping as soon as that is done ... " >&3
        signalled=1' INT TERM HUP
    printf -- '-- %s ... ' "$text" >&3
    start "$@" >"$log" 2>&1 </dev/null
    while :; do
        status=0
        wait "$CHILD" || status=$?
        kill -0 "$CHILD" 2>/dev/null || break
    done
    CHILD=
    trap_signals
    [ -z "$signalled" ] || {
        say ""
        exit 130
    }
    [ "$status" -eq 0 ] || {
        printf 'failed\n' >&3
        tail -n 5 "$log" >&3
        return 1
    }
    printf '%d s\n' $((SECONDS - started)) >&3
}

update_package_lists() {
    [ -z "${APT_UPDATED:-}" ] || return 0
    step "Looking up Debian packages" apt-update apt_update || true
    APT_UPDATED=1
}

install_packages() {
    local packages=("$@")
    have apt-get || die "missing: ${packages[*]} (no apt-get here to install them)"
    [ "$(id -u)" -eq 0 ] || die "missing Debian packages, to be installed as root: apt-get install --no-install-recommends ${packages[*]}"
    update_package_lists
    STEP_TAIL=3 step "Fetching Debian packages: ${packages[*]}" apt-download apt_download "${packages[@]}" \
        || die "cannot fetch ${packages[*]}: no network, or no such package (log: $LOGS/apt-download.log)"
    step_uninterrupted "Installing them" apt-install apt_install "${packages[@]}" \
        || die "cannot install ${packages[*]} (log: $LOGS/apt-install.log)"
}

# Another checkout's ./dev may be installing packages: one at a time on this machine, and
# who waited looks again.
lock_packages() {
    [ "$(id -u)" -eq 0 ] || return 0
    exec 5>>/run/lock/$MODULE-packages
    flock -w 3 5 || {
        say "-- waiting for another ./dev that installs packages"
        flock 5
    }
}

ensure_packages() {
    local packages
    [ -n "$(missing_packages "$1")" ] || [ -n "$(missing_wkhtmltopdf)" ] || return 0
    lock_packages
    mapfile -t packages < <(missing_packages "$1")
    [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
    ensure_wkhtmltopdf
    exec 5>&-
}

# PDF is the one thing that may be missing: not every Debian has the package.
readonly NO_WKHTMLTOPDF=$DEV/no-wkhtmltopdf

missing_wkhtmltopdf() {
    have wkhtmltopdf || [ -e "$NO_WKHTMLTOPDF" ] || echo wkhtmltopdf
}

ensure_wkhtmltopdf() {
    [ -n "$(missing_wkhtmltopdf)" ] || return 0
    if have apt-get && [ "$(id -u)" -eq 0 ]; then
        update_package_lists
        if has_candidate wkhtmltopdf; then
            install_packages wkhtmltopdf
            return 0
        fi
    fi
    say "-- no wkhtmltopdf here: invoices cannot be printed as PDF"
    # Asked again the next time where apt could not know.
    [ "$(id -u)" -eq 0 ] && have apt-get && ! has_candidate python3 || : >"$NO_WKHTMLTOPDF"
}
