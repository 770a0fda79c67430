"""The connections to a MinIO server: their time limits, retries, proxy and certificates."""

import logging
from typing import Any
from urllib.parse import unquote

import urllib3
from urllib3.util import make_headers, parse_url

from network import proxy_for, tls_context

__all__ = ["CONNECTIONS", "RETRIES", "TIMEOUT", "connections"]

# It logs the URLs of retried requests, and presigned ones carry their signature.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

# Seconds to connect and between two reads, and one retry after a broken connection or a server error. A write is safe
# to send twice: conditional ones recognize their own. A second DELETE could remove a claim that another run has made
# since. The Retry-After of a busy MinIO is a minute, and a claim that is not renewed in a third of that is lost.
TIMEOUT = urllib3.Timeout(connect=5, read=30)
RETRIES = urllib3.Retry(
    total=1,
    backoff_factor=0.2,
    allowed_methods=("GET", "HEAD", "PUT"),
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
    respect_retry_after_header=False,
)
CONNECTIONS = 32


def connections(url: str | None = None) -> urllib3.PoolManager:
    """Return a connection pool, in place of the client's own.

    It goes through the proxy that the environment names for ``url``, if it names one.

    Raises:
        SettingsError: the environment names a proxy or certificates that cannot be used.
    """
    proxy = proxy_for(url) if url else None
    is_plain = (url or "").startswith("http://") and not (proxy or "").startswith("https://")
    tls = None if is_plain else tls_context()
    options: dict[str, Any] = {"timeout": TIMEOUT, "retries": RETRIES, "maxsize": CONNECTIONS, "ssl_context": tls}
    if proxy is None:
        return urllib3.PoolManager(**options)
    user_and_password = parse_url(proxy).auth
    headers = make_headers(proxy_basic_auth=unquote(user_and_password)) if user_and_password else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, proxy_ssl_context=tls, **options)
