# shellcheck shell=bash
# Tests on a kept database: the daily, quick way.

readonly TEST_SLOTS=8

# Locks a kept database for this call and names it TEST_DB. Several calls at a time get
# one each.
take_test_database() {
    local name
    mkdir -p "$DEV/test"
    if [ -n "${DEV_TEST_DB:-}" ]; then
        [[ $DEV_TEST_DB =~ ^[a-z0-9_]{1,40}$ ]] || die "DEV_TEST_DB=$DEV_TEST_DB: use small letters, digits and _"
        exec 7>>"$DEV/test/$DEV_TEST_DB.lock"
        flock -n 7 || {
            say "-- waiting for the test database $DEV_TEST_DB"
            flock 7
        }
        TEST_DB=$DEV_TEST_DB
        return 0
    fi
    for name in $(seq -f 'test_%g' "$TEST_SLOTS"); do
        name=$(own_name "$name")
        exec 7>>"$DEV/test/$name.lock"
        if flock -n 7; then
            TEST_DB=$name
            return 0
        fi
    done
    die "$TEST_SLOTS test runs at a time are the limit"
}

# Brings the test database up to the add-on's files. Its stamp is removed meanwhile, so
# that one whose update failed is made anew the next time.
ensure_test_database() {
    local stamp=$DEV/test/$TEST_DB.stamp state=new want
    want="$DEPENDENCIES_PLAIN $ADDON_HASH"
    if [ -e "$stamp" ] && db_exists "$TEST_DB"; then
        [ "$(cat "$stamp")" != "$want" ] || return 0
        [ "$(cut -d' ' -f1 "$stamp")" != "$DEPENDENCIES_PLAIN" ] || state=old
    fi
    rm -f "$stamp"
    if [ $state = new ]; then
        copy_dependencies_plain "$TEST_DB"
        step "Installing $MODULE in $TEST_DB" "$TEST_DB" \
            in_strict_shell odoo_install "$TEST_DB" "$MODULE" \
            || die "cannot install $MODULE (log: $LOGS/$TEST_DB.log)"
    else
        step "Updating $MODULE in $TEST_DB" "$TEST_DB" odoo_update "$TEST_DB" \
            || die "cannot update $MODULE (log: $LOGS/$TEST_DB.log)"
    fi
    echo "$want" >"$stamp"
}

copy_dependencies_plain() {
    lock_setup
    ensure_dependencies_plain
    db_copy "$DEPENDENCIES_PLAIN" "$1" || die "cannot make the database $1"
    unlock_setup
}

run_pytest() {
    local database=$1
    shift
    cd "$ROOT" || return
    py -m pytest --odoo-database="$database" --odoo-http --odoo-log-level=warn "$@"
}

cmd_test() {
    prepare test
    addon_exists || die "there is no $MODULE/__manifest__.py"
    if [ $# -eq 0 ]; then
        all_checks
        return
    fi
    take_test_database
    ensure_test_database
    run run_pytest "$TEST_DB" "$@"
}
