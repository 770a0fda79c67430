import io
import subprocess
import sys
import zlib

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from PIL.PngImagePlugin import PngInfo

from compositing import canvas
from compositing.canvas import covering_size, open_on_canvas
from errors import PictureError
from tests.support.project import ROOT


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


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_large_picture_is_turned_in_strips_as_it_is_whole(orientation: int) -> None:
    picture, exif = Image.radial_gradient("L").resize((2600, 1700)).convert("RGB"), Image.Exif()
    picture.paste("red", (0, 0, 100, 50))
    exif[0x0112] = orientation
    upright = encoded(picture.transpose(canvas.TURNS[orientation]), "PNG")
    assert picture.width * picture.height > canvas.LARGE
    assert open_on_canvas(encoded(picture, "PNG", exif=exif)).tobytes() == open_on_canvas(upright).tobytes()


def test_a_turned_jpeg_is_not_decoded_smaller_than_the_canvas() -> None:
    """Its 1260 rows become its width: at half the size, it would be scaled up again."""
    picture, exif = Image.new("RGB", (4800, 1260), "white"), Image.Exif()
    for row in range(1, 1260, 4):
        picture.paste("black", (0, row, 4800, row + 2))
    exif[0x0112] = 6
    fine = open_on_canvas(encoded(picture, "JPEG", exif=exif, quality=95)).convert("L")
    coarse = open_on_canvas(encoded(picture.reduce(2), "JPEG", exif=exif, quality=95)).convert("L")
    assert ImageStat.Stat(fine).stddev[0] > 2 * ImageStat.Stat(coarse).stddev[0]


# Opens the picture on stdin: prints the bytes it took at most, those it was said to take, and the error.
OPENING = """
import io, resource, sys
from PIL import Image
from compositing import canvas
from errors import PictureError

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024

picture, small = sys.stdin.buffer.read(), io.BytesIO()
Image.new("RGB", (64, 64)).save(small, sys.argv[1])
canvas.open_on_canvas(small.getvalue())
with Image.open(io.BytesIO(picture)) as image:
    pixels = image.width * image.height
    canvas._draft(image)
    needed = canvas.bytes_needed(image, pixels) + len(picture)
if len(sys.argv) > 2:
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]),) * 2)
open("/proc/self/clear_refs", "w").write("5")
before, error = peak(), ""
try:
    canvas.open_on_canvas(picture)
except (PictureError, MemoryError) as raised:
    error = f"{type(raised).__name__}: {raised}"
print(peak() - before, needed, error)
"""


def opening(picture: bytes, format: str, *limit: str) -> tuple[int, int, str]:
    command = [sys.executable, "-c", OPENING, format, *limit]
    done = subprocess.run(command, input=picture, capture_output=True, cwd=ROOT, check=True)
    peak, needed, *error = done.stdout.decode().strip().split(" ", 2)
    return int(peak), int(needed), error[0] if error else ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "format", "options"),
    [
        ("RGB", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("I;16", "PNG", {}),
        ("RGB", "JPEG", {}),
        ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
        ("CMYK", "JPEG", {"progressive": True}),
        ("RGBA", "WEBP", {"lossless": True, "method": 0}),
        ("RGB", "WEBP", {"method": 0}),
        ("RGBA", "AVIF", {"speed": 10, "subsampling": "4:4:4"}),
        ("P", "GIF", {}),
        ("RGBA", "TIFF", {"compression": "tiff_adobe_deflate", "tiffinfo": {278: 3000}}),
        ("RGB", "BMP", {}),
    ],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_decoding_takes_no_more_memory_than_is_allowed_for(
    mode: str, format: str, options: dict[str, object], orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    if format not in ("GIF", "BMP"):
        options = {**options, "exif": exif}
    peak, needed, error = opening(encoded(Image.new(mode, (4000, 3000)), format, **options), format)
    assert error == ""
    assert peak <= needed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "format"), [("RGBA", "PNG"), ("RGB", "JPEG"), ("CMYK", "JPEG")], ids=lambda value: value
)
@pytest.mark.parametrize("size", [(5632, 5632), (2399, 5632), (5632, 1259), (64, 5632), (5632, 64)])
def test_every_size_of_a_jpeg_and_a_png_has_room(mode: str, format: str, size: tuple[int, int]) -> None:
    options = {"progressive": True, "subsampling": 0} if mode == "RGB" else {}
    assert open_on_canvas(encoded(Image.new(mode, size), format, **options)).size == covering_size(*size)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_picture_that_needs_more_memory_than_there_is_is_named_and_not_decoded(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    flat = encoded(Image.new("RGB", (7000, 5700)), "WEBP", lossless=True, method=0, exif=exif)
    with pytest.raises(
        PictureError, match=r"\(WEBP, 7000x5700 pixels, .* bytes\) takes 624 MB to decode, and there is"
    ):
        open_on_canvas(flat)


@pytest.mark.parametrize(
    ("format", "options"),
    [("WEBP", {"method": 0}), ("AVIF", {"speed": 10}), ("JPEG", {"progressive": True, "subsampling": 0}), ("PNG", {})],
)
def test_a_lack_of_memory_is_not_taken_for_a_broken_picture(format: str, options: dict[str, object]) -> None:
    picture = encoded(Image.new("RGB", (4000, 3000)), format, **options)
    *_, error = opening(picture, format, str(20 * 2**20))
    assert error.startswith("MemoryError: ")
    assert "not enough memory in this process" in error


@pytest.mark.parametrize("megabytes", [2, 15])
def test_a_png_may_have_long_texts(megabytes: int) -> None:
    texts = PngInfo()
    texts.add_text("workflow", "x" * megabytes * 2**20, zip=True)
    assert open_on_canvas(encoded(Image.new("RGB", (300, 200)), "PNG", pnginfo=texts)).size == (1200, 800)


def test_a_text_of_a_png_is_no_bomb() -> None:
    texts = PngInfo()
    texts.add_text("bomb", "x" * (canvas.MAX_TEXT + 1), zip=True)
    with pytest.raises(PictureError, match=r"not an image|broken"):
        open_on_canvas(encoded(Image.new("RGB", (300, 200)), "PNG", pnginfo=texts))


def test_exif_orientation_is_applied() -> None:
    picture = Image.new("RGB", (640, 1200), "white")
    picture.paste("black", (0, 0, 640, 600))
    exif = Image.Exif()
    exif[0x0112] = 8  # Displayed correctly, the top is on the left.
    canvas = open_on_canvas(encoded(picture, "JPEG", exif=exif))
    assert canvas.convert("L").getpixel((100, 315)) < 30  # type: ignore[operator]
    assert canvas.convert("L").getpixel((1100, 315)) > 225  # type: ignore[operator]
