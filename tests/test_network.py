"""Which proxy a request takes, and which certificates it trusts, by the variables that other programs read too."""

import ssl
from pathlib import Path

import certifi
import pytest

from errors import SettingsError
from network import network_faults, proxy_for, tls_context

PROXY = "http://proxy.example.com:3128"
STORE = "https://minio.example.com"


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        (STORE, {}, None),
        (STORE, {"HTTPS_PROXY": PROXY}, PROXY),
        (STORE, {"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, PROXY),
        (STORE, {"HTTPS_PROXY": "", "ALL_PROXY": PROXY}, PROXY),
        (STORE, {"HTTP_PROXY": PROXY}, None),
        ("http://minio.example.com:9000", {"HTTP_PROXY": PROXY}, PROXY),
        (STORE, {"HTTPS_PROXY": "proxy.example.com:3128"}, PROXY),
        (STORE, {"HTTPS_PROXY": "http://someone:p%40ss@proxy:3128"}, "http://someone:p%40ss@proxy:3128"),
        ("http://localhost:9000", {"HTTP_PROXY": PROXY}, None),
        ("http://127.0.0.1:9000", {"ALL_PROXY": PROXY}, None),
        ("http://[::1]:9000", {"ALL_PROXY": "socks5://proxy"}, None),
    ],
)
def test_a_request_takes_the_proxy_of_its_scheme(url: str, variables: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(url, variables) == proxy


@pytest.mark.parametrize(
    ("exempt", "url"),
    [
        ("*", STORE),
        ("minio.example.com", STORE),
        ("other.com, EXAMPLE.com", STORE),
        (".example.com", STORE),
        ("*.example.com", STORE),
        ("minio.example.com:443", STORE),
        ("minio:9000", "http://minio:9000"),
        ("10.0.0.0/8", "http://10.1.2.3:9000"),
        ("10.1.2.3:9000", "http://10.1.2.3:9000"),
        ("fd00::/8", "http://[fd12::1]:9000"),
        ("FD00:0::1", "http://[fd00::1]:9000"),
        ("[fd00:0::1]", "http://[fd00::1]:9000"),
        ("[fd00::1]:9000", "http://[fd00::1]:9000"),
    ],
)
def test_a_host_that_no_proxy_names_is_reached_directly(exempt: str, url: str) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        assert proxy_for(url, {"ALL_PROXY": PROXY, name: exempt}) is None


@pytest.mark.parametrize(
    "exempt",
    [
        "",
        ",",
        ".",
        "[",
        "[::1",
        "ample.com",
        "minio.example.com:9000",
        "10.0.0.0/8",
        "fd00::/8",
        "x:y:z",
        "a:b",
        "[]:9",
    ],
)
def test_a_host_that_no_proxy_does_not_name_is_not(exempt: str) -> None:
    """Whatever stands there: an entry that cannot be read names nothing."""
    for url in (STORE, "https://9.9.9.9:8443", "https://[2001:db8::1]"):
        assert proxy_for(url, {"ALL_PROXY": PROXY, "NO_PROXY": exempt}) == PROXY


@pytest.mark.parametrize("scheme", ["socks4", "socks5", "socks5h"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
def test_a_socks_proxy_is_refused_with_the_variable_and_a_remedy(scheme: str, name: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"{name} names a SOCKS proxy.*name minio.example.com in NO_PROXY"
    ) as caught:
        proxy_for(STORE, {name: f"{scheme}://someone:canary@proxy:1080"})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "value", ["http://", "http://proxy:99999", "http://proxy:port", "ftp://proxy", "//", "http://[::1"]
)
def test_what_is_no_proxys_address_is_refused_with_the_variable(value: str) -> None:
    with pytest.raises(SettingsError, match="HTTPS_PROXY is not a proxy's URL"):
        proxy_for(STORE, {"HTTPS_PROXY": value})


def test_the_certificates_are_those_of_the_variable_else_certifis(tmp_path: Path) -> None:
    usual = len(tls_context({}).get_ca_certs())
    first = Path(certifi.where()).read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    own = tmp_path / "own.pem"
    own.write_text(first)
    assert usual > 1
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        context = tls_context({name: str(own)})
        assert len(context.get_ca_certs()) == 1
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    both = {"SSL_CERT_FILE": certifi.where(), "REQUESTS_CA_BUNDLE": str(own)}
    assert len(tls_context(both).get_ca_certs()) == len(tls_context({"SSL_CERT_FILE": ""}).get_ca_certs()) == usual
    assert not tls_context({"REQUESTS_CA_BUNDLE": str(tmp_path)}).get_ca_certs()  # A folder's are loaded when needed.


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "no certificates"), (b"-----BEGIN", "no certificates"), (b"\xff\x00", "no certif")],
)
def test_certificates_that_cannot_be_read_are_named_with_variable_and_file(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"{name}='{path}': .*{reason}.*Give a file of PEM"):
        tls_context({name: str(path)})


def test_every_variable_that_keeps_requests_from_an_address_is_named_once() -> None:
    broken = {"ALL_PROXY": "socks5://127.0.0.1:1080", "SSL_CERT_FILE": "/no/such/file.pem"}
    addresses = ["https://api.openai.com/v1", "https://generativelanguage.googleapis.com"]
    proxies = network_faults(addresses, broken)
    assert all("SOCKS" in str(fault) for fault in proxies)
    [certificates] = network_faults(addresses, {"SSL_CERT_FILE": "/no/such/file.pem"})
    assert "SSL_CERT_FILE='/no/such/file.pem': No such file" in str(certificates)
    assert network_faults(["http://127.0.0.1:9000"], broken) == []
    assert (
        network_faults(addresses, {"NO_PROXY": "fd00::/8,[::1]", "HTTPS_PROXY": "http://proxy.example.com:3128"}) == []
    )
