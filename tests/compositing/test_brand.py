"""A brand is read completely, or rejected with a remedy for each problem."""

import io
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from compositing import fonts
from compositing.arranging import arrange
from compositing.brand import NO_BRAND
from compositing.brand_file import open_brand
from compositing.colours import MIN_CONTRAST, Colour, contrast_of, darkened
from compositing.drawing import draw_cover
from compositing.fonts import FONTS_DIR, beside_brand, font_names, load_font, open_font
from compositing.layout import lay_out
from compositing.oklch import Oklch
from compositing.palette import ink_on
from compositing.templates import MARK_ROOM, TEMPLATES
from errors import SettingsError
from tests.compositing.brands import FONT, brand, logo, write_brand
from tests.support.contrast import picture

WHOLE: dict[str, Any] = {
    "colour": "#1b4d8f",
    "accent": "#ffb000",
    "logo": "logo.png",
    "corner": "top-left",
    "font": "own.ttf",
    "name": "The Daily Fan-out",
}
FILES = {"logo.png": logo("#ffffff"), "own.ttf": FONT}


def png(size: tuple[int, int], colour: str = "#ffffff") -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()


def rejection(folder: Path, files: dict[str, bytes] | None = None, **values: object) -> str:
    with pytest.raises(SettingsError) as caught:
        open_brand(write_brand(folder, files, **values))
    return str(caught.value)


def test_everything_is_optional(tmp_path: Path) -> None:
    assert open_brand(None) == open_brand(write_brand(tmp_path / "brand")) == NO_BRAND
    for name in ("colour", "accent", "name"):
        assert open_brand(write_brand(tmp_path / name, **{name: WHOLE[name]})).digest


def test_a_whole_brand_is_read(tmp_path: Path) -> None:
    found = open_brand(write_brand(tmp_path / "brand", FILES, **WHOLE))
    assert (str(found.colour), str(found.accent), found.corner) == ("#1b4d8f", "#ffb000", "top-left")
    assert found.name == "The Daily Fan-out"
    assert found.logo
    assert found.logo.height <= MARK_ROOM[1]
    assert found.load_font("brand").shaper.face.get_name(1) != found.load_font("inter").shaper.face.get_name(1)


CHANGES: list[tuple[dict[str, Any], dict[str, bytes]]] = [
    ({"colour": "#1b4d8e"}, {}),
    ({"accent": "#ffb001"}, {}),
    ({"corner": "top-right"}, {}),
    ({"name": "Another"}, {}),
    ({}, {"logo.png": logo("#fffffe")}),
    ({}, {"own.ttf": FONT + b"\0"}),
]


@pytest.mark.parametrize(("values", "files"), CHANGES)
def test_any_change_in_the_folder_changes_the_digest(
    tmp_path: Path, values: dict[str, Any], files: dict[str, bytes]
) -> None:
    first = open_brand(write_brand(tmp_path / "brand", FILES, **WHOLE))
    assert open_brand(write_brand(tmp_path / "brand", {**FILES, **files}, **{**WHOLE, **values})).digest != first.digest
    assert open_brand(write_brand(tmp_path / "elsewhere", FILES, **WHOLE)).digest == first.digest


FAULTS: list[tuple[dict[str, Any], dict[str, bytes], str]] = [
    ({"colour": "blue"}, {}, "colour 'blue' is not a colour; write it as #rrggbb, such as #1b365d"),
    ({"accent": "#12"}, {}, "accent '#12' is not a colour; write it as #rrggbb"),
    ({"colour": 7}, {}, 'colour must be a colour, such as "#1b365d"'),
    ({"corner": "middle"}, {}, "corner must be one of top-left, top-right, bottom-left, bottom-right"),
    ({"color": "#fff"}, {}, "unknown field 'color'; valid fields are colour, accent, logo, corner, font, font_weight"),
    ({"logo": "logo.png"}, {}, "logo 'logo.png' is not a file next to brand.json; put it there"),
    ({"logo": "../logo.png"}, {}, "logo '../logo.png' is not a file next to brand.json; put it there"),
    ({"logo": "logo.svg"}, {"logo.svg": b"<svg/>"}, "is not a PNG, or is broken; export the logo as a PNG"),
    ({"logo": "cut.png"}, {"cut.png": logo("#fff")[:200]}, "is not a PNG, or is broken"),
    ({"logo": "bomb.png"}, {"bomb.png": png((4100, 4100))}, "is 4100x4100 pixels, more than a logo needs"),
    (
        {"logo": "small.png"},
        {"small.png": png((40, 20))},
        "is 40x20 pixels without its margins; export it at least 176",
    ),
    ({"logo": "empty.png"}, {"empty.png": png((99, 99), "#ffffff00")}, "is fully transparent"),
    ({"font": "own.ttf"}, {"own.ttf": b"not a font"}, "font 'own.ttf' is not a TTF or OTF with the letters A to Z"),
    ({"font": "own.ttf"}, {"own.ttf": FONT[:5000]}, "font 'own.ttf' is not a TTF or OTF with the letters A to Z"),
    ({"font": "own.woff2"}, {"own.woff2": b"wOF2" + FONT}, "is a web font, which is compressed; give the TTF or OTF"),
    ({"font": "own.ttf", "font_weight": 300}, {"own.ttf": FONT}, "has a single weight, so font_weight has no effect"),
    ({"font_weight": 50}, {}, "font_weight must be a whole number from 100 to 1000, such as 700"),
    ({"name": "n" * 60}, {}, "is too long to be legible in its corner; shorten it"),
    ({"name": "\ue000"}, {}, "which no font here has; remove it"),
]


