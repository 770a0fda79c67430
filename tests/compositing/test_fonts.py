import json

import pytest

from compositing.fonts import FONTS_DIR, font_names, load_font, missing_characters

CATALOGUE = json.loads((FONTS_DIR / "catalogue.json").read_text())


def test_there_are_the_references_eighteen_fonts() -> None:
    assert set(font_names()) == set(
        "inter roboto poppins montserrat raleway oswald bebas-neue playfair merriweather lora space-mono "
        "jetbrains-mono bangers pacifico permanent-marker righteous creepster press-start-2p".split()
    )


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_font_opens_and_has_its_licence(name: str) -> None:
    assert load_font(name).cap_height > 0
    licence = (FONTS_DIR / "licences" / f"{name}.txt").read_text()
    assert {"OFL-1.1": "SIL OPEN FONT LICENSE", "Apache-2.0": "Apache License"}[CATALOGUE[name]["licence"]] in licence


def test_every_file_of_the_fonts_folder_is_in_the_catalogue() -> None:
    assert {path.name for path in FONTS_DIR.glob("*.ttf")} == {entry["file"] for entry in CATALOGUE.values()}
    assert {path.stem for path in FONTS_DIR.glob("licences/*")} == CATALOGUE.keys()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_font_sets_plain_english_and_the_ellipsis(name: str) -> None:
    assert (
        missing_characters('The quick brown fox, 1234567890: jumps! Over? (the) "lazy" dog\'s… back & a-z/', name) == ""
    )


def test_what_a_font_cannot_set_is_named_once() -> None:
    assert missing_characters("日本 and 日本", "inter") == "日本"
    assert missing_characters("Привет", "inter") == ""
    assert missing_characters("Привет", "bangers") == "Привет"


def test_scripts_that_need_more_than_one_font_by_itself_are_never_set_wrong() -> None:
    assert missing_characters("नमस्ते", "poppins") == "नमस्ते"
    assert missing_characters("שלום", "inter") == "שלום"
