#!/bin/sh
# Hands MinIO's folder to the user that MinIO runs as, and becomes that user. Render mounts a disk as root's, and only at
# run time, so that no step of the build can do this. Started as another user, it leaves everything as it is.
set -eu

user=10001
if [ "$(id -u)" = 0 ]; then
    install --directory --mode=700 --owner=$user --group=$user "$MINIO_VOLUMES"
    set -- setpriv --reuid=$user --regid=$user --clear-groups --no-new-privs -- "$@"
fi
exec "$@"