@pytest.mark.parametrize(("values", "files", "message"), FAULTS)
def test_each_problem_is_reported_with_its_remedy(
    tmp_path: Path, values: dict[str, Any], files: dict[str, bytes], message: str
) -> None:
    assert message in rejection(tmp_path / "brand", files, **values)


def test_a_font_too_thin_to_read_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [name for name in font_names() if load_font(name).stem < fonts.THINNEST] == []
    assert open_font(FONT).stem == pytest.approx(0.14, abs=0.01)
    monkeypatch.setattr(fonts, "THINNEST", 0.15)
    with pytest.raises(ValueError, match=r"too thin to read in a feed: its stems are 14\..% .* Give a heavier cut"):
        open_font(FONT)


def test_a_fallback_is_as_heavy_as_the_brands_font() -> None:
    thin = open_font((FONTS_DIR / "BebasNeue_400Regular.ttf").read_bytes())
    bold = load_font("noto-sans")
    assert bold.stem > 1.3 * thin.stem
    assert beside_brand(bold, thin).stem == pytest.approx(thin.stem, rel=0.1)
    assert beside_brand(bold, load_font("inter")) is bold


def test_all_problems_are_listed_together(tmp_path: Path) -> None:
    message = rejection(tmp_path / "brand", {}, colour="amber", accent="gold", logo="none.png")
    assert "fix 3 problems" in message


def test_a_folder_that_is_missing_or_has_no_brand_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"BRAND_DIR=.*nowhere.*; give a folder with a brand.json, or unset it"):
        open_brand(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"brand.json cannot be read .*; create one"):
        open_brand(tmp_path)
    (tmp_path / "brand.json").write_text("{")
    with pytest.raises(SettingsError, match=r"brand.json is not JSON"):
        open_brand(tmp_path)


# The main colours of forty well-known brands, from their own style guides: facts, to try what people will ask for.
WELL_KNOWN = """
    #0a66c2 #1877f2 #1da1f2 #25d366 #ff0000 #e60023 #ff4500 #6441a5 #5865f2 #1db954
    #ff9900 #146eb4 #4285f4 #ea4335 #fbbc05 #34a853 #00a4ef #7fba00 #f25022 #ffb900
    #76b900 #0071c5 #ff6600 #00aff0 #003087 #009cde #ff5a5f #96bf48 #fffc00 #25f4ee
    #e50914 #f48024 #635bff #00c4cc #0061ff #ea4aaa #f06a6a #611f69 #ffcc00 #da291c
""".split()


@pytest.mark.parametrize("colour", WELL_KNOWN)
def test_every_brands_colour_is_accepted_and_shown_as_it_is_or_hardly_darker(tmp_path: Path, colour: str) -> None:
    given = brand(tmp_path / "brand", colour=colour).colour
    assert given
    ground, letters = ink_on(given)
    assert contrast_of(ground.luminance, letters.luminance) >= MIN_CONTRAST
    asked, shown = Oklch.of(given), Oklch.of(ground)
    assert 0 <= asked.lightness - shown.lightness <= 0.1
    assert abs((asked.hue - shown.hue + 180) % 360 - 180) <= 5


def test_any_colour_can_carry_letters() -> None:
    chance = random.Random(4)
    for _ in range(500):
        ground, letters = ink_on(Colour(*chance.randbytes(3)))
        assert contrast_of(ground.luminance, letters.luminance) >= MIN_CONTRAST


def test_the_nearest_colour_is_of_the_same_hue_and_no_darker_than_it_must_be() -> None:
    chance = random.Random(4)
    for _ in range(500):
        colour = Colour(*chance.randbytes(3))
        found = darkened(colour, MIN_CONTRAST)
        contrast = contrast_of(1.0, found.luminance)
        assert contrast >= MIN_CONTRAST
        if found != colour:
            assert contrast < MIN_CONTRAST + 0.2
            assert all(found[a] <= found[b] for a in range(3) for b in range(3) if colour[a] <= colour[b])


def lightness(image: Image.Image) -> list[float]:
    """Return the lightness of each of few pixels, as in Oklab for greys: the cube root of the luminance."""
    bands = (band.tobytes() for band in image.resize((150, 79), Image.Resampling.BOX).split())
    return [Colour(*pixel).luminance ** (1 / 3) for pixel in zip(*bands, strict=True)]


@pytest.mark.parametrize("template", ["overlay-bottom", "overlay-center"])
@pytest.mark.parametrize("name", ["photorealistic", "oil-painting"])
def test_at_least_a_third_of_a_pictures_detail_survives_every_brands_colour(
    tmp_path: Path, template: str, name: str
) -> None:
    def detail(image: Image.Image) -> float:
        values = lightness(image)
        return sum(abs(one - other) for one, other in pairwise(values)) / len(values)

    layout = lay_out("Go", load_font("inter"), TEMPLATES[template])
    before = detail(arrange(picture(name), layout)[0])
    for colour in WELL_KNOWN[::5]:
        given = replace(layout, brand=brand(tmp_path / "brand", colour=colour))
        assert detail(draw_cover(picture(name), given)) >= 0.35 * before, colour
