# shellcheck shell=bash
# Databases. Odoo's own modules take minutes to install, with demo data or without:
# click-odoo keeps a template of either, named after the content of their files.

readonly DATA=$DEV/data

# What is installed in a database; with OCA's job queue comes the glue to it.
ADDONS=$MODULE

# --- Odoo's environment --------------------------------------------------------------

# From here on everything runs in Odoo's environment. Compiled Python is kept out of
# the checkout and of a tree that is not ours.
use_odoo_environment() {
    mkdir -p "$DATA/filestore"
    cat >"$DEV/odoo.conf.$$" <<END
[options]
addons_path = $(odoo_addons_path)
data_dir = $DATA
http_interface = 127.0.0.1
max_cron_threads = 1
without_demo = True
END
    mv "$DEV/odoo.conf.$$" "$DEV/odoo.conf"
    export ODOO_RC=$DEV/odoo.conf PYTHONPYCACHEPREFIX=$DEV/pycache PYTHONUNBUFFERED=1
    PYTHONPATH=$(odoo_path)
    PATH=$DEV/bin:$PATH # our wkhtmltopdf before the machine's
    export PATH PYTHONPATH
    unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONSTARTUP
}

odoo() {
    py -m odoo "$@"
}

odoo_shell() {
    odoo shell -d "$1" --no-http --log-level=warn
}

# What a database with the add-ons depends on: not tests, scripts and style sheets, which
# are read from the files.
addon_hash() {
    (cd "$ROOT" && find "$MODULE" "$GLUE" \( -name tests -o -name __pycache__ -o -path '*/static/src' \) \
        -prune -o -type f -print0 | sort -z | xargs -0 sha256sum) | hash_text
}

# Odoo's own modules, comma-separated: those of the manifest, and those with which the demo
# data and the tests have more to show.
own_modules() {
    py -c 'import ast, sys
depends = ast.literal_eval(sys.stdin.read())["depends"]
print(*depends, "hr_expense", "project_sale_expense", sep=",")' <"$ROOT/$MODULE/__manifest__.py"
}

# What a database is made of, as it stands in its comment: Odoo with what is installed, and
# our files.
make_stamp() {
    echo "$( (cat "$(odoo_path)/odoo/release.py"; echo "$ADDONS") | hash_text) $(addon_hash)"
}

# --- databases ---------------------------------------------------------------------------

db_exists() {
    [ -n "$(psql_quiet -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]
}

db_drop() {
    dropdb --if-exists --force --maintenance-db=postgres "$1" 2>/dev/null
    rm -rf "$DATA/filestore/${1:?}"
}

# Files in a filestore are named after their content and never changed, so links do. The
# database comes last: once it is there, its files are as well.
db_copy() {
    db_drop "$2"
    [ ! -d "$DATA/filestore/$1" ] || cp -al "$DATA/filestore/$1" "$DATA/filestore/$2"
    createdb --maintenance-db=postgres --template="$1" "$2"
}

stamp_of() {
    psql_quiet -c "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$1'"
}

set_stamp() {
    psql_quiet -c "COMMENT ON DATABASE \"$1\" IS '$2'"
}

# A database of ours that has no name given by the user: on a server that is not ours it
# must not meet another checkout's.
own_name() {
    own_cluster || printf 'ic_%s_' "$(checkout_hash)"
    echo "$1"
}

new_base() {
    db_drop "$1"
    "$VENV/bin/click-odoo-initdb" --new-database "$1" --modules "$(own_modules)" \
        "$2" --cache-prefix icycle --log-level info
}

# base_database NAME --demo|--no-demo: a new one with Odoo's own modules.
base_database() {
    lock_setup
    step "Odoo's own modules in $1" "base-$1" "cannot install Odoo's own modules" new_base "$@"
    unlock_setup
}

# odoo_install DATABASE [OPTION...]: the add-on.
odoo_install() {
    odoo -d "$1" -i "$ADDONS" --stop-after-init --no-http --max-cron-threads=0 "${@:2}"
    # Odoo ends well when it has skipped a module that it could not find.
    psql_quiet --dbname "$1" -c "SELECT name FROM ir_module_module WHERE state = 'installed'" \
        >"$LOGS/installed-$1.txt"
    (IFS=,; for name in $ADDONS; do grep -qx "$name" "$LOGS/installed-$1.txt" || exit; done)
}

odoo_update() {
    odoo -d "$1" -u "$MODULE" --stop-after-init --no-http --max-cron-threads=0
}

install_addon() {
    step "Installing $ADDONS in $1" "install-$1" "cannot install $ADDONS" odoo_install "$@"
}

# The demo data is dated relative to the day on which it is loaded, in UTC.
make_demo_database() {
    local template stamp
    template=$(own_name template_demo)
    stamp="$(make_stamp) $(date -u +%F)"
    exec 6>>"$DEV/template.lock"
    flock 6
    if [ "$(stamp_of "$template")" != "$stamp" ]; then
        base_database "$template" --demo
        install_addon "$template" --with-demo
        set_stamp "$template" "$stamp"
    fi
    db_copy "$template" "$1"
    exec 6>&-
}

# --- calls -----------------------------------------------------------------------------

# The packages and tools; LEVEL is `run` or `test`.
prepare_tools() {
    enter
    lock_setup
    ensure_packages "$1"
    ensure_odoo
    ensure_venv
    [ "$1" = run ] || ensure_node
    unlock_setup
}

# Everything that calls which run Odoo need.
prepare() {
    prepare_tools "$1"
    lock_setup
    use_database_server
    unlock_setup
    use_odoo_environment
}

cmd_setup() {
    prepare test
    local database flag
    database=$(own_name setup)
    for flag in --demo --no-demo; do
        base_database "$database" $flag
    done
    db_drop "$database"
}

cmd_db() {
    case $1 in
        ic_* | icycle-* | test_[0-9]* | queue_[0-9]* | demo | template_demo | postgres | template[01])
            die "the name '$1' is taken: ./dev uses it itself" ;;
    esac
    prepare run
    make_demo_database "$1"
    say "Database $1 is ready."
}
