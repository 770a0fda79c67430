"""The environment, read in one place, and only when a task asks for it.

A variable that is set but empty counts as not set, as dashboards and ``.env`` files leave them.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from errors import SettingsError

__all__ = ["Settings", "log_level", "read_settings"]

T = TypeVar("T")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Settings:
    """What the environment says. Keys are left out of ``repr``, so that no log line can hold one."""

    openai_api_key: str | None = field(default=None, repr=False)
    google_api_key: str | None = field(default=None, repr=False)
    simulate_providers: bool = False
    simulated_latency_seconds: float = 1.0
    thumbnails_dir: Path | None = None
    max_images_per_batch: int = 50
    fan_out_window: int = 20
    on_render: bool = False


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from ``environ`` (the process's own unless given).

    Raises:
        SettingsError: naming every variable whose value cannot be used.
    """
    environ = os.environ if environ is None else environ
    faults: list[str] = []

    def read(name: str, parse: Callable[[str], T], default: T) -> T:
        text = environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            faults.append(f"{name}={text!r}: {error}")
            return default

    read("LOG_LEVEL", _level, "INFO")
    settings = Settings(
        openai_api_key=read("OPENAI_API_KEY", str, None),
        google_api_key=read("GOOGLE_API_KEY", str, None),
        simulate_providers=read("SIMULATE_PROVIDERS", _switch, False),
        simulated_latency_seconds=read("SIMULATED_LATENCY_SECONDS", _seconds, 1.0),
        thumbnails_dir=read("THUMBNAILS_DIR", Path, None),
        max_images_per_batch=read("MAX_IMAGES_PER_BATCH", _count, 50),
        fan_out_window=read("FAN_OUT_WINDOW", _count, 20),
        on_render=read("RENDER", _switch, False),
    )
    if faults:
        raise SettingsError(faults)
    return settings


def log_level(environ: Mapping[str, str] | None = None) -> int:
    """Return the level that ``LOG_LEVEL`` names, or INFO; a wrong name is reported by ``read_settings``."""
    environ = os.environ if environ is None else environ
    name = environ.get("LOG_LEVEL", "").strip().upper()
    return logging.getLevelNamesMapping()[name] if name in LOG_LEVELS else logging.INFO


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"give one of {', '.join(LOG_LEVELS)}")
    return text


def _switch(text: str) -> bool:
    switches = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in switches:
        raise ValueError("give 1 for yes or 0 for no")
    return switches[text.lower()]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("give a whole number from 1 up")
    return int(text)


def _seconds(text: str) -> float:
    remedy = "give a number of seconds, 0 or more, such as 1.5"
    try:
        seconds = float(text)
    except ValueError:
        raise ValueError(remedy) from None
    if not 0 <= seconds < float("inf"):
        raise ValueError(remedy)
    return seconds
