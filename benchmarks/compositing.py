"""The cost of the title, in time, memory and bytes: ``python -m benchmarks.compositing``.

The floor is the cost of any thumbnail of the picture: decode, crop and resize, encode.
"""

import io
import itertools
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from benchmarks.measure import Figure, fastest, print_rows, spread
from compositing import MAX_BYTES
from compositing.canvas import open_on_canvas
from compositing.encoding import encode_jpeg
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
from providers.simulated_scene import draw_scene
from tests.support.contrast import PATTERNS, PICTURES, picture

ROUNDS = 40
# Titles. Each round reorders their words, so that layout is part of the cost.
USUAL = "Why fan-out beats sequential generation"
SCRIPTS = {
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Arabic": "مرحبا بالعالم هذا عنوان (Python) طويل",
    "Hindi": "हिन्दी में एक लंबा शीर्षक यहाँ",
    "Thai": "มนุษย์ทั้งหลาย เกิดมา มีอิสระ และเสมอภาค กัน",
    "Chinese": "对象存储 是唯一的 事实来源 批量输出的 幂等性",
    "Japanese": "インターネットの 基礎 オブジェクト ストレージ とは何か",
    "Korean": "모든 인간은 태어날 때부터 자유로우며 존엄하다",
    "emoji": "Ship it 🚀 👩🏽‍💻 now",
}
MOST_FOR_ANY_SCRIPT = 3.5
# The sizes requested from OpenAI's models, 1200x640 from gpt-image-2 on and 1536x1024 before, and their limits.
SIZES = {(1536, 1024): 1.4, (1200, 640): 3.2}
# The largest size that Gemini offers, 4K at 16:9.
LARGEST_SIZE, MOST_MEGABYTES = (5504, 3072), 150
# A process that only composes one thumbnail.
ALONE = """
import sys
from pathlib import Path
from benchmarks.measure import peak_megabytes
from compositing.canvas import open_on_canvas
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose

layout = lay_out("Why fan-out beats", load_font("inter"), TEMPLATES["overlay-center"])
compose(open_on_canvas(Path(sys.argv[1]).read_bytes()), layout)
print(f"{peak_megabytes()} MB")
"""


def jpeg(size: tuple[int, int]) -> bytes:
    """Return a simulated picture. It is smooth, which makes the floor low and the ratios high."""
    out = io.BytesIO()
    Image.open(io.BytesIO(draw_scene("a subject", "photorealistic"))).resize(size).save(out, "JPEG", quality=90)
    return out.getvalue()


def floor(original: bytes) -> bytes:
    """Make a thumbnail without a title."""
    return encode_jpeg(open_on_canvas(original))


def titled(original: bytes, template: str, titles: Iterator[str]) -> bytes:
    """Make a thumbnail with the next title."""
    return compose(open_on_canvas(original), lay_out(next(titles), load_font("inter"), TEMPLATES[template]))


def orders(title: str) -> Iterator[str]:
    """Return the title with its words in every order, endlessly."""
    return map(" ".join, itertools.cycle(itertools.permutations(title.split())))


def costs() -> Iterator[Figure]:
    """Measure the CPU time of each template, and of each script in one template, relative to the floor."""
    for (width, height), aim in SIZES.items():
        original = jpeg((width, height))
        candidates: dict[str, Callable[[], bytes]] = {"floor": partial(floor, original)}
        candidates |= {template: partial(titled, original, template, orders(USUAL)) for template in TEMPLATES}
        candidates |= {
            script: partial(titled, original, "overlay-center", orders(title)) for script, title in SCRIPTS.items()
        }
        times = fastest(candidates, ROUNDS)
        ratios = {name: seconds / times["floor"] for name, seconds in times.items()}
        what = f"CPU of compositing a {width}x{height} JPEG, over the floor (decode, crop, encode)"
        usual, scripts = spread((ratios[name] for name in TEMPLATES), ".2f"), max(ratios[name] for name in SCRIPTS)
        measured = f"{usual}; {scripts:.2f} at most in {len(SCRIPTS)} other scripts"
        yield what, measured, f"{aim}; {MOST_FOR_ANY_SCRIPT} in any script"


def sizes() -> Iterator[Figure]:
    """Measure the size of thumbnails by their picture: styles and patterns, noise among them."""
    found: dict[bool, list[int]] = {}
    for name in PICTURES:
        canvas = picture(name)
        for template in TEMPLATES:
            layout = lay_out(USUAL, load_font("inter"), TEMPLATES[template])
            found.setdefault(name in PATTERNS, []).append(len(compose(canvas.copy(), layout)) // 1000)
    measured = f"{spread(found[False], '3')} KB; {max(found[True])} KB at most on hard patterns such as noise"
    yield "size of a thumbnail", measured.strip(), f"{MAX_BYTES // 1000} KB"


def memory() -> Iterator[Figure]:
    """Measure the peak memory of composing a thumbnail from the file of the largest picture."""
    noise = Image.frombytes("RGB", LARGEST_SIZE, random.Random(1).randbytes(LARGEST_SIZE[0] * LARGEST_SIZE[1] * 3))
    scene = Image.open(io.BytesIO(draw_scene("a subject", "photorealistic"))).resize(LARGEST_SIZE)
    grain = noise.crop((0, 0, 1376, 768)).resize(LARGEST_SIZE)
    with TemporaryDirectory() as folder:
        path = Path(folder, "original.png")

        def peak(image: Image.Image) -> str:
            image.save(path, compress_level=1)
            command = [sys.executable, "-c", ALONE, str(path)]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

        photograph, of_noise = peak(Image.blend(scene, grain, 0.15)), peak(noise)
        what = f"peak memory of compositing a {LARGEST_SIZE[0]}x{LARGEST_SIZE[1]} PNG"
        yield what, f"{photograph}; {of_noise} for pure noise", f"{MOST_MEGABYTES} MB"


if __name__ == "__main__":
    print_rows(itertools.chain(costs(), sizes(), memory()))
