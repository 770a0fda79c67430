"""Reads the environment, in one place and only when a task asks for it.

An empty variable counts as unset, because dashboards and ``.env`` files leave variables empty.
"""

import logging
import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from errors import SettingsError

__all__ = [
    "LEAF_TIMEOUT_SECONDS",
    "Administrator",
    "Endpoint",
    "Settings",
    "log_level",
    "read_administrator",
    "read_api_key",
    "read_settings",
    "settings_in_force",
]

T = TypeVar("T")

OPENAI_QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
GEMINI_SIZES = ("1K", "2K", "4K")
# Seconds after which Render stops a leaf.
LEAF_TIMEOUT_SECONDS = 900
MAX_PROVIDER_TIMEOUT = 600
# The Render CLI's dev server starts two processes for each leaf, all on one machine. If that takes 15 s, the SDK asks
# again, and the server starts the leaf again.
DEV_SERVER_WINDOW = 8
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Endpoint:
    """A server's address as the MinIO client takes it: ``host`` with its port, and whether to use TLS."""

    host: str
    secure: bool

    @property
    def url(self) -> str:
        """The address as a URL without a trailing slash."""
        return f"{'https' if self.secure else 'http'}://{self.host}"

    @classmethod
    def parse(cls, text: str) -> "Endpoint":
        """Parse a full URL such as ``https://minio.example.com`` or ``http://[::1]:9000/``. Raises ValueError."""
        remedy = "give a full URL without a path, such as https://minio.example.com or http://localhost:9000"
        found = re.fullmatch(r"(https?)://((?:\[[0-9a-f:.]+\]|[^\s/?#@:\[\]]+)(?::[0-9]{1,5})?)/?", text, re.IGNORECASE)
        if not found or int(found[2].rpartition("]")[2].partition(":")[2] or 0) > 65_535:
            raise ValueError(remedy)
        return cls(found[2], found[1].lower() == "https")

    @classmethod
    def parse_private(cls, text: str) -> "Endpoint":
        """Parse ``host:port``, as a Blueprint names a service on Render's private network. Raises ValueError."""
        try:
            return cls.parse(f"http://{text}")  # The private network uses plain HTTP.
        except ValueError:
            raise ValueError("give a host and its port, such as minio-abcd:9000") from None


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        for name in names:
            if text.lower() == name.lower():
                return name
        raise ValueError(f"give one of {', '.join(names)}")

    return parse


