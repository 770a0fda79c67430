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
from statistics import median
from tempfile import TemporaryDirectory

from PIL import Image

from benchmarks.measure import fastest
from compositing import MAX_BYTES
from compositing.canvas import open_on_canvas
from compositing.encoding import encode_jpeg
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
from providers.simulated_scene import draw_scene
from testing.contrast import PATTERNS, PICTURES, picture

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
MOST_FOR_ANY_SCRIPT = 2.5
# The sizes requested from OpenAI's models, 1200x640 from gpt-image-2 on and 1536x1024 before, and their limits.
SIZES = {(1536, 1024): 1.2, (1200, 640): 2.0}
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
print(f"{peak_megabytes():4d} MB")
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


def print_costs() -> None:
    """Print the CPU time of each template, and of each script in one template, relative to the floor."""
    for size, most in SIZES.items():
        original = jpeg(size)
        candidates: dict[str, Callable[[], bytes]] = {"floor": partial(floor, original)}
        candidates |= {template: partial(titled, original, template, orders(USUAL)) for template in TEMPLATES}
        candidates |= {
            script: partial(titled, original, "overlay-center", orders(title)) for script, title in SCRIPTS.items()
        }
        times = fastest(candidates, ROUNDS)
        print(f"\nCompositing {size[0]}x{size[1]}: the floor takes {1000 * times['floor']:.1f} ms (at most {most}x)")
        for template in TEMPLATES:
            print(f"  {template:16} {times[template] / times['floor']:.2f}x")
        print(f" in other scripts, overlay-center (at most {MOST_FOR_ANY_SCRIPT}x)")
        for script in SCRIPTS:
            print(f"  {script:16} {times[script] / times['floor']:.2f}x")


def print_memory() -> None:
    """Print the peak memory of composing a thumbnail from the file of the largest picture."""
    print(f"\nPeak memory of compositing a {LARGEST_SIZE[0]}x{LARGEST_SIZE[1]} PNG (at most {MOST_MEGABYTES} MB)")
    noise = Image.frombytes("RGB", LARGEST_SIZE, random.Random(1).randbytes(LARGEST_SIZE[0] * LARGEST_SIZE[1] * 3))
    scene = Image.open(io.BytesIO(draw_scene("a subject", "photorealistic"))).resize(LARGEST_SIZE)
    grain = noise.crop((0, 0, 1376, 768)).resize(LARGEST_SIZE)
    with TemporaryDirectory() as folder:
        for name, image in {"a grainy photograph": Image.blend(scene, grain, 0.15), "pure noise": noise}.items():
            path = Path(folder, "original.png")
            image.save(path, compress_level=1)
            command = [sys.executable, "-c", ALONE, str(path)]
            print(f"  {name:20} {path.stat().st_size / 1e6:3.0f} MB file ", end="", flush=True)
            subprocess.run(command, check=True)


def print_sizes() -> None:
    """Print the size of thumbnails by their picture: styles, patterns and noise."""
    print(f"\nBytes of a thumbnail, in thousands, by its picture (at most {MAX_BYTES // 1000})")
    sizes: dict[str, list[int]] = {}
    for name in PICTURES:
        canvas = picture(name)
        for template in TEMPLATES:
            layout = lay_out(USUAL, load_font("inter"), TEMPLATES[template])
            sizes.setdefault("noise" if name == "noise" else "patterns" if name in PATTERNS else "styles", []).append(
                len(compose(canvas.copy(), layout))
            )
    for kind, found in sizes.items():
        print(f"  {kind:16} {min(found) / 1000:.0f} to {max(found) / 1000:.0f}, median {median(found) / 1000:.0f}")


if __name__ == "__main__":
    print_costs()
    print_sizes()
    print_memory()
