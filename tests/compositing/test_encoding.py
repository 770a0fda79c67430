"""Every thumbnail is small enough for messengers, and white letters have clean edges on vivid colours."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from compositing import MAX_BYTES
from compositing.drawing import draw_cover
from compositing.encoding import QUALITIES, encode_jpeg
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.rasterizing import rasterize
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose
from tests.support.contrast import PICTURES, picture

SIZE = (CANVAS.width, CANVAS.height)
LAYOUT = lay_out("Why fan-out beats sequential generation", load_font("inter"), TEMPLATES["overlay-center"])
HALF, FULL = [(2, 2), (1, 1), (1, 1)], [(1, 1), (1, 1), (1, 1)]


def coin_tosses() -> Image.Image:
    """Return the picture that compresses worst: random black and white pixels."""
    return Image.frombytes("1", SIZE, random.Random(3).randbytes(SIZE[0] * SIZE[1] // 8)).convert("RGB")


def covered(scaled: Image.Image) -> Image.Image:
    """Return the canvas's part of a picture that covers it."""
    return scaled.crop((0, 0, *SIZE))


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def quality(jpeg: bytes) -> int:
    """Return a JPEG's quality, from its quantization tables."""
    image = opened(jpeg)
    for candidate, _ in QUALITIES:
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, "JPEG", quality=candidate)
        if opened(out.getvalue()).quantization == image.quantization:  # type: ignore[attr-defined]
            return candidate
    raise AssertionError("unknown quality")


def sampling(jpeg: bytes) -> list[tuple[int, int]]:
    return [(across, down) for _, across, down, _ in opened(jpeg).layer]  # type: ignore[attr-defined]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("name", PICTURES)
def test_no_thumbnail_is_too_large(name: str, template: str) -> None:
    layout = lay_out("Why fan-out beats", load_font("inter"), TEMPLATES[template])
    assert len(compose(picture(name), layout)) <= MAX_BYTES


@pytest.mark.parametrize("metadata", [b"", b"x" * 3_000])
def test_even_the_picture_that_compresses_worst_fits(metadata: bytes) -> None:
    assert len(encode_jpeg(coin_tosses(), metadata)) <= MAX_BYTES


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("noise", "checkerboard 4")])
def test_a_picture_keeps_its_colour_at_full_resolution_and_a_quality_of_at_least_92(name: str) -> None:
    jpeg = encode_jpeg(covered(picture(name)))
    assert quality(jpeg) >= 92
    assert sampling(jpeg) == FULL


@pytest.mark.parametrize("grain", [0.4, 0.6])
def test_quality_is_lowered_no_further_than_necessary(grain: float) -> None:
    jpeg = encode_jpeg(Image.blend(covered(picture("oil-painting")), picture("noise"), grain))
    assert 60 <= quality(jpeg) < 92
    assert 0.8 * MAX_BYTES < len(jpeg) <= MAX_BYTES


def test_colour_has_half_resolution_only_if_full_does_not_fit() -> None:
    noisy = Image.blend(picture("noise"), Image.new("RGB", SIZE, "#ff0000"), 0.5)
    assert sampling(encode_jpeg(noisy)) == HALF


@pytest.mark.parametrize("colour", ["#c03020", "#2040d0"])
def test_letters_have_clean_edges_on_vivid_colours(colour: str) -> None:
    drawn = draw_cover(Image.new("RGB", SIZE, colour), LAYOUT)
    letters = rasterize(LAYOUT, CANVAS).point([255 if ink else 0 for ink in range(256)])
    edges = ImageChops.subtract(letters.filter(ImageFilter.MaxFilter(3)), letters.filter(ImageFilter.MinFilter(3)))
    halved = io.BytesIO()
    drawn.save(halved, "JPEG", quality=85, subsampling="4:2:0")

    def error(jpeg: bytes) -> float:
        difference = ImageChops.difference(opened(jpeg).convert("RGB"), drawn)
        return max(ImageStat.Stat(difference, edges).mean)

    assert error(compose(Image.new("RGB", SIZE, colour), LAYOUT)) < 0.6 * error(halved.getvalue())


def test_the_jpeg_names_no_colour_profile() -> None:
    """Without one, every browser takes it as sRGB, which it is."""
    assert "icc_profile" not in opened(encode_jpeg(picture("grey"))).info


def test_the_jpeg_has_the_canvas_size() -> None:
    image = opened(encode_jpeg(coin_tosses()))
    assert (image.format, image.size) == ("JPEG", SIZE)
