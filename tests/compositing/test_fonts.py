import json

import pytest

from compositing.fallback import missing_characters
from compositing.fonts import FONTS_DIR, font_names, load_font
from compositing.shaping import Glyph, ShapedTitle

TABLES = json.loads((FONTS_DIR / "catalogue.json").read_text())
CATALOGUE = {**TABLES["fonts"], **TABLES["fallback"]}


def glyphs(text: str, font: str) -> tuple[Glyph, ...]:
    return ShapedTitle(text, load_font(font)).line(0, len(text)).glyphs


def test_the_tutorials_eighteen_fonts_are_available() -> None:
    tutorials = (
        "inter roboto poppins montserrat raleway oswald bebas-neue playfair merriweather lora space-mono "
        "jetbrains-mono bangers pacifico permanent-marker righteous creepster press-start-2p"
    )
    assert set(font_names()) >= set(tutorials.split())


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_font_opens_and_has_its_licence(name: str) -> None:
    assert name not in TABLES["fonts"] or load_font(name).cap_height > 0
    licence = (FONTS_DIR / "licences" / f"{name}.txt").read_text()
    assert {"OFL-1.1": "SIL OPEN FONT LICENSE", "Apache-2.0": "Apache License"}[CATALOGUE[name]["licence"]] in licence


def test_the_catalogue_lists_every_font_file_and_licence() -> None:
    files = {str(path.relative_to(FONTS_DIR)) for path in FONTS_DIR.rglob("*.ttf")}
    assert files == {entry["file"] for entry in CATALOGUE.values()}
    assert {path.stem for path in FONTS_DIR.glob("licences/*")} == CATALOGUE.keys()


@pytest.mark.parametrize("name", TABLES["fonts"])
def test_every_font_sets_plain_english_and_the_ellipsis(name: str) -> None:
    text = 'The quick brown fox, 1234567890: jumps! Over? (the) "lazy" dog\'s… back & a-z/'
    assert {glyph.font.name for glyph in glyphs(text, name)} == {name}


def test_all_fonts_together_stay_below_45_mb() -> None:
    assert sum(path.stat().st_size for path in FONTS_DIR.rglob("*")) < 45_000_000


SYMBOLS = {
    "scripts": "ߒߞߏ ꯃꯩꯇꯩ ᱚᱞ ᠮᠣᠩᠭᠣᠯ 𨋢",
    "mathematics": "∀x ∈ ℝ: 𝐄 = 𝐦𝐜² → ∑ ≤ ∞",
    "symbols": "← ↑ → ↓ ⇒ ✓ ✗ ★ ☆ ♫ ⌘ € £ ₹ ₿ © ™ № § ¶ • … ½",
    "boxes": "█ ▓ ░ ■ □ ▲ △ ● ○ ◆ ╔═╗",
}


@pytest.mark.parametrize("font", font_names())
@pytest.mark.parametrize("kind", SYMBOLS)
def test_no_symbol_is_missing(kind: str, font: str) -> None:
    assert missing_characters(SYMBOLS[kind], load_font(font)) == ""
    assert all(glyph.index for glyph in glyphs(SYMBOLS[kind], font))


def test_every_preferred_fallback_is_in_the_catalogue() -> None:
    assert {name for entry in TABLES["fonts"].values() for name in entry.get("beside", ())} <= CATALOGUE.keys()


def test_the_requested_font_sets_what_it_can() -> None:
    assert [glyph.font.name for glyph in glyphs("Go 日本", "bangers")] == ["bangers"] * 2 + ["noto-sans-sc"] * 2


@pytest.mark.parametrize("title", ["\ue000", "a\U0010ffff", "\u0378"])
def test_characters_that_no_font_has_are_reported(title: str) -> None:
    assert missing_characters(title, load_font("inter")) == title[-1]
