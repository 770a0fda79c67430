"""No text leaves its box: every template x every font, from the pixels."""

import pytest
from PIL import Image

from compositing.drawing import draw_title, rasterize
from compositing.fonts import font_names, load_font, missing_characters
from compositing.layout import lay_out
from compositing.templates import CANVAS, TEMPLATES

TITLES = {
    "short": "Go",
    "one word": "Internationalization",
    "a word wider than the box": "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
    "usual": "Why fan-out beats sequential generation",
    "long": "Observing ten thousand subtasks in the Render Dashboard while jumping quickly over gypsum (and lazy dogs)",
    "too long": "Jumpy quagmire of object storage, typography and retries " * 30,
    "tall and deep": "ÀÇÅÉÎÕÜ ŸÑ Ägypten (jagged), Qqyjg ÇÇ",
}


@pytest.mark.parametrize("font", font_names())
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_ink_leaves_the_text_box_and_none_is_cut_off(template: str, font: str) -> None:
    box = TEMPLATES[template].text
    for name, title in TITLES.items():
        if missing_characters(title, font):
            continue
        layout = lay_out(title, load_font(font), TEMPLATES[template])
        ink = rasterize(layout, CANVAS).getbbox()
        assert ink is not None, name
        assert ink[0] >= box.left, name
        assert ink[1] >= box.top, name
        assert ink[2] <= box.right, name
        assert ink[3] <= box.bottom, name

        drawn = Image.new("RGB", (CANVAS.width, CANVAS.height), "black")
        draw_title(drawn, TEMPLATES[template], layout)
        assert drawn.getbbox() == ink, name


def test_most_fonts_are_tried_with_the_tall_and_deep_title() -> None:
    able = [font for font in font_names() if not missing_characters(TITLES["tall and deep"], font)]
    assert len(able) >= 16
