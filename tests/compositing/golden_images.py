"""Draws the golden images.

    python -m tests.compositing.golden_images

writes them again after an intended change. If pixels moved, it asks for a higher COMPOSITOR_VERSION first, because
thumbnails in the store keep their keys until the version changes.
"""

import hashlib
import json
import sys
from pathlib import Path

from PIL import Image

from compositing import COMPOSITOR_VERSION
from compositing.drawing import draw_cover
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import CANVAS, TEMPLATES

FOLDER = Path(__file__).with_name("golden")
RECORD = FOLDER / "pixels.json"
SIZE = (CANVAS.width // 2, CANVAS.height // 2)

# Name: template, font, title.
GOLDEN = {
    "bottom-bar": ("bottom-bar", "inter", "Why fan-out beats sequential generation"),
    "left-panel": ("left-panel", "playfair", "Observing 10k subtasks in the Render Dashboard"),
    "center-box": ("center-box", "bangers", "Object storage as the source of truth"),
    "overlay-bottom": ("overlay-bottom", "oswald", "Idempotent batch outputs at scale"),
    "overlay-center": ("overlay-center", "pacifico", "Quick jumps & lazy dogs"),
    "framed": ("framed", "montserrat", "Paid once for each post"),
    "split": ("split", "raleway", "What a queue does while you sleep"),
    "arabic": ("center-box", "inter", "مرحبا بالعالم، هذا عنوان طويل بعض الشيء"),
    "scripts": ("overlay-center", "lora", "हिन्दी ไทย 日本語 한국어 Ελληνικά"),
    "emoji": ("left-panel", "poppins", "Ship it 🚀 👩🏽‍💻 🏳️‍🌈"),
}


def draw(name: str) -> Image.Image:
    """Draw a golden image with the current code, before JPEG encoding, on a gradient from dark to light."""
    template, font, title = GOLDEN[name]
    light = Image.linear_gradient("L").resize((CANVAS.width, CANVAS.height))
    dark = light.transpose(Image.Transpose.ROTATE_180)
    canvas = Image.merge("RGB", (light, light.point([value * 3 // 4 for value in range(256)]), dark))
    return draw_cover(canvas, lay_out(title, load_font(font), TEMPLATES[template]))


def pixels(name: str) -> str:
    """Return a digest of every pixel."""
    return hashlib.sha256(draw(name).tobytes()).hexdigest()[:16]


def renew() -> None:
    """Write the images at half size, and the digests of their pixels with their version."""
    found = {name: pixels(name) for name in GOLDEN}
    record = json.loads(RECORD.read_text())
    moved = [name for name, digest in record["pixels"].items() if found.get(name, digest) != digest]
    if moved and record["version"] == COMPOSITOR_VERSION:
        sys.exit(f"Pixels moved in {', '.join(moved)}: raise COMPOSITOR_VERSION in compositing/__init__.py first.")
    for name in GOLDEN:
        draw(name).resize(SIZE, Image.Resampling.BOX).save(FOLDER / f"{name}.png", optimize=True)
    RECORD.write_text(json.dumps({"version": COMPOSITOR_VERSION, "pixels": found}, indent=1) + "\n")


if __name__ == "__main__":
    renew()
