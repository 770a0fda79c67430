import io

import pytest
from PIL import Image

from compositing.canvas import encode_jpeg, open_on_canvas


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "size", [(1200, 640), (1200, 630), (1536, 1024), (1376, 768), (640, 1200), (50, 50), (4096, 2304)]
)
def test_a_picture_of_any_size_fills_the_canvas(size: tuple[int, int]) -> None:
    canvas = open_on_canvas(encoded(Image.new("RGB", size, "#336699"), "PNG"))
    assert (canvas.size, canvas.mode) == ((1200, 630), "RGB")
    assert canvas.getextrema() == ((0x33, 0x33), (0x66, 0x66), (0x99, 0x99))


def test_what_is_cropped_is_cropped_evenly() -> None:
    picture = Image.new("RGB", (1200, 640), "white")
    picture.paste("red", (0, 0, 1200, 5))
    picture.paste("red", (0, 635, 1200, 640))
    assert open_on_canvas(encoded(picture, "PNG")).getextrema() == ((255, 255),) * 3


def test_nothing_is_distorted() -> None:
    """A centred square of a quarter of the height stays a centred square, however the picture is scaled."""
    picture = Image.new("RGB", (2400, 1280), "white")
    picture.paste("black", (1200 - 160, 640 - 160, 1200 + 160, 640 + 160))
    canvas = open_on_canvas(encoded(picture, "PNG")).convert("L").point(lambda value: 255 if value < 128 else 0)
    left, top, right, bottom = canvas.getbbox() or (0, 0, 0, 0)
    assert abs((right - left) - 160) <= 1
    assert abs((bottom - top) - 160) <= 1
    assert (left + right, top + bottom) == (1200, 630)


@pytest.mark.parametrize(
    ("mode", "format"), [("RGBA", "PNG"), ("P", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("LA", "PNG")]
)
def test_any_mode_becomes_rgb(mode: str, format: str) -> None:
    picture = Image.new("RGB", (300, 200), "#808080").convert(mode)
    assert open_on_canvas(encoded(picture, format)).mode == "RGB"


def test_a_picture_turned_by_its_exif_tag_is_turned_back() -> None:
    picture = Image.new("RGB", (640, 1200), "white")
    picture.paste("black", (0, 0, 640, 600))
    exif = Image.Exif()
    exif[0x0112] = 8  # Shown as it is meant, the top lies on the left.
    canvas = open_on_canvas(encoded(picture, "JPEG", exif=exif))
    assert canvas.convert("L").getpixel((100, 315)) < 30  # type: ignore[operator]
    assert canvas.convert("L").getpixel((1100, 315)) > 225  # type: ignore[operator]


def test_the_jpeg_is_of_the_canvas_size() -> None:
    with Image.open(io.BytesIO(encode_jpeg(Image.new("RGB", (1200, 630))))) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 630))
