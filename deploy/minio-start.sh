#!/bin/sh
# Sets MinIO up, then serves it. It is set up on an address that only this container reaches: buckets, the readers' policy,
# the worker's user and its policy. So whoever reaches MINIO_ADDRESS finds all of them there, and a health check that asks
# there means that too.
set -eu
: "${MINIO_ACCESS_KEY:?}" "${MINIO_SECRET_KEY:?}" "${MINIO_BUCKET:?}"

# MinIO would take the worker's two variables for its root user's old names.
serve_at() {
    exec env --unset=MINIO_ACCESS_KEY --unset=MINIO_SECRET_KEY minio server --quiet --address "$1"
}

set_up() {
    tries=0
    until curl --fail --silent "http://$SETUP_ADDRESS/minio/health/cluster"; do
        tries=$((tries + 1))
        kill -0 "$minio" && [ "$tries" -lt 300 ] || return 1
        sleep 0.2
    done
    MINIO_ENDPOINT=http://$SETUP_ADDRESS python -m deploy.worker_user
}

serve_at "$SETUP_ADDRESS" &
minio=$!
trap 'kill "$minio"; exit 143' INT TERM
set_up && ready=yes || ready=no
kill "$minio"
wait "$minio" || true
trap - INT TERM

if [ "$ready" = no ]; then
    # What a worker has published stays up, whatever is wrong: a full disk, say.
    if [ ! -e "$MINIO_VOLUMES/$MINIO_BUCKET/index.html" ]; then
        echo "MinIO was not set up, for the reason above. Nothing is served until it is." >&2
        exit 1
    fi
    echo "MinIO was not set up, for the reason above. It serves what it has; the worker may be locked out." >&2
fi
serve_at "$MINIO_ADDRESS"
