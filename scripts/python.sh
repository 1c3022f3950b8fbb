# shellcheck shell=bash
# The Python environment, by uv: what Odoo runs on, and the tools. Node comes with it, so
# Debian's many packages of that are not needed; the linters that run on it are npm's.

readonly UV_VERSION=0.13.9
readonly VENV=$DEV/venv
# Where OCA's job queue is, apart from the rest.
readonly QUEUE=$VENV/queue
readonly PEER=$VENV/peer
export UV_CACHE_DIR=$DEV/uv-cache UV_PYTHON_INSTALL_DIR=$DEV/python

# Any that can bring uv; uv finds or fetches the one that fits.
find_python() {
    local python
    for python in ${DEV_PYTHON:-/usr/bin/python3 python3}; do
        "$python" -c 'import ensurepip, venv' 2>/dev/null && echo "$python" && return
    done
    return 1
}

py() {
    "$VENV/bin/python" "$@"
}

make_venv() {
    local uv=$DEV/uv/bin/uv
    if [[ $("$uv" --version 2>/dev/null) != "uv $UV_VERSION"* ]]; then
        rm -rf "$DEV/uv"
        "$(find_python)" -m venv "$DEV/uv"
        "$DEV/uv/bin/python" -m pip install --quiet "uv==$UV_VERSION"
    fi
    use_pip_index
    # Odoo 19 runs on these.
    "$uv" venv --quiet --allow-existing --python "${DEV_PYTHON:->=3.10,<3.14}" "$VENV"
    "$uv" pip sync --quiet --system-certs --python "$VENV" "$ROOT"/requirements{,-dev}.txt
    rm -rf "$QUEUE"
    "$uv" pip install --quiet --system-certs --python "$VENV" --no-deps --target "$QUEUE" \
        --requirements "$ROOT/requirements-queue.txt"
    # Odoo looks for it by this name. There is none for other than Intel's processors.
    mkdir -p "$DEV/bin"
    ln -sfn ../venv/bin/wkhtmltopdf-pack "$DEV/bin/wkhtmltopdf"
    made_of >"$VENV/made-of"
}

# The index that pip is set to use: uv does not read that.
use_pip_index() {
    local index
    index=$("$DEV/uv/bin/python" -m pip config list | sed -n "s/.*\.index-url='\(.*\)'/\1/p" | tail -n 1)
    [ -z "$index" ] || export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}
}

# For the benchmark alone, so not part of what is made for every call.
install_peer() {
    use_pip_index
    "$DEV/uv/bin/uv" pip install --quiet --system-certs --python "$VENV" --no-deps \
        --target "$PEER" --requirements "$ROOT/requirements-bench.txt"
}

made_of() {
    echo "$VENV ${DEV_PYTHON:-}" # one that was copied has programs of another place
    cat "$ROOT"/requirements{,-dev,-queue}.txt
}

ensure_venv() {
    ! py -c '' 2>/dev/null || ! made_of | cmp -s - "$VENV/made-of" || return 0
    step "Installing the Python packages" venv \
        "cannot install the Python packages from PyPI; is the network there?" make_venv
}

npm_ci() {
    mkdir -p "$DEV/node"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$DEV/node"
    PATH=$VENV/bin:$PATH npm ci --prefix "$DEV/node" --no-audit --no-fund --ignore-scripts \
        --cache "$DEV/npm.new"
    cp "$ROOT/package-lock.json" "$DEV/node/made-of"
}

ensure_node() {
    ! cmp -s "$ROOT/package-lock.json" "$DEV/node/made-of" || return 0
    step "Installing prettier and eslint" npm \
        "cannot install prettier and eslint from npm; is the network there?" npm_ci
}
