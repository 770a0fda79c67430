"""Reads a blog's brand, a folder with ``brand.json`` and its files, and checks it before anything is paid for."""

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compositing.brand import NO_BRAND, Brand
from compositing.colours import Colour
from compositing.fallback import missing_characters
from compositing.fonts import Font, open_font
from compositing.mark import Logo, name_fits
from compositing.templates import Corner
from compositing.title_text import layout_text
from errors import SettingsError

__all__ = ["open_brand"]

T = TypeVar("T")

FILE = "brand.json"
# Bytes.
MAX_LOGO, MAX_FONT = 4_000_000, 20_000_000


class _File(BaseModel):
    """The fields of ``brand.json``, each with what it must be, as faults say."""

    model_config = ConfigDict(strict=True, extra="forbid")

    colour: str | None = Field(None, description='a colour, such as "#1b365d"')
    accent: str | None = Field(None, description='a colour, such as "#ffb000"')
    logo: str | None = Field(None, description='the name of a PNG next to brand.json, such as "logo.png"')
    corner: Corner | None = Field(None, description="one of top-left, top-right, bottom-left, bottom-right")
    font: str | None = Field(None, description='the name of a TTF or OTF next to brand.json, such as "Brand.ttf"')
    font_weight: int | None = Field(None, ge=100, le=1000, description="a whole number from 100 to 1000, such as 700")
    name: str | None = Field(None, description="a short text")


def open_brand(folder: Path | None) -> Brand:
    """Read a brand from its folder; None gives no brand.

    Raises:
        SettingsError: listing every problem with its remedy.
    """
    if folder is None:
        return NO_BRAND
    try:
        stamps = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir()))
    except OSError as error:
        remedy = f"give a folder with a {FILE}, or unset it"
        raise SettingsError([f"BRAND_DIR={str(folder)!r} cannot be read ({error.strerror}); {remedy}"]) from None
    return _open(folder, stamps)


@functools.lru_cache(maxsize=4)
def _open(folder: Path, _stamps: object) -> Brand:
    """Read a brand once for each state of its folder, as each of 10,000 pairs asks for it."""
    written = _read(folder)
    faults: list[str] = []

    def part(name: Literal["colour", "accent", "logo", "font", "name"], read: Callable[[str], T]) -> T | None:
        value: str | None = getattr(written, name)
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as error:
            faults.append(f"{folder / FILE}: {name} {value!r} {error}")
            return None

    made_of: dict[str, str] = {}

    def content(name: str, largest: int) -> bytes:
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise ValueError(f"is not a file next to {FILE}; put it there")
        if path.stat().st_size > largest:
            raise ValueError(f"is larger than {largest / 1e6:.0f} MB; make it smaller")
        data = path.read_bytes()
        made_of[name] = hashlib.sha256(data).hexdigest()
        return data

    def logo(name: str) -> Logo:
        from compositing.logo import read_logo  # It imports Pillow, which most callers do not need.

        return read_logo(content(name, MAX_LOGO), has_name=bool(written.name))

    def font(name: str) -> Font:
        return open_font(content(name, MAX_FONT), written.font_weight)

    brand = Brand(
        colour=part("colour", Colour.parse),
        accent=part("accent", Colour.parse),
        logo=part("logo", logo),
        corner=written.corner,
        font=part("font", font),
    )
    name = part("name", lambda text: _name(text, brand)) or ""
    if faults:
        raise SettingsError(faults)
    given = written.model_dump(exclude_none=True, exclude_unset=True)
    digest = hashlib.sha256(json.dumps([given, made_of], sort_keys=True).encode()).hexdigest()[:16] if given else ""
    return replace(brand, name=name, digest=digest)


def _read(folder: Path) -> _File:
    path = folder / FILE
    try:
        return _File.model_validate_json(path.read_bytes())
    except OSError as error:
        remedy = "create one, even if it is just {}, or remove the folder"
        raise SettingsError([f"{path} cannot be read ({error.strerror}); {remedy}"]) from None
    except ValidationError as error:
        raise SettingsError([f"{path}{_sentence(fault)}" for fault in error.errors(include_url=False)]) from None


def _sentence(fault: Any) -> str:
    name, fields = ".".join(map(str, fault["loc"])), _File.model_fields
    if fault["type"] == "extra_forbidden":
        return f": unknown field {name!r}; valid fields are {', '.join(fields)}"
    return f": {name} must be {fields[name].description}" if name in fields else f" is not JSON: {fault['msg']}"


def _name(text: str, brand: Brand) -> str:
    name, font = layout_text(text), brand.name_font
    if missing := missing_characters(name, font):
        raise ValueError(f"contains {missing}, which no font here has; remove it")
    if not name_fits(name, font, brand.logo):
        raise ValueError("is too long to be legible in its corner; shorten it")
    return name
