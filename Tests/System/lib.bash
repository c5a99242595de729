# What the tests share; each sources it, in a box, in the folder of the checkout.
# shellcheck shell=bash

set -euo pipefail
# A test that fails says where.
set -o errtrace
trap 'echo "FAILED: ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND" >&2' ERR

url=https://127.0.0.1:8443
conf=/etc/portico/portico.conf

# fail WORD...: ends the test.
fail() { echo "FAILED: $*" >&2; exit 1; }

# expect ACTUAL EXPECTED WHAT
expect() { [[ $1 == "$2" ]] || fail "$3 is \"$1\", not \"$2\""; }

# not COMMAND...: the command must fail ("! command" would be exempt from errexit).
not() {
    if "$@"; then fail "this succeeded: $*"; fi
}

# Installs the program under test as a user would, with a configuration for tests.
install_portico() {
    make --silent install BINARY="$binary" PREFIX=/usr
    mkdir -p /srv/www
    echo hello >/srv/www/hello.txt
    configure
    # Tests start it more often than five times in ten seconds.
    mkdir -p /etc/systemd/system/portico.service.d
    printf '[Unit]\nStartLimitIntervalSec=0\n' >/etc/systemd/system/portico.service.d/start-limit.conf
    systemctl daemon-reload
}

# configure [LISTEN]: writes the configuration; $certificate and $key may say which.
configure() {
    cat >$conf <<EOF
[server]
listen = ${1-127.0.0.1:8443}

[tls]
certificate = ${certificate-auto}
key = ${key-auto}

[handler /]
module = files
root = /srv/www

[handler /echo]
module = echo
EOF
}

# get PATH [OPTION...]: a request whose answer must be a success; prints the content.
get() { curl --silent --show-error --fail --insecure --max-time 10 "${@:2}" "$url$1"; }

# property NAME [UNIT]
property() { systemctl show --property "$1" --value "${2-portico.service}"; }

# wait_for COMMAND...: until the command succeeds, for 20 s.
wait_for() {
    local deadline=$((SECONDS + 20))
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "in vain: $*"
        sleep 0.05
    done
}

# drop_in UNIT: adds standard input to the unit's settings.
drop_in() {
    mkdir -p "/etc/systemd/system/$1.d"
    cat >"/etc/systemd/system/$1.d/test.conf"
    systemctl daemon-reload
}

# entries MATCH...: the journal's entries of the service that match, one JSON object a line.
entries() {
    journalctl --sync
    journalctl --no-pager --output=json _SYSTEMD_UNIT=portico.service "$@"
}

# field NAME: of the JSON object on standard input that comes last.
field() { tail -n 1 | python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], "(none)"))' "$1"; }

# message_id KIND: the identifier of a kind of event.
message_id() { sed -nE "s/^ *case \.$1: \"([0-9a-f]{32})\"/\1/p" Sources/Supervision/EventKind.swift; }

binary=$1
