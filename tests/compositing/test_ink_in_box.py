"""All text stays in its box: every template and font, by the pixels."""

from dataclasses import replace

import pytest
from PIL import Image

from compositing.colours import BLACK, WHITE
from compositing.drawing import draw_title
from compositing.fonts import font_names, load_font
from compositing.layout import lay_out
from compositing.palette import Scheme
from compositing.rasterizing import rasterize
from compositing.templates import CANVAS, TEMPLATES

TITLES = {
    "short": "Go",
    "one word": "Internationalization",
    "a word wider than the box": "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
    "usual": "Why fan-out beats sequential generation",
    "long": "Observing ten thousand subtasks in the Render Dashboard while jumping quickly over gypsum (and lazy dogs)",
    "too long": "Jumpy quagmire of object storage, typography and retries " * 30,
    "Arabic": "مرحبا بالعالم، هذا عنوان طويل بعض الشيء",
    "Thai, Hindi and Burmese": "ที่นี่ ภาษาไทยสวยงาม हिन्दी में शीर्षक လူတိုင်းသည်",
    "Chinese": "对象存储是唯一的事实来源：批量输出的幂等性",
    "tall and deep": "ÀÇÅÉÎÕÜ ŸÑ Ägypten (jagged), Qqyjg ÇÇ",
}


@pytest.mark.parametrize("font", font_names())
@pytest.mark.parametrize("template", TEMPLATES)
def test_all_ink_is_inside_the_text_box_and_none_is_clipped(template: str, font: str) -> None:
    for name, title in TITLES.items():
        layout = lay_out(title, load_font(font), TEMPLATES[template])
        box = layout.template.text
        if layout.template.strip:
            box = box._replace(top=layout.picture.bottom, bottom=CANVAS.bottom)
        ink = rasterize(layout, CANVAS).getbbox()
        assert ink is not None, name
        assert ink[0] >= box.left, name
        assert ink[1] >= box.top, name
        assert ink[2] <= box.right, name
        assert ink[3] <= box.bottom, name

        part = Image.new("RGB", (layout.picture.width, layout.picture.height), "black")
        drawn = draw_title(part, replace(layout, card=None), Scheme(BLACK, WHITE, BLACK))
        assert drawn.getbbox() == ink, name
