# shellcheck shell=bash
# The Python environment: what Odoo runs on, and on top of it the tools.

# Odoo 19 runs on Python 3.10 to 3.13.
python_fits() {
    "$1" -c 'import sys, ensurepip, venv
sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    local python
    for python in ${DEV_PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11 python3.10}; do
        if python_fits "$python"; then
            echo "$python"
            return 0
        fi
    done
    return 1
}

venv_path() {
    local python version
    if [ -z "${VENV:-}" ]; then
        python=$(find_python) || die "no Python 3.10 to 3.13 with the venv module here${DEV_PYTHON:+: DEV_PYTHON=$DEV_PYTHON}"
        version=$("$python" -c 'import sys; print(sys.version, sys.base_prefix)')
        VENV=$DEV/venv-$({ echo "$version"; cat "$ROOT/requirements.txt"; } | hash_text)
    fi
}

py() {
    "$VENV/bin/python" "$@"
}

pip_install() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$1"
}

# Made in its final place, since a moved environment does not work; the stamp that
# comes last tells a finished one.
make_venv() {
    local python
    python=$(find_python)
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
    pip_install "$ROOT/requirements.txt"
    printf '%s\n' 'from odoo.cli import main' 'main()' >"$VENV/bin/odoo"
    : >"$VENV/.complete"
}

ensure_venv() {
    venv_path
    [ ! -e "$VENV/.complete" ] || return 0
    STEP_TAIL=3 step "Installing the Python packages" venv in_strict_shell make_venv \
        || die "cannot install the Python packages from PyPI; is the network there? (log: $LOGS/venv.log)"
}

ensure_tools() {
    local stamp
    stamp=$VENV/.tools-$(hash_text <"$ROOT/requirements-dev.txt")
    [ ! -e "$stamp" ] || return 0
    STEP_TAIL=3 step "Installing the test tools" tools pip_install "$ROOT/requirements-dev.txt" \
        || die "cannot install the test tools from PyPI; is the network there? (log: $LOGS/tools.log)"
    rm -f "$VENV"/.tools-*
    : >"$stamp"
}
