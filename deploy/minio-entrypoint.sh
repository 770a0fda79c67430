#!/bin/sh
# Gives MinIO's folder to the user that MinIO runs as, and switches to that user. Render mounts disks as root, and only at
# run time, so the build cannot do this. Started as another user, it changes nothing.
set -eu

user=10001
if [ "$(id -u)" = 0 ]; then
    install --directory --mode=700 --owner=$user --group=$user "$MINIO_VOLUMES"
    set -- setpriv --reuid=$user --regid=$user --clear-groups --no-new-privs -- "$@"
fi
exec "$@"
