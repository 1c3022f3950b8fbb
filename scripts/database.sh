# shellcheck shell=bash
# Databases, made in layers and kept as templates:
#   dependencies without the add-on (with and without demo data), keyed by their names
#   and the Odoo tree; the add-on on top of it, keyed by the add-on's files.

readonly BASE_MODULES=(sale_timesheet hr_expense sale_expense project_sale_expense)
readonly DATA=$DEV/data

# --- Odoo's environment --------------------------------------------------------------

write_config() {
    local text file
    text="[options]
addons_path = $(odoo_addons_path)
data_dir = $DATA
http_interface = 127.0.0.1
max_cron_threads = 1
without_demo = True"
    file=$DEV/odoo-$(hash_text <<<"$text").conf
    if [ ! -e "$file" ]; then
        mkdir -p "$DATA/filestore"
        echo "$text" >"$file.$$"
        mv "$file.$$" "$file"
    fi
    export ODOO_RC=$file
}

# From here on everything runs in Odoo's environment. Compiled Python is kept out of
# the checkout and of a tree that is not ours.
use_odoo_environment() {
    write_config
    PYTHONPATH=$(odoo_path)
    export PYTHONPATH HOME=$DEV/home
    use_own_tmp
    export PYTHONPYCACHEPREFIX=$DEV/pycache PYTHONUNBUFFERED=1
    unset PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONSTARTUP
}

odoo() {
    py "$VENV/bin/odoo" "$@"
}

# --- keys ------------------------------------------------------------------------------

addon_exists() {
    [ -f "$ROOT/$MODULE/__manifest__.py" ]
}

dependencies() {
    {
        printf '%s\n' "${BASE_MODULES[@]}"
        ! addon_exists || py -c '
import ast, sys
print(*ast.literal_eval(open(sys.argv[1]).read())["depends"], sep="\n")
' "$ROOT/$MODULE/__manifest__.py"
    } | sort -u
}

