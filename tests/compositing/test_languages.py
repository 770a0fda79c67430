"""The first article of the Universal Declaration of Human Rights, set in every language of ``article_1.json``.

The texts are the United Nations', as Unicode's UDHR project collects them.
"""

import json
import unicodedata
from pathlib import Path

import pytest

from compositing.fallback import missing_characters
from compositing.fonts import load_font
from compositing.layout import lay_out
from compositing.rasterizing import rasterize
from compositing.shaping import ShapedTitle
from compositing.templates import CANVAS, TEMPLATES

ARTICLE_1: dict[str, str] = {
    language: unicodedata.normalize("NFC", text)
    for language, text in json.loads(Path(__file__).with_name("article_1.json").read_text()).items()
}
ELLIPSIS = "\u2026"
# HarfBuzz draws it under a mark without a base, in a cluster that is invalid in its script.
DOTTED_CIRCLE = "\u25cc"


def test_more_than_forty_languages_are_covered() -> None:
    assert len(ARTICLE_1) > 40


@pytest.mark.parametrize("font", ["inter", "poppins", "bangers"])
@pytest.mark.parametrize("language", ARTICLE_1)
def test_no_glyph_is_missing_and_every_mark_has_its_base(language: str, font: str) -> None:
    title = ARTICLE_1[language]
    assert missing_characters(title, load_font(font)) == ""
    for glyph in ShapedTitle(title, load_font(font)).line(0, len(title)).glyphs:
        assert glyph.index
        assert glyph.index != glyph.font.shaper.get_nominal_glyph(ord(DOTTED_CIRCLE))


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ARTICLE_1)
def test_the_title_is_complete_or_marked_as_shortened_and_stays_in_its_box(language: str, template: str) -> None:
    title = ARTICLE_1[language]
    layout = lay_out(title, load_font("inter"), TEMPLATES[template])
    text = "".join("".join(placed.line.text for placed in layout.lines).split())
    whole = "".join(title.split())
    if layout.shortened:
        assert whole.startswith(text.removesuffix(ELLIPSIS))
    else:
        assert text.replace("-", "") == whole.replace("-", "")
    ink, box = rasterize(layout, CANVAS).getbbox(), layout.template.text
    if layout.template.strip:
        box = box._replace(top=layout.picture.bottom, bottom=CANVAS.bottom)
    assert ink
    assert ink[0] >= box.left
    assert ink[1] >= box.top
    assert ink[2] <= box.right
    assert ink[3] <= box.bottom
