# The public front of the store on Render: Debian's nginx, which allows only reading.
# Build it from the repository's root: docker build -f deploy/front.Dockerfile .

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl nginx \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/front.conf /etc/nginx/front.conf
COPY --chmod=755 deploy/front-entrypoint.sh /usr/local/bin/front-entrypoint

ENV FRONT_CONF=/etc/nginx/front.conf
ENV PORT=10000
EXPOSE 10000
USER www-data

HEALTHCHECK --interval=30s --timeout=5s --retries=3 \
    CMD curl --fail --silent --show-error "http://127.0.0.1:${PORT##*:}/healthz"

ENTRYPOINT ["/usr/local/bin/front-entrypoint"]
