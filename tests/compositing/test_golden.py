"""Thumbnails look as they did; how to renew them is written in ``golden_images.py``."""

import json
import platform

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from compositing import COMPOSITOR_VERSION
from tests.compositing.golden_images import FOLDER, GOLDEN, RECORD, SIZE, draw, pixels

# Of 255, after a blur that leaves what an eye would see at arm's length.
MEAN, MOST = 0.5, 12


def distance(found: Image.Image, expected: Image.Image) -> tuple[float, float]:
    """Return the mean and the largest difference of two images' channels, once both are blurred a little."""
    difference = ImageChops.difference(*(image.filter(ImageFilter.GaussianBlur(1.5)) for image in (found, expected)))
    return max(ImageStat.Stat(difference).mean), max(high for _, high in ImageStat.Stat(difference).extrema)


@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_did(name: str) -> None:
    expected = Image.open(FOLDER / f"{name}.png").convert("RGB")
    mean, most = distance(draw(name).resize(SIZE, Image.Resampling.BOX), expected)
    assert mean <= MEAN
    assert most <= MOST


def test_a_title_that_moved_by_four_pixels_would_be_noticed() -> None:
    image = draw("bottom-bar")
    moved = ImageChops.offset(image, 4, 0)
    assert distance(*(picture.resize(SIZE, Image.Resampling.BOX) for picture in (moved, image)))[1] > MOST


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="digests are of x86-64, Render's machines")
def test_whoever_moves_pixels_raises_the_compositors_version() -> None:
    record = json.loads(RECORD.read_text())
    moved = [name for name in GOLDEN if pixels(name) != record["pixels"].get(name)]
    first = "raise COMPOSITOR_VERSION in compositing/__init__.py, " if record["version"] == COMPOSITOR_VERSION else ""
    assert not moved, f"Pixels moved: {first}run python -m tests.compositing.golden_images, and look at the images."
    assert record["version"] == COMPOSITOR_VERSION, "Run python -m tests.compositing.golden_images for the new version."
