"""Every thumbnail is small enough for messengers, and white letters have clean edges on vivid colours."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from compositing import MAX_BYTES
from compositing.drawing import draw_title, rasterize
from compositing.encoding import JPEG_QUALITY, QUALITIES, encode_jpeg
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import CANVAS, TEMPLATES
from compositing.thumbnail import compose
from tests.support.contrast import PICTURES, picture

SIZE = (CANVAS.width, CANVAS.height)
LAYOUT = lay_out("Why fan-out beats sequential generation", load_font("inter"), TEMPLATES["overlay-center"])
HALF, FULL = [(2, 2), (1, 1), (1, 1)], [(1, 1), (1, 1), (1, 1)]


def coin_tosses() -> Image.Image:
    """Return the picture that compresses worst: random black and white pixels."""
    return Image.frombytes("1", SIZE, random.Random(3).randbytes(SIZE[0] * SIZE[1] // 8)).convert("RGB")


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def quality(jpeg: bytes) -> int:
    """Return a JPEG's quality, from its quantization tables."""
    image = opened(jpeg)
    for candidate in QUALITIES:
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


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "noise"])
def test_quality_is_85_if_that_fits(name: str) -> None:
    assert quality(encode_jpeg(picture(name))) == JPEG_QUALITY


@pytest.mark.parametrize("grain", [0.4, 0.6])
def test_quality_is_lowered_no_further_than_necessary(grain: float) -> None:
    jpeg = encode_jpeg(Image.blend(picture("oil-painting"), picture("noise"), grain))
    assert 60 <= quality(jpeg) < JPEG_QUALITY
    assert 0.9 * MAX_BYTES < len(jpeg) <= MAX_BYTES


def test_huffman_tables_are_optimized() -> None:
    canvas, out = picture("photorealistic"), io.BytesIO()
    canvas.save(out, "JPEG", quality=JPEG_QUALITY)
    jpeg = encode_jpeg(canvas)
    assert len(jpeg) < len(out.getvalue())
    assert ImageChops.difference(opened(jpeg).convert("RGB"), opened(out.getvalue()).convert("RGB")).getbbox() is None


@pytest.mark.parametrize(
    ("colour", "expected"), [("#c03020", FULL), ("#2040d0", FULL), ("#20b0a0", HALF), ("#808080", HALF)]
)
def test_colour_keeps_full_resolution_if_letters_need_it(colour: str, expected: list[tuple[int, int]]) -> None:
    assert sampling(compose(Image.new("RGB", SIZE, colour), LAYOUT)) == expected


@pytest.mark.parametrize("colour", ["#c03020", "#2040d0"])
def test_letters_have_clean_edges_on_vivid_colours(colour: str) -> None:
    canvas = Image.new("RGB", SIZE, colour)
    draw_title(canvas, LAYOUT)
    letters = rasterize(LAYOUT, CANVAS).point([255 if ink else 0 for ink in range(256)])
    edges = ImageChops.subtract(letters.filter(ImageFilter.MaxFilter(3)), letters.filter(ImageFilter.MinFilter(3)))

    def error(jpeg: bytes) -> float:
        difference = ImageChops.difference(opened(jpeg).convert("RGB"), canvas)
        return max(ImageStat.Stat(difference, edges).mean)

    assert error(compose(Image.new("RGB", SIZE, colour), LAYOUT)) < 0.6 * error(encode_jpeg(canvas))


def test_colour_has_half_resolution_if_full_does_not_fit() -> None:
    noisy = Image.blend(picture("noise"), Image.new("RGB", SIZE, "#ff0000"), 0.5)
    jpeg = encode_jpeg(noisy, full_colour=True)
    assert len(jpeg) <= MAX_BYTES
    assert sampling(jpeg) == HALF


def test_the_jpeg_has_the_canvas_size() -> None:
    image = opened(encode_jpeg(coin_tosses()))
    assert (image.format, image.size) == ("JPEG", SIZE)
