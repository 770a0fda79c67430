# MinIO for Render, built from source at the version in minio.version: the project publishes no images any more.
# Build it from the repository's root: docker build -f deploy/minio.Dockerfile .

FROM golang:1.26-trixie AS build
COPY minio.version .
RUN CGO_ENABLED=0 GOBIN=/out go install -trimpath -ldflags="-s -w" "github.com/minio/minio@$(cat minio.version)"

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/minio /usr/local/bin/minio
COPY --chmod=755 deploy/minio-entrypoint.sh /usr/local/bin/minio-entrypoint

# The disk is mounted at /data; a folder in it keeps the file system's own lost+found out of MinIO's sight.
ENV MINIO_VOLUMES=/data/minio
ENV MINIO_ADDRESS=:9000
# No console, which would be a login page for the root user on the public internet; and no calls home for updates.
ENV MINIO_BROWSER=off
ENV MINIO_UPDATE=off
EXPOSE 9000

# Of MinIO's health checks the only one that is red until buckets and users are loaded.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD curl --fail --silent --show-error "http://127.0.0.1:${MINIO_ADDRESS##*:}/minio/health/cluster"

# Started as root, for as long as it takes to hand the disk to the user that MinIO runs as.
ENTRYPOINT ["/usr/local/bin/minio-entrypoint"]
CMD ["minio", "server", "--quiet"]
