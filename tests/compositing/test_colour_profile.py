"""A picture's and a logo's colour profile is honoured."""

import io
import logging
from typing import Any

import pytest
from PIL import Image

from compositing.canvas import open_on_canvas
from compositing.logo import fitted, read_logo
from tests.compositing.profiles import ADOBE_RGB, DISPLAY_P3

# What LittleCMS makes of these with the Adobe RGB of Debian's icc-profiles-free, and of colord's.
IN_ADOBE_RGB, IN_SRGB = (180, 100, 56), (203, 100, 50)


def encoded(image: Image.Image, format: str, profile: bytes) -> bytes:
    out = io.BytesIO()
    image.save(out, format, icc_profile=profile)
    return out.getvalue()


def is_near(found: Any, wanted: tuple[int, ...], tolerance: int = 3) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_in_adobe_rgb_keeps_its_colours(format: str) -> None:
    picture = encoded(Image.new("RGB", (1200, 640), IN_ADOBE_RGB), format, ADOBE_RGB)
    assert is_near(open_on_canvas(picture).getpixel((600, 300)), IN_SRGB)


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 128, ADOBE_RGB[:200]])
def test_a_damaged_profile_is_ignored(profile: bytes, caplog: pytest.LogCaptureFixture) -> None:
    picture = encoded(Image.new("RGB", (1200, 640), IN_ADOBE_RGB), "PNG", profile)
    with caplog.at_level(logging.WARNING):
        assert is_near(open_on_canvas(picture).getpixel((600, 300)), IN_ADOBE_RGB)
    assert "unreadable colour profile" in caplog.text


def test_a_profile_for_another_mode_is_ignored() -> None:
    picture = encoded(Image.new("L", (1200, 640), 128), "PNG", ADOBE_RGB)
    assert is_near(open_on_canvas(picture).getpixel((600, 300)), (128, 128, 128))


def test_a_logo_in_display_p3_keeps_its_colours_and_its_transparency() -> None:
    logo = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    logo.paste((200, 60, 60, 255), (0, 0, 200, 200))
    drawn = fitted(read_logo(encoded(logo, "PNG", DISPLAY_P3)))
    assert is_near(drawn.getpixel((20, 40)), (219, 37, 49, 255), 6)
