"""The simulation's pictures: layered hills under a sky, one look per style, with details derived from the subject."""

import hashlib
import io
import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from styles import STYLES, Style

__all__ = ["draw_scene"]

WIDTH, HEIGHT = 1200, 640
Finish = Callable[[Image.Image, random.Random], Image.Image]


def draw_scene(subject: str, style: str) -> bytes:
    """Return a 1200x640 JPEG that depends only on the subject's text and the style."""
    look = STYLES[style]
    chance = random.Random(hashlib.sha256(subject.encode()).digest())
    scene = _gradient(look.sky)
    _draw_sun(scene, look, chance)
    layers = chance.randint(4, 6)
    for layer in range(layers):
        _draw_hill(scene, look, chance, layer / (layers - 1))
    if look.finish:
        scene = FINISHES[look.finish](scene, chance)
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=90)
    return out.getvalue()


def _gradient(colours: Sequence[str]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    return ImageOps.colorize(ramp, colours[0], colours[1])


def _draw_sun(scene: Image.Image, look: Style, chance: random.Random) -> None:
    x, y = chance.randint(200, WIDTH - 200), chance.randint(110, 260)
    radius = chance.randint(45, 85)
    reach = radius * 4
    # The gradient is 255 in the corners and 180 at the middle of each side, where the glow must end.
    glow = Image.radial_gradient("L").resize((2 * reach, 2 * reach)).point(lambda value: max(0, 180 - value) // 2)
    scene.paste(look.sun, (x - reach, y - reach), glow)
    disc = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(scene).ellipse(disc, fill=look.sun, outline=look.outline, width=6)


def _draw_hill(scene: Image.Image, look: Style, chance: random.Random, nearness: float) -> None:
    base = HEIGHT * (0.45 + 0.45 * nearness)
    waves = [
        (chance.uniform(10, 70) / turn, chance.uniform(0.6, 1.4) * turn * math.tau / WIDTH, chance.uniform(0, math.tau))
        for turn in (1, 2, 5, 11)
    ]
    ridge = [
        (x, base - sum(height * math.sin(pace * x + shift) for height, pace, shift in waves))
        for x in range(-10, WIDTH + 20, 6)
    ]
    far, near = (Image.new("RGB", (1, 1), colour) for colour in look.hills)
    colour = Image.blend(far, near, nearness).getpixel((0, 0))
    draw = ImageDraw.Draw(scene)
    draw.polygon([*ridge, (WIDTH + 20, HEIGHT), (-10, HEIGHT)], fill=colour)
    if look.outline:
        draw.line(ridge, fill=look.outline, width=6, joint="curve")


def _grain(chance: random.Random, scale: int) -> Image.Image:
    size = (WIDTH // scale, HEIGHT // scale)
    noise = Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))
    return noise.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _film(scene: Image.Image, chance: random.Random) -> Image.Image:
    return Image.blend(scene, ImageChops.overlay(scene, _grain(chance, 2).convert("RGB")), 0.1)


def _vignette(scene: Image.Image, chance: random.Random) -> Image.Image:
    light = Image.radial_gradient("L").resize((WIDTH, HEIGHT)).point(lambda value: min(255, 365 - value))
    return ImageChops.multiply(_film(scene, chance), light.convert("RGB"))


def _clouds(scene: Image.Image, chance: random.Random) -> Image.Image:
    draw = ImageDraw.Draw(scene)
    for _ in range(3):
        x, y = chance.randint(50, WIDTH - 50), chance.randint(50, 220)
        for puff in range(6):
            radius = chance.randint(22, 48)
            draw.ellipse((x + 38 * puff - radius, y - radius, x + 38 * puff + radius, y + radius // 2), fill="#ffffff")
    return scene


def _spheres(scene: Image.Image, chance: random.Random) -> Image.Image:
    scene = scene.filter(ImageFilter.GaussianBlur(10))
    shading = ImageOps.invert(Image.radial_gradient("L"))
    for _ in range(7):
        radius = chance.randint(40, 110)
        x, y = chance.randint(0, WIDTH), chance.randint(120, HEIGHT)
        disc = Image.new("L", (2 * radius, 2 * radius))
        ImageDraw.Draw(disc).ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=255)
        colour = chance.choice(("#ff8a5c", "#5cc8ff", "#ffd65c", "#b98cff", "#63d8a3"))
        lit = ImageOps.colorize(shading.resize(disc.size), "#3a2f5c", colour)
        scene.paste(ImageChops.offset(lit, -radius // 4, -radius // 4), (x - radius, y - radius), disc)
    return scene


def _pixels(scene: Image.Image, _: random.Random) -> Image.Image:
    small = scene.resize((WIDTH // 10, HEIGHT // 10), Image.Resampling.BOX).quantize(14).convert("RGB")
    return small.resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)


def _washes(scene: Image.Image, chance: random.Random) -> Image.Image:
    paper = Image.blend(scene.filter(ImageFilter.GaussianBlur(3)), Image.new("RGB", scene.size, "#fbf7ee"), 0.3)
    return Image.blend(paper, ImageChops.soft_light(paper, _grain(chance, 50).convert("RGB")), 0.35)


def _brushwork(scene: Image.Image, chance: random.Random) -> Image.Image:
    strokes = Image.blend(scene, ImageChops.overlay(scene, _grain(chance, 10).convert("RGB")), 0.35)
    small = strokes.resize((WIDTH // 2, HEIGHT // 2)).filter(ImageFilter.ModeFilter(7))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _glow(scene: Image.Image, _: random.Random) -> Image.Image:
    return ImageChops.add(scene, scene.filter(ImageFilter.GaussianBlur(14)), scale=0.9)


def _hatching(scene: Image.Image, chance: random.Random) -> Image.Image:
    draw = ImageDraw.Draw(scene)
    for _ in range(260):
        x, y = chance.randint(0, WIDTH), chance.randint(HEIGHT // 2, HEIGHT)
        draw.line((x, y, x + 46, y - 34), fill="#b9b3a6", width=2)
    return scene


FINISHES: dict[str, Finish] = {
    "brushwork": _brushwork,
    "clouds": _clouds,
    "film": _film,
    "glow": _glow,
    "hatching": _hatching,
    "pixels": _pixels,
    "spheres": _spheres,
    "vignette": _vignette,
    "washes": _washes,
}
