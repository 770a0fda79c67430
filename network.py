"""How requests leave this machine: the proxy and the certificates that its environment names."""

import functools
import os
import re
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from errors import Fault, SettingsError

__all__ = ["network_faults", "proxy_for", "tls_context"]

# The first that is set counts. Python's requests reads the second.
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
PORTS = {"http": 80, "https": 443}


def proxy_for(url: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the proxy's URL, perhaps with user and password, for requests to ``url``; None if they go directly.

    ``environ`` is the process's by default. ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` may be in
    lower case, which goes first. ``NO_PROXY`` lists hosts, domains, addresses and ranges such as ``fd00::/8``, each
    perhaps with a port; ``*`` is every host. This machine itself is never reached through a proxy.

    Raises:
        SettingsError: the variable names no HTTP proxy.
    """
    environ = os.environ if environ is None else environ
    target = urlsplit(url)
    names = [case(name) for name in (f"{target.scheme}_proxy", "all_proxy") for case in (str.lower, str.upper)]
    name = next((name for name in names if environ.get(name, "").strip()), None)
    exempt = environ.get("no_proxy", "").strip() or environ.get("NO_PROXY", "")
    host, port = target.hostname or "", target.port or PORTS.get(target.scheme, 0)
    if not name or any(_names(entry, host, port) for entry in ("localhost", "127.0.0.0/8", "::1", *exempt.split(","))):
        return None
    return _proxy(name, environ[name].strip(), host)


def tls_context(environ: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """Return the context that trusts the certificates of ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE``, else certifi's.

    Equal settings share one context. ``environ`` is the process's by default.

    Raises:
        SettingsError: the variable's file or folder is missing, or has no certificates.
    """
    environ = os.environ if environ is None else environ
    name = next((name for name in CERTIFICATES if environ.get(name, "").strip()), None)
    if name is None:
        return _context(certifi.where())
    path = environ[name].strip()
    try:
        return _context(path)
    except OSError as error:  # ssl.SSLError is one.
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError(
            [f"{name}={path!r}: {reason}. Give a file of PEM certificates, or unset it for the usual authorities"]
        ) from error


def network_faults(urls: Iterable[str], environ: Mapping[str, str] | None = None) -> list[Fault]:
    """Return a fault for each variable of the environment that keeps requests from reaching these addresses."""
    faults: dict[Fault, None] = {}
    for url in urls:
        try:
            proxy_for(url, environ)
            if url.startswith("https:"):
                tls_context(environ)
        except SettingsError as error:
            faults |= dict.fromkeys(error.faults)
    return list(faults)


@functools.lru_cache(maxsize=4)
def _context(path: str) -> ssl.SSLContext:
    if Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def _proxy(name: str, text: str, host: str) -> str:
    url = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0
    except ValueError:  # The port.
        is_valid = False
    otherwise = f"such as http://proxy.example.com:3128, or unset it, or name {host} in NO_PROXY"
    if is_valid and parts.scheme in PORTS:
        return url
    if is_valid and parts.scheme.startswith("socks"):
        raise SettingsError(
            [f"{name} names a SOCKS proxy, which this program cannot use: give an HTTP one, {otherwise}"]
        )
    raise SettingsError([f"{name} is not a proxy's URL: give one, {otherwise}"])  # Unshown: it may hold a password.


def _names(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of ``NO_PROXY`` names the host."""
    found = re.fullmatch(r"\[([^]]*)\](?::(\d+))?|([^:]+)(?::(\d+))?|(.*)", entry.strip().lower())
    address, port_of_address, name, port_of_name, bare_address = found.groups("") if found else [""] * 5
    name = address or name or bare_address
    if int(port_of_address or port_of_name or port) != port:
        return False
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:  # One of the two is a name.
        domain = name.removeprefix("*").removeprefix(".")
        return name == "*" or (domain != "" and f".{host}".endswith(f".{domain}"))
