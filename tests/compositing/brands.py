"""Brands for tests: folders with ``brand.json``, logos and fonts."""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

from compositing.brand import Brand
from compositing.brand_file import open_brand
from compositing.fonts import FONTS_DIR

__all__ = ["FONT", "brand", "logo", "write_brand"]

FONT = (FONTS_DIR / "Lora_700Bold.ttf").read_bytes()


def logo(colour: str, second: str | None = None) -> bytes:
    """Return a PNG of a ring with a bar through it, in one or two colours, on a transparent background."""
    width, height = 320, 160
    image = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(image)
    draw.ellipse((height // 10, height // 10, height * 9 // 10, height * 9 // 10), outline=colour, width=height // 6)
    draw.rectangle((height // 2, height * 4 // 10, width - 1, height * 6 // 10), fill=second or colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def write_brand(folder: Path, files: dict[str, bytes] | None = None, **values: object) -> Path:
    """Write or update a brand's folder, and return it."""
    folder.mkdir(exist_ok=True)
    for name, data in (files or {}).items():
        (folder / name).write_bytes(data)
    (folder / "brand.json").write_text(json.dumps(values))
    return folder


def brand(folder: Path, colour_of_logo: str = "", **values: object) -> Brand:
    """Return a brand, with a logo in ``colour_of_logo`` if given."""
    files = {"logo.png": logo(colour_of_logo)} if colour_of_logo else {}
    return open_brand(write_brand(folder, files, **({"logo": "logo.png"} if files else {}), **values))