def _text(pattern: str, remedy: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(remedy)
        return text

    return parse


def _number(read: Callable[[str], T], least: float, most: float, remedy: str) -> Callable[[str], T]:
    def parse(text: str) -> T:
        try:
            number = read(text)
            if least <= number <= most:  # type: ignore[operator]
                return number
        except (ValueError, ArithmeticError):  # Decimal raises the second, also when it compares what is no number.
            pass
        raise ValueError(remedy)

    return parse


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError
    return int(text)


def _openai_size(text: str) -> str:
    """Check a size against what gpt-image-2 and later allow."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError("give width x height in pixels, such as 1200x640")
    w, h = int(width), int(height)
    if w % 16 or h % 16 or max(w, h) > 3840 or not 655_360 <= w * h <= 8_294_400 or not 1 / 3 <= w / h <= 3:
        raise ValueError(
            "give two multiples of 16, neither above 3840, at most 1:3 or 3:1, with 655,360 to 8,294,400 pixels in all"
        )
    return text


def _base_url(text: str) -> str:
    if urlsplit(text).query:
        raise ValueError("give a URL without a query, such as https://images.example.com")
    return _url(text).rstrip("/")


def _url(text: str) -> str:
    url = urlsplit(text)
    try:
        valid = url.scheme in ("http", "https") and url.hostname and url.port != 0 and not url.fragment
    except ValueError:  # The port.
        valid = False
    if not valid or "@" in url.netloc:  # A password would be logged.
        raise ValueError("give a full URL without a user, such as https://images.example.com")
    return text


def _switch(text: str) -> bool:
    switches = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in switches:
        raise ValueError("give 1 for yes or 0 for no")
    return switches[text.lower()]


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


_key = _text(r"[!-~]+", "give the key alone, as the provider shows it; this has characters that no key has")
# With room for the suffix of the originals' bucket.
_bucket = _text(
    "[a-z0-9][a-z0-9-]{1,51}[a-z0-9]", "give 3 to 53 lower-case letters, digits and hyphens, such as thumbnails"
)
_region = _text("[A-Za-z0-9][A-Za-z0-9_-]{0,61}[A-Za-z0-9]", "give a region such as us-east-1, or auto")
_count = _number(_whole, 1, math.inf, "give a whole number, 1 or more")
_hours = _number(_whole, 1, 168, "give a whole number of hours from 1 to 168, the most that a presigned link allows")
_seconds = _number(float, 0, sys.float_info.max, "give a number of seconds, 0 or more, such as 1.5")
_timeout = _number(
    float,
    math.ulp(0),
    MAX_PROVIDER_TIMEOUT,
    f"give seconds above 0, at most {MAX_PROVIDER_TIMEOUT}, so that it ends before the leaf's own",
)
_dollars = _number(Decimal, 0, 10**9, "give US dollars, from 0 to a billion, such as 2.50")


def _variable(name: str, parse: Callable[[str], object], default: object = None, *, secret: bool = False) -> Any:
    """Return a field that is read from a variable. Secrets are left out of ``repr``, so that no log line has one."""
    return field(default=default, repr=not secret, metadata={"variable": name, "parse": parse})


@dataclass(frozen=True)
class Settings:
    """Each environment variable, with its parser and default."""

    openai_api_key: str | None = _variable("OPENAI_API_KEY", _key, secret=True)
    google_api_key: str | None = _variable("GOOGLE_API_KEY", _key, secret=True)
    openai_image_quality: str = _variable("OPENAI_IMAGE_QUALITY", _one_of(OPENAI_QUALITIES), "medium")
    openai_image_size: str | None = _variable("OPENAI_IMAGE_SIZE", _openai_size)
    gemini_image_size: str = _variable("GEMINI_IMAGE_SIZE", _one_of(GEMINI_SIZES), "1K")
    provider_timeout_seconds: float = _variable("PROVIDER_TIMEOUT_SECONDS", _timeout, 240.0)
    simulate_providers: bool = _variable("SIMULATE_PROVIDERS", _switch, False)
    simulated_latency_seconds: float = _variable("SIMULATED_LATENCY_SECONDS", _seconds, 1.0)
    brand_dir: Path | None = _variable("BRAND_DIR", _path)
    titles_as_typed: bool = _variable("TITLES_AS_TYPED", _switch, False)
    thumbnails_dir: Path | None = _variable("THUMBNAILS_DIR", _path)
    minio_endpoint: Endpoint | None = _variable("MINIO_ENDPOINT", Endpoint.parse)
    minio_access_key: str | None = _variable("MINIO_ACCESS_KEY", _key, secret=True)
    minio_secret_key: str | None = _variable("MINIO_SECRET_KEY", _key, secret=True)
    minio_bucket: str = _variable("MINIO_BUCKET", _bucket, "thumbnails")
    minio_public_base_url: str | None = _variable("MINIO_PUBLIC_BASE_URL", _base_url)
    minio_region: str = _variable("MINIO_REGION", _region, "us-east-1")
    minio_presigned_hours: int | None = _variable("MINIO_PRESIGNED_HOURS", _hours)
    store_patience_seconds: float = _variable("STORE_PATIENCE_SECONDS", _seconds, 840.0)
    max_images_per_batch: int = _variable("MAX_IMAGES_PER_BATCH", _count, 50)
    max_cost_usd: Decimal | None = _variable("MAX_COST_USD", _dollars)
    prices_file: Path | None = _variable("PRICES_FILE", _path)
    fan_out_window: int = _variable("FAN_OUT_WINDOW", _count, 20)
    crash_model: str | None = _variable("CRASH_FIRST_ATTEMPT_OF_MODEL", str)
    on_render: bool = _variable("RENDER", _switch, False)
    service_name: str = _variable("RENDER_SERVICE_NAME", str, "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        return tuple(filter(None, (self.openai_api_key, self.google_api_key, self.minio_secret_key)))


@dataclass(frozen=True)
class Administrator:
    """MinIO's root credentials. No worker has them."""

    user: str
    password: str = field(repr=False)


# The brand of this clone, if it has one. On Render it is part of the repository.
OWN_BRAND = Path(__file__).resolve().parent / "brand"

# Read elsewhere, by logging and the vendors' SDKs, which do not validate them.
CHECKED_HERE: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("LOG_LEVEL", _one_of(LOG_LEVELS)),
    ("OPENAI_BASE_URL", _url),  # Azure's has its version in the query.
    ("GOOGLE_GEMINI_BASE_URL", _base_url),
)