# What a database with the add-on depends on: not tests, scripts and style sheets,
# which are read from the files.
addon_hash() {
    addon_exists || {
        echo none
        return 0
    }
    (cd "$ROOT" && find "$MODULE" \( -name tests -o -name __pycache__ -o -path '*/static/src' \
        -o -path '*/readme' \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum) | hash_text
}

name_templates() {
    local key modules
    modules=$(dependencies) || die "cannot read $MODULE/__manifest__.py"
    key=$({
        echo "$modules"
        odoo_path
        cat "$(odoo_path)/odoo/release.py"
    } | hash_text)
    ADDON_HASH=$(addon_hash)
    local prefix
    prefix=ic_$(checkout_hash | cut -c1-6)
    TEMPLATE_PREFIX=$prefix
    DEPENDENCIES_DEMO=${prefix}_dependencies_demo_$key
    DEPENDENCIES_PLAIN=${prefix}_dependencies_plain_$key
    # The demo data is dated relative to the day on which it is loaded, in UTC.
    ADDON_DEMO=${prefix}_addon_demo_${key}_${ADDON_HASH}_$(date -u +%y%m%d)
}

# --- databases ---------------------------------------------------------------------------

db_exists() {
    [ -n "$(psql_quiet -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]
}

db_drop() {
    dropdb --if-exists --force --maintenance-db=postgres "$1"
    rm -rf "$DATA/filestore/${1:?}"
}

# Files in a filestore are named after their content and never changed, so links do.
copy_filestore() {
    [ -d "$DATA/filestore/$1" ] || return 0
    cp -al "$DATA/filestore/$1" "$DATA/filestore/$2" 2>/dev/null || {
        rm -rf "$DATA/filestore/${2:?}"
        cp -a "$DATA/filestore/$1" "$DATA/filestore/$2"
    }
}

# The database comes last in what follows: once it is there, its files are as well.
db_copy() {
    db_drop "$2" 2>/dev/null \
        && copy_filestore "$1" "$2" \
        && createdb --maintenance-db=postgres --template="$1" "$2"
}

db_rename() {
    rm -rf "$DATA/filestore/${2:?}"
    [ ! -d "$DATA/filestore/$1" ] || mv "$DATA/filestore/$1" "$DATA/filestore/$2"
    psql_quiet -c "ALTER DATABASE \"$1\" RENAME TO \"$2\""
}

# Ends with an error when one of the modules, comma-separated, is not installed: Odoo
# itself ends well when it has skipped a module that it could not find.
check_installed() {
    local module
    for module in ${2//,/ }; do
        psql_quiet --dbname "$1" -c "SELECT state FROM ir_module_module WHERE name = '$module'" \
            | grep -qx installed || {
            echo "module $module is not installed"
            return 1
        }
    done
}

# odoo_install DATABASE MODULES [OPTION...]
odoo_install() {
    local database=$1 modules=$2
    shift 2
    odoo -d "$database" -i "$modules" --stop-after-init --no-http --max-cron-threads=0 "$@"
    check_installed "$database" "$modules"
}

odoo_update() {
    odoo -d "$1" -u "$MODULE" --stop-after-init --no-http --max-cron-threads=0
}

new_dependency_template() {
    local name=$1
    shift
    db_drop "$name.new" 2>/dev/null
    createdb --maintenance-db=postgres --template=template0 --encoding=UTF8 "$name.new"
    odoo_install "$name.new" "$(dependencies | paste -sd,)" "$@"
    db_rename "$name.new" "$name"
}

new_addon_template() {
    db_copy "$1" "$2.new"
    if addon_exists; then
        odoo_install "$2.new" "$MODULE" --with-demo
    fi
    db_rename "$2.new" "$2"
}

# Drops templates of one kind that a newer one has replaced.
drop_old_templates() {
    local kind=$1 newest=$2 name
    psql_quiet -c "SELECT datname FROM pg_database WHERE datname LIKE '${TEMPLATE_PREFIX}\\_${kind}\\_%'" \
        | while read -r name; do
            [ "$name" = "$newest" ] || db_drop "$name"
        done
}

# The functions below are called with the set-up's lock held.
ensure_dependencies_demo() {
    db_exists "$DEPENDENCIES_DEMO" && return
    step "Installing Odoo's own modules with demo data in a template" dependencies-demo \
        in_strict_shell new_dependency_template "$DEPENDENCIES_DEMO" --with-demo \
        || die "cannot install Odoo's own modules (log: $LOGS/dependencies-demo.log)"
    drop_old_templates dependencies_demo "$DEPENDENCIES_DEMO"
}

ensure_dependencies_plain() {
    db_exists "$DEPENDENCIES_PLAIN" && return
    step "Installing Odoo's own modules without demo data in a template" dependencies-plain \
        in_strict_shell new_dependency_template "$DEPENDENCIES_PLAIN" \
        || die "cannot install Odoo's own modules (log: $LOGS/dependencies-plain.log)"
    drop_old_templates dependencies_plain "$DEPENDENCIES_PLAIN"
}

ensure_addon_demo() {
    db_exists "$ADDON_DEMO" && return
    ensure_dependencies_demo
    step "Installing $MODULE with demo data in a template" addon-demo \
        in_strict_shell new_addon_template "$DEPENDENCIES_DEMO" "$ADDON_DEMO" \
        || die "cannot install $MODULE with demo data (log: $LOGS/addon-demo.log)"
    drop_old_templates addon_demo "$ADDON_DEMO"
}

# A database of ours that has no name given by the user: on a server that is not ours it
# must not meet another checkout's.
own_name() {
    if [ "${CLUSTER_IS_OWN:-}" ]; then
        echo "$1"
    else
        echo "${TEMPLATE_PREFIX}_$1"
    fi
}

check_free_name() {
    case $1 in
        "$TEMPLATE_PREFIX"_* | test_[0-9]* | postgres | template0 | template1)
            die "the name '$1' is taken: ./dev uses it itself" ;;
    esac
}

make_demo_database() {
    lock_setup
    ensure_addon_demo
    db_copy "$ADDON_DEMO" "$1" || die "cannot make the database $1"
    unlock_setup
}

# --- calls -----------------------------------------------------------------------------

# Everything that calls which run Odoo need; LEVEL is `run` or `test`.
prepare() {
    local level=$1
    enter
    lock_setup
    ensure_packages "$level"
    use_own_tmp
    use_database_server
    ensure_odoo
    ensure_venv
    [ "$level" = run ] || ensure_tools
    unlock_setup
    use_odoo_environment
    name_templates
}

cmd_setup() {
    prepare test
    lock_setup
    ensure_dependencies_demo
    ensure_dependencies_plain
    unlock_setup
}

cmd_db() {
    prepare run
    check_free_name "$1"
    make_demo_database "$1"
    say "Database $1 is ready."
}

cmd_clean() {
    enter
    lock_setup
    flock -u 8
    flock -n -x 8 || die "another ./dev of this checkout runs"
    stop_own_cluster
    EXIT_HOOKS=()
    rm -rf "$(folder_elsewhere)" "$(tmp_path)" "$DEV"
}
