"""Thumbnails look like their golden images, which ``golden_images.py`` renews."""

import json
import platform

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from compositing import COMPOSITOR_VERSION
from tests.compositing.golden_images import FOLDER, GOLDEN, RECORD, SIZE, draw, pixels

# The tolerated mean and largest difference, of 255, after a blur that leaves what is visible at arm's length.
MEAN, MAX = 0.5, 12


def distance(found: Image.Image, expected: Image.Image) -> tuple[float, float]:
    """Return the mean and the largest difference of two slightly blurred images' channels."""
    difference = ImageChops.difference(*(image.filter(ImageFilter.GaussianBlur(1.5)) for image in (found, expected)))
    return max(ImageStat.Stat(difference).mean), max(high for _, high in ImageStat.Stat(difference).extrema)


@pytest.mark.parametrize("name", GOLDEN)
def test_thumbnails_look_like_their_golden_images(name: str) -> None:
    expected = Image.open(FOLDER / f"{name}.png").convert("RGB")
    mean, largest = distance(draw(name).resize(SIZE, Image.Resampling.BOX), expected)
    assert mean <= MEAN
    assert largest <= MAX


def test_the_comparison_notices_a_title_moved_by_four_pixels() -> None:
    image = draw("bottom-bar")
    moved = ImageChops.offset(image, 4, 0)
    assert distance(*(picture.resize(SIZE, Image.Resampling.BOX) for picture in (moved, image)))[1] > MAX


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the digests are for x86-64, like Render's machines"
)
def test_moving_pixels_requires_a_new_compositor_version() -> None:
    record = json.loads(RECORD.read_text())
    moved = [name for name in GOLDEN if pixels(name) != record["pixels"].get(name)]
    first = "raise COMPOSITOR_VERSION in compositing/__init__.py, " if record["version"] == COMPOSITOR_VERSION else ""
    assert not moved, f"Pixels moved: {first}run python -m tests.compositing.golden_images, and look at the images."
    assert record["version"] == COMPOSITOR_VERSION, "Run python -m tests.compositing.golden_images for the new version."
