"""A brand is read completely, or rejected with a remedy for each problem."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from compositing.brand import NO_BRAND
from compositing.brand_file import open_brand
from compositing.colours import MIN_CONTRAST, Colour, contrast_of, darkened
from compositing.templates import MARK_ROOM
from errors import SettingsError
from tests.compositing.brands import FONT, brand, logo, write_brand

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
    ({"color": "#fff"}, {}, "unknown field 'color'; valid fields are colour, accent, logo, corner, font, name"),
    ({"logo": "logo.png"}, {}, "logo 'logo.png' is not a file next to brand.json; put it there"),
    ({"logo": "../logo.png"}, {}, "logo '../logo.png' is not a file next to brand.json; put it there"),
    ({"logo": "logo.svg"}, {"logo.svg": b"<svg/>"}, "is not a PNG, or is broken; export the logo as a PNG"),
    ({"logo": "cut.png"}, {"cut.png": logo("#fff")[:200]}, "is not a PNG, or is broken"),
    ({"logo": "bomb.png"}, {"bomb.png": png((4100, 4100))}, "is 4100x4100 pixels, more than a logo needs"),
    (
        {"logo": "small.png"},
        {"small.png": png((40, 20))},
        "is 40x20 pixels without its margins; export it at least 128",
    ),
    ({"logo": "empty.png"}, {"empty.png": png((99, 99), "#ffffff00")}, "is fully transparent"),
    ({"logo": "two.png"}, {"two.png": logo("#fff", second="#000")}, "partly light and partly dark"),
    ({"font": "own.ttf"}, {"own.ttf": b"not a font"}, "font 'own.ttf' is not a TTF or OTF with the letters A to Z"),
    ({"font": "own.ttf"}, {"own.ttf": FONT[:5000]}, "font 'own.ttf' is not a TTF or OTF with the letters A to Z"),
    ({"name": "n" * 60}, {}, "is too long to be legible in its corner; shorten it"),
    ({"name": "\ue000"}, {}, "which no font here has; remove it"),
]


@pytest.mark.parametrize(("values", "files", "message"), FAULTS)
def test_each_problem_is_reported_with_its_remedy(
    tmp_path: Path, values: dict[str, Any], files: dict[str, bytes], message: str
) -> None:
    assert message in rejection(tmp_path / "brand", files, **values)


def test_all_problems_are_listed_together(tmp_path: Path) -> None:
    message = rejection(tmp_path / "brand", {}, colour="#ffb000", accent="gold", logo="none.png")
    assert "fix 3 problems" in message


def test_a_folder_that_is_missing_or_has_no_brand_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"BRAND_DIR=.*nowhere.*; give a folder with a brand.json, or unset it"):
        open_brand(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"brand.json cannot be read .*; create one"):
        open_brand(tmp_path)
    (tmp_path / "brand.json").write_text("{")
    with pytest.raises(SettingsError, match=r"brand.json is not JSON"):
        open_brand(tmp_path)


def test_a_colour_too_light_for_white_letters_is_rejected_with_the_nearest_that_passes(tmp_path: Path) -> None:
    message = rejection(tmp_path / "brand", colour="#ffb000")
    assert "colour '#ffb000' is too light: white letters have a contrast of 1.8:1 on it, and need 5.4:1" in message
    nearest = message.rpartition("is #")[2][:6]
    assert brand(tmp_path / "brand", colour=f"#{nearest}").colour


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
