import io
import zlib

import pytest
from PIL import Image, ImageChops, ImageOps

from compositing import canvas
from compositing.canvas import open_on_canvas
from errors import PictureError


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "size", [(1200, 640), (1200, 630), (1536, 1024), (1376, 768), (640, 1200), (64, 64), (4096, 2304)]
)
def test_a_picture_of_any_size_covers_the_canvas_and_keeps_its_shape(size: tuple[int, int]) -> None:
    canvas = open_on_canvas(encoded(Image.new("RGB", size, "#336699"), "PNG"))
    (width, height), longest = canvas.size, (2400, 1260)
    assert canvas.mode == "RGB"
    assert (width == 1200 and 630 <= height <= longest[1]) or (height == 630 and 1200 <= width <= longest[0])
    if height < longest[1]:
        assert abs(width / height - size[0] / size[1]) < 0.005
    assert canvas.getextrema() == ((0x33, 0x33), (0x66, 0x66), (0x99, 0x99))


# Gemini's for 16:9 by published tables, OpenAI's, usual photographs', and others at which rounding left the picture.
@pytest.mark.parametrize(
    "size",
    [
        (1344, 768),
        (2688, 1536),
        (2752, 1536),
        (1536, 1024),
        (741, 500),
        (3264, 2448),
        (972, 1857),
        (1986, 242),
        (64, 5632),
    ],
)
def test_a_picture_is_scaled_in_strips_as_it_is_whole(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    picture = encoded(Image.radial_gradient("L").resize(size).convert("RGB"), "PNG")
    monkeypatch.setattr(canvas, "LARGE", size[0] * size[1])
    whole = open_on_canvas(picture)
    monkeypatch.setattr(canvas, "LARGE", size[0] * size[1] - 1)
    differences = ImageChops.difference(whole, open_on_canvas(picture)).getextrema()
    assert max(high for _, high in differences) <= 1  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_the_crop_never_leaves_a_picture_whatever_its_size(part: int) -> None:
    """Each strip's edges lie between the first's top and the last's bottom, by the same division."""
    for width in range(64 + part, 5633, 4):
        for height in range(64, 5633):
            left, top, right, bottom = canvas.covering_box(width, height, canvas.covering_size(width, height))
            assert 0 <= left < right <= width, (width, height)
            assert 0 <= top < bottom <= height, (width, height)


@pytest.mark.parametrize(
    "size", [(1344, 768), (741, 500), (3264, 2448), (5632, 64), (64, 5632), (1200, 630), (5631, 2957)]
)
def test_strips_join_and_stay_in_the_picture(size: tuple[int, int]) -> None:
    scaled = canvas.covering_size(*size)
    rows = [(row, min(canvas.STRIP, scaled[1] - row)) for row in range(0, scaled[1], canvas.STRIP)]
    boxes = [canvas.covering_box(*size, scaled, *strip) for strip in rows]
    assert [box[3] for box in boxes[:-1]] == [box[1] for box in boxes[1:]]
    assert (boxes[0][1], boxes[-1][3]) == canvas.covering_box(*size, scaled)[1::2]
    assert {(box[0], box[2]) for box in boxes} == {canvas.covering_box(*size, scaled)[::2]}


def test_only_what_is_longer_than_twice_the_canvas_is_cropped_and_evenly() -> None:
    picture = Image.new("RGB", (600, 1000), "white")
    picture.paste("red", (0, 0, 600, 180))
    picture.paste("red", (0, 820, 600, 1000))
    assert open_on_canvas(encoded(picture, "PNG")).getextrema() == ((255, 255),) * 3


def test_nothing_is_distorted() -> None:
    """A centred square stays a centred square, however the picture is scaled."""
    picture = Image.new("RGB", (2400, 1280), "white")
    picture.paste("black", (1200 - 160, 640 - 160, 1200 + 160, 640 + 160))
    canvas = open_on_canvas(encoded(picture, "PNG")).convert("L").point(lambda value: 255 if value < 128 else 0)
    left, top, right, bottom = canvas.getbbox() or (0, 0, 0, 0)
    assert abs((right - left) - 160) <= 1
    assert abs((bottom - top) - 160) <= 1
    assert (left + right, top + bottom) == (1200, 640)


@pytest.mark.parametrize(
    ("mode", "format"), [("P", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("1", "PNG"), ("RGB", "WEBP"), ("P", "GIF")]
)
def test_any_mode_and_format_keeps_its_colour(mode: str, format: str) -> None:
    picture = Image.new("RGB", (300, 200), "white").convert(mode)
    canvas = open_on_canvas(encoded(picture, format))
    assert canvas.mode == "RGB"
    assert min(low for low, _ in canvas.getextrema()) >= 250  # type: ignore[misc]


def test_a_grey_first_frame_of_a_coloured_gif_is_a_picture() -> None:
    """Its own palette is grey, and the file's is not."""
    palette = b"".join(bytes((level, 255 - level, 7)) for level in range(256))
    grey = b"".join(bytes((level,) * 3) for level in range(256))
    local = encoded(Image.linear_gradient("L").resize((640, 256)), "GIF")
    _, frame = local[:13], local[13 + 768 :]
    start = frame.index(b",")
    descriptor = frame[start : start + 9] + bytes((0x87,)) + grey
    gif = local[:13] + palette + frame[:start] + descriptor + frame[start + 10 :]
    with Image.open(io.BytesIO(gif)) as opened:
        assert opened.mode == "L"
    assert open_on_canvas(gif).mode == "RGB"


def test_a_palette_that_cannot_be_applied_is_the_bytes_fault() -> None:
    palette = encoded(Image.linear_gradient("L").convert("P"), "PNG", transparency=bytes(256))
    start = palette.index(b"tRNS") - 4
    length = int.from_bytes(palette[start : start + 4])
    chunk = b"tRNS" + bytes(300)
    longer = (
        palette[:start] + (300).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + palette[start + 12 + length :]
    )
    with pytest.raises(PictureError, match="is broken or cut off"):
        open_on_canvas(longer)


def test_sixteen_bit_pixels_are_scaled_not_clipped() -> None:
    picture = Image.new("I;16", (300, 200), 0x8000)
    [[low, high], *_] = open_on_canvas(encoded(picture, "PNG")).getextrema()  # type: ignore[misc]
    assert low == high == 0x80


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_become_white_whatever_colour_they_hide(mode: str) -> None:
    picture = Image.new("RGBA", (300, 200), (255, 0, 0, 0)).convert(mode)
    assert open_on_canvas(encoded(picture, "PNG")).getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(format: str) -> None:
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("white", "black")]
    canvas = open_on_canvas(encoded(frames[0], format, save_all=True, append_images=frames[1:]))
    assert min(low for low, _ in canvas.getextrema()) >= 250  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "are not an image"),
        (b"GIF89a", "are not an image"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "are not an image"),
        (encoded(Image.new("RGB", (300, 200)), "PNG")[:-60], "broken or cut off"),
        (encoded(Image.new("RGB", (300, 200)), "PPM"), "are not an image"),
        (encoded(Image.new("RGB", (2000, 30)), "PNG"), "2000x30 pixels"),
        (encoded(Image.new("1", (8000, 8000)), "PNG"), "8000x8000 pixels"),
        (encoded(Image.new("1", (12000, 9000)), "PNG"), "larger than any model makes"),
    ],
)
def test_unusable_pictures_are_rejected(data: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        open_on_canvas(data)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_every_exif_orientation_is_applied_as_pillow_does(orientation: int, format: str) -> None:
    picture, exif = Image.radial_gradient("L").resize((300, 200)).convert("RGB"), Image.Exif()
    picture.paste("red", (0, 0, 100, 50))
    exif[0x0112] = orientation
    turned = encoded(picture, format, exif=exif)
    with Image.open(io.BytesIO(turned)) as opened:
        upright = encoded(ImageOps.exif_transpose(opened), "PNG", exif=Image.Exif())
    assert open_on_canvas(turned).tobytes() == open_on_canvas(upright).tobytes()


def test_exif_orientation_is_applied() -> None:
    picture = Image.new("RGB", (640, 1200), "white")
    picture.paste("black", (0, 0, 640, 600))
    exif = Image.Exif()
    exif[0x0112] = 8  # Displayed correctly, the top is on the left.
    canvas = open_on_canvas(encoded(picture, "JPEG", exif=exif))
    assert canvas.convert("L").getpixel((100, 315)) < 30  # type: ignore[operator]
    assert canvas.convert("L").getpixel((1100, 315)) > 225  # type: ignore[operator]
