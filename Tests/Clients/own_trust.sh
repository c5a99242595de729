#!/bin/bash
# Runs a command in a mount namespace, as root of it, whose system trust store is a copy: own_trust.sh FOLDER COMMAND...
# What the command changes of the store goes into FOLDER, and the machine's own store stays as it is.
set -euo pipefail

if [[ ${OWN_TRUST:-} != inside ]]; then
    # A user namespace; where the kernel forbids it to users, root's way.
    for way in "unshare --map-root-user --mount" "unshare --mount" "sudo --non-interactive unshare --mount"; do
        if $way mount -t tmpfs none /mnt 2>/dev/null; then
            exec $way env OWN_TRUST=inside "HOME=$HOME" "$0" "$@"
        fi
    done
    echo "own_trust.sh: no way to make a mount namespace" >&2
    exit 1
fi

folder=$1
shift
mkdir -p "$folder/certs" "$folder/further" "$folder/hooks"
cp -R --no-dereference /etc/ssl/certs/. "$folder/certs"
mount --bind "$folder/certs" /etc/ssl/certs
mount --bind "$folder/further" /usr/local/share/ca-certificates
# What other packages do after a change, such as Java's, writes elsewhere.
mount --bind "$folder/hooks" /etc/ca-certificates/update.d
# Under sudo the stores would be the caller's.
unset SUDO_USER OWN_TRUST
exec "$@"
