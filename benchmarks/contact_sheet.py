"""Every template with every font and titles of several lengths, to look at: ``make contact-sheet``.

Writes ``out/contact-sheet/<template>.jpg``: a row per font, a column per title, on a light and busy simulated picture;
and ``overview.jpg``, which the README shows: every style, with the templates and fonts in turn.
"""

import io
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path

from PIL import Image, ImageDraw

from compositing.canvas import open_on_canvas
from compositing.fonts import font_names, load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
from providers.prompt import STYLES
from providers.simulated_scene import draw_scene

FOLDER = Path("out", "contact-sheet")
CELL, LABEL, GAP, COLUMNS = (360, 189), 150, 6, 3
TITLES = (
    "Go",
    "Why fan-out beats sequential generation",
    "Internationalization: what it costs, and who pays for it in the end",
    "Jumping quickly: à la carte (and 10,000 more)",
)


def draw_sheet(template: str) -> Image.Image:
    """Return one template's sheet, RGB."""
    fonts = font_names()
    width = LABEL + len(TITLES) * (CELL[0] + GAP)
    sheet = Image.new("RGB", (width, len(fonts) * (CELL[1] + GAP)), "white")
    labels = ImageDraw.Draw(sheet)
    picture = open_on_canvas(draw_scene("a contact sheet", "watercolor"))
    for row, font in enumerate(fonts):
        y = row * (CELL[1] + GAP)
        labels.text((8, y + CELL[1] // 2), font, fill="black")
        for column, title in enumerate(TITLES):
            thumbnail = Image.open(
                io.BytesIO(compose(picture.copy(), lay_out(title, load_font(font), TEMPLATES[template])))
            )
            cell = thumbnail.resize(CELL, Image.Resampling.LANCZOS)
            sheet.paste(cell, (LABEL + column * (CELL[0] + GAP), y))
    return sheet


def draw_overview() -> Image.Image:
    """Return every style, with the templates and the fonts in turn, each named by its title; RGB."""
    cells = []
    for style, template, font in zip(STYLES, cycle(TEMPLATES), cycle(font_names()), strict=False):
        picture = open_on_canvas(draw_scene(style, style))
        layout = lay_out(f"{style}, {template}, {font}", load_font(font), TEMPLATES[template])
        thumbnail = Image.open(io.BytesIO(compose(picture, layout)))
        cells.append(thumbnail.resize(CELL, Image.Resampling.LANCZOS))
    rows = -(-len(cells) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (CELL[0] + GAP) - GAP, rows * (CELL[1] + GAP) - GAP), "white")
    for number, cell in enumerate(cells):
        row, column = divmod(number, COLUMNS)
        sheet.paste(cell, (column * (CELL[0] + GAP), row * (CELL[1] + GAP)))
    return sheet


def main() -> None:
    """Write the sheets, and say where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sheets: dict[str, Callable[[], Image.Image]] = {name: partial(draw_sheet, name) for name in TEMPLATES}
    for name, draw in {"overview": draw_overview, **sheets}.items():
        path = FOLDER / f"{name}.jpg"
        draw().save(path, quality=85)
        print(path)


if __name__ == "__main__":
    main()
