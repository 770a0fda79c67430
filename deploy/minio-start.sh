#!/bin/sh
# Sets MinIO up, then serves it. The setup (buckets, the readers' policy, the worker's user and its policy) runs on an
# address that only this container reaches. So once MINIO_ADDRESS answers, and passes a health check, all of it is there.
set -eu
: "${MINIO_ACCESS_KEY:?}" "${MINIO_SECRET_KEY:?}" "${MINIO_BUCKET:?}"

# MinIO would read the worker's two variables as old names for its root user's.
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
trap 'kill "$minio" || true; exit 143' INT TERM
set_up && ready=yes || ready=no
kill "$minio" || true # It may have ended by itself, which ready=no says.
wait "$minio" || true
trap - INT TERM

if [ "$ready" = no ]; then
    # Published pages stay up even if the setup fails, for instance on a full disk.
    if [ ! -e "$MINIO_VOLUMES/$MINIO_BUCKET/index.html" ]; then
        echo "MinIO's setup failed for the reason above. Nothing is served until it succeeds." >&2
        exit 1
    fi
    echo "MinIO's setup failed for the reason above. Existing files are served; the worker may have no access." >&2
fi
serve_at "$MINIO_ADDRESS"