# Set by code that runs tasks in its own process with its own settings; a worker reads its environment.
settings_in_force: ContextVar["Settings | None"] = ContextVar("settings_in_force", default=None)


def read_settings(environ: Mapping[str, str] | None = None, own_brand: Path = OWN_BRAND) -> Settings:
    """Read the settings from ``environ``, or return those in force, or read the process's environment.

    ``own_brand`` is the brand's folder if ``BRAND_DIR`` is unset; if it does not exist, there is no brand.

    Raises:
        SettingsError: lists every invalid variable.
    """
    if environ is None:
        if in_force := settings_in_force.get():
            return in_force
        environ = os.environ
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], T]) -> T | None:
        text = environ.get(name, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            shown = "" if name.endswith("_KEY") or "@" in text else f"={text!r}"
            faults.append(f"{name}{shown}: {error}")
            return None

    for name, parse in CHECKED_HERE:
        read(name, parse)
    found = {each.name: read(each.metadata["variable"], each.metadata["parse"]) for each in fields(Settings)}
    private = read("MINIO_HOSTPORT", Endpoint.parse_private)
    found["minio_endpoint"] = found["minio_endpoint"] or private
    # The SDK's worker has a socket, on Render and on the dev server.
    if environ.get("RENDER_SDK_SOCKET_PATH") and not found["on_render"]:
        found["fan_out_window"] = found["fan_out_window"] or DEV_SERVER_WINDOW
    if own_brand.is_dir():
        found["brand_dir"] = found["brand_dir"] or own_brand
    settings = Settings(**{name: value for name, value in found.items() if value is not None})
    if settings.minio_presigned_hours and urlsplit(settings.minio_public_base_url or "").path:
        faults.append(
            "MINIO_PUBLIC_BASE_URL has a path, but presigned links cannot: remove it, or unset MINIO_PRESIGNED_HOURS"
        )
    if faults:
        raise SettingsError(faults)
    return settings


def read_administrator(environ: Mapping[str, str] | None = None) -> Administrator:
    """Read MinIO's root credentials from ``environ``, or from the process's environment.

    Raises:
        SettingsError: lists every missing variable.
    """
    environ = os.environ if environ is None else environ
    found = {name: environ.get(name, "").strip() for name in ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD")}
    if unset := [name for name, value in found.items() if not value]:
        raise SettingsError([f"{name} is not set: set it to the MinIO server's own value" for name in unset])
    return Administrator(*found.values())


def read_api_key(environ: Mapping[str, str] | None = None) -> str | None:
    """Read Render's API key from ``environ`` (default: the process's environment). A dev server needs none.

    Raises:
        SettingsError: the key is missing or malformed.
    """
    environ = os.environ if environ is None else environ
    if text := environ.get("RENDER_API_KEY", "").strip():
        try:
            return _key(text)
        except ValueError as error:
            raise SettingsError([f"RENDER_API_KEY: {error}"]) from None
    if environ.get("RENDER_LOCAL_DEV_URL") or environ.get("RENDER_USE_LOCAL_DEV", "").lower() in ("1", "t", "true"):
        return None
    raise SettingsError(["RENDER_API_KEY is not set: create a key under Account Settings in Render's Dashboard"])


def log_level(environ: Mapping[str, str] | None = None) -> int:
    """Return the level of ``LOG_LEVEL``, or INFO; ``read_settings`` reports an invalid one."""
    environ = os.environ if environ is None else environ
    name = environ.get("LOG_LEVEL", "").strip().upper()
    return logging.getLevelNamesMapping()[name if name in LOG_LEVELS else "INFO"]
