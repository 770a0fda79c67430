# MinIO for Render, built from source at the version in deploy/minio.version and with deploy/minio.patch, because its
# project no longer publishes images or fixes. It sets itself up: see deploy/minio-start.sh.
# Build it from the repository's root: docker build -f deploy/minio.Dockerfile .

FROM golang:1.26-trixie AS build
COPY deploy/build-minio.sh deploy/minio.patch deploy/minio.version deploy/
RUN deploy/build-minio.sh /out/minio

FROM python:3.11-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY deploy/requirements.txt deploy/requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r deploy/requirements.txt \
    && pip check
COPY --from=build /out/minio /usr/local/bin/minio
COPY --chmod=755 deploy/minio-entrypoint.sh /usr/local/bin/minio-entrypoint
COPY --chmod=755 deploy/minio-start.sh /usr/local/bin/minio-start
COPY errors.py money.py network.py settings.py waiting.py ./
COPY storage storage
COPY deploy/__init__.py deploy/worker_policy.py deploy/worker_user.py deploy/

# The disk is mounted at /data; a folder in it hides the file system's lost+found from MinIO.
ENV MINIO_VOLUMES=/data/minio
ENV MINIO_ADDRESS=:9000
# The address for the setup, before it listens at MINIO_ADDRESS.
ENV SETUP_ADDRESS=127.0.0.1:9090
# No console, which would be a login page for the root user, and no update checks.
ENV MINIO_BROWSER=off
ENV MINIO_UPDATE=off
# For `python -m deploy.worker_user` in the container's own shell.
ENV MINIO_ENDPOINT=http://127.0.0.1:9000
EXPOSE 9000

# The only one of MinIO's health checks that fails until buckets and users are loaded.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD curl --fail --silent --show-error "http://127.0.0.1:${MINIO_ADDRESS##*:}/minio/health/cluster"

# Started as root only to give the disk to the user that MinIO runs as.
ENTRYPOINT ["/usr/local/bin/minio-entrypoint"]
CMD ["minio-start"]
