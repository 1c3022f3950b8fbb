# shellcheck shell=bash
# Debian packages: finds out what the machine lacks and installs just that.

find_chromium() {
    have google-chrome || have chromium || have chromium-browser || have google-chrome-stable
}

have_library() {
    compgen -G "/usr/lib*/$1" || compgen -G "/usr/lib/*/$1" || compgen -G "/usr/local/lib/$1"
} >/dev/null

# Names of the packages whose content is missing, one a line. LEVEL is `run` (a
# server) or `test` (linters and browser tests as well).
missing_packages() {
    local level=$1
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    find_python >/dev/null || printf '%s\n' python3 python3-venv
    have_library libmagic.so.1 || echo libmagic1
    # What the patched wkhtmltopdf is linked with.
    have_library libfontconfig.so.1 || echo libfontconfig1
    have_library libX11.so.6 || echo libx11-6
    have_library libXext.so.6 || echo libxext6
    have_library libXrender.so.1 || echo libxrender1
    if own_cluster; then
        find_pg_bin >/dev/null || echo postgresql
    else
        have psql || echo postgresql-client
    fi
    [ "$level" = test ] || return 0
    have git || echo git # pre-commit asks it for the files
    have msgmerge || echo gettext # click-odoo-makepot looks at the .po files with it
    find_chromium || echo chromium
    # A font of Odoo's system stack; the browser's fallback is wider and breaks the
    # layout in pictures.
    [ -d /usr/share/fonts/truetype/roboto ] || echo fonts-roboto-unhinted
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=2 \
        -o DPkg::Lock::Timeout=300 "$@"
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

# What cannot be updated of the package lists does not matter where the packages are found
# all the same. A package manager that is cut short leaves a broken system: while it
# installs, it hears no signal.
install_packages() {
    local hint="no network, or no such package"
    step "Looking up Debian packages" apt-update "$hint" eval 'apt_get update || true'
    step "Fetching Debian packages: $*" apt-download "cannot fetch $*: $hint" \
        apt_get install --yes --no-install-recommends --download-only "$@"
    trap '' INT TERM HUP
    step "Installing them" apt-install "cannot install $*" apt_install "$@"
    trap_signals
}

ensure_packages() {
    local packages
    [ -n "$(missing_packages "$1")" ] || return 0
    if have apt-get && [ "$(id -u)" -eq 0 ]; then
        # One checkout at a time on this machine, and who waited looks again.
        exec 5>>"/run/lock/$MODULE-packages"
        flock 5
        mapfile -t packages < <(missing_packages "$1")
        [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
        exec 5>&-
        return
    fi
    mapfile -t packages < <(missing_packages "$1")
    die "missing Debian packages, to be installed as root: apt-get install --no-install-recommends ${packages[*]}"
}
