# shellcheck shell=bash
# The Odoo 19 source tree: ODOO_HOME, else Debian's package of it, unpacked.

# Raise this when the recipe below changes: the tree is then made anew.
readonly ODOO_RECIPE=1
readonly ODOO_TREE=$DEV/odoo-$ODOO_RECIPE
readonly ODOO_DEB=odoo-19
# Odoo's package links into these by relative path, so they go into the same prefix.
readonly ODOO_DEBS_BESIDE=(libjs-jquery libjs-jquery-form libjs-underscore
    fonts-roboto-unhinted fonts-montserrat fonts-ocr-b)
# These must be of the machine's own suite: the web client's icons need Font Awesome 4,
# and newer suites have a later one.
readonly ODOO_DEBS_OWN_SUITE=(fonts-font-awesome fonts-inconsolata)
# Translations are two thirds of the package; these languages stay.
readonly ODOO_LANGUAGES=(de es 'fi' fr nl sv)
readonly ODOO_BRANCH=https://github.com/odoo/odoo.git

# The folder to import `odoo` from.
odoo_path() {
    if [ -n "${ODOO_HOME:-}" ]; then
        echo "$ODOO_HOME"
    elif [ -d "$ODOO_TREE/usr/lib/python3/dist-packages" ]; then
        echo "$ODOO_TREE/usr/lib/python3/dist-packages"
    else
        echo "$ODOO_TREE"
    fi
}

# Folders with add-ons, comma-separated: ours, and Odoo's where they lie apart.
odoo_addons_path() {
    local path
    path=$(odoo_path)
    if [ -f "$path/addons/sale_timesheet/__manifest__.py" ]; then
        printf '%s,' "$path/addons"
    fi
    echo "$ROOT"
}

check_odoo_home() {
    [ -f "$ODOO_HOME/odoo/release.py" ] || die "ODOO_HOME=$ODOO_HOME holds no Odoo source tree (odoo/release.py)"
    grep -q '^version_info = (19, 0' "$ODOO_HOME/odoo/release.py" || die "ODOO_HOME=$ODOO_HOME is not Odoo 19.0"
    ODOO_HOME=$(cd -P -- "$ODOO_HOME" && pwd)
}

ensure_odoo() {
    if [ -n "${ODOO_HOME:-}" ]; then
        check_odoo_home
        return
    fi
    [ ! -e "$ODOO_TREE/.complete" ] || return 0
    local new=$DEV/odoo.new debs=$DEV/debs.new
    rm -rf "$ODOO_TREE" "$new" "$debs" "$APT_STATE"
    mkdir -p "$new" "$debs"
    if have apt-get && [ -e /etc/debian_version ]; then
        step "Fetching Odoo 19 (123 MB)" odoo-fetch \
            "cannot fetch Odoo 19: no network, or no Debian mirror in this machine's apt sources" \
            download_odoo_debs "$debs"
        step "Unpacking it" odoo-unpack "cannot unpack Odoo 19" unpack_odoo_debs "$debs" "$new"
    elif have git; then
        step "Cloning Odoo 19.0" odoo-git "cannot clone Odoo's branch 19.0" \
            git clone --quiet --depth 1 --branch 19.0 "$ODOO_BRANCH" "$new"
    else
        die "no source for Odoo 19 here: give ODOO_HOME, or install git"
    fi
    : >"$new/.complete"
    mv "$new" "$ODOO_TREE"
    rm -rf "$debs" "$APT_STATE"
}

# --- Debian's package --------------------------------------------------------------

readonly APT_STATE=$DEV/apt.new

# apt-get with a private state in APT_STATE/NAME, so that the system's own lists and
# sources stay as they are. NAME `machine` has the system's sources, `unstable` ours.
apt_private() {
    local state=$APT_STATE/$1
    shift
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    local options=(-o "Dir::State::Lists=$state/lists" -o "Dir::Cache=$state/cache"
        -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::Languages=none)
    # A mirror may lag behind unstable's week of validity; it is signed all the same.
    if [ -e "$state/sources.list" ]; then
        options+=(-o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
            -o Acquire::Check-Valid-Until=false)
    fi
    apt-get -qq "${options[@]}" "$@"
}

# The address of the Debian mirror that this machine is set up with.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's own placeholders
    apt_private machine indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
        'Created-By: Packages' | sed -n 's/^Debian|Debian|//p' | head -n 1
}

write_unstable_source() {
    local mirror=$1 option='' keyring
    for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
        [ ! -e "$keyring" ] || option="[signed-by=$keyring] "
    done
    echo "deb $option$mirror unstable main" >"$APT_STATE/unstable/sources.list"
}

download_odoo_debs() {
    local mirror
    mkdir -p "$APT_STATE/unstable"
    apt_private machine update || true
    mirror=$(debian_mirror)
    [ -n "$mirror" ]
    write_unstable_source "$mirror"
    apt_private unstable update
    cd "$1" || return
    apt_private unstable download "$ODOO_DEB" "${ODOO_DEBS_BESIDE[@]}"
    apt_private machine download "${ODOO_DEBS_OWN_SUITE[@]}"
}

unpack_odoo_debs() {
    local folder=$1 deb tree=$2 keep language
    local lib=./usr/lib/python3/dist-packages
    for deb in "$folder"/*.deb; do
        dpkg --fsys-tarfile "$deb" | tar -x -C "$tree" --no-same-owner \
            --exclude='*.po' --exclude="$lib/addons" --exclude="$lib/setup" \
            --exclude="$lib/doc" --exclude=./etc --exclude='./usr/share/doc'
    done
    keep=()
    for language in "${ODOO_LANGUAGES[@]}"; do
        keep+=("*/i18n/$language.po")
    done
    dpkg --fsys-tarfile "$folder/$ODOO_DEB"_*.deb \
        | tar -x -C "$tree" --no-same-owner --wildcards --exclude="$lib/addons" "${keep[@]}"
    # Named in the web client's asset bundle but not in the package; without it every
    # browser test ends on a console error.
    mkdir -p "$tree/$lib/odoo/addons/mail/static/lib/selfie_segmentation"
    : >"$tree/$lib/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    # No link may lead nowhere.
    ! find "$tree" -xtype l | grep .
}
