"""Every template with every font and titles of several lengths, to look at: ``make contact-sheet``.

Writes ``out/contact-sheet/<template>.jpg``: a row per font, a column per title, on a light and busy simulated picture;
``overview.jpg``: a row per picture, a column per template; and ``covers.jpg``: six covers. Their pictures are those in
a folder, such as the photographs that docs/thumbnails.md names, or a simulated one in each style:

    .venv/bin/python -m benchmarks.contact_sheet [folder]
"""

import io
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

from PIL import Image, ImageDraw

from compositing.brand import Brand
from compositing.canvas import open_on_canvas
from compositing.fonts import font_names, load_font
from compositing.layout import lay_out
from compositing.templates import TEMPLATES
from compositing.thumbnail import compose
from providers.simulated_scene import draw_scene
from styles import STYLES

FOLDER = Path("out", "contact-sheet")
CELL, SMALL, LARGE, LABEL, GAP = (360, 189), (240, 126), (400, 210), 150, 6
TITLES = (
    "Go",
    "Why fan-out beats sequential generation",
    "Internationalization: what it costs, and who pays for it in the end",
    "Jumping quickly: à la carte (and 10,000 more)",
)
USUAL = (
    "Why fan-out beats sequential generation",
    "How we cut our Postgres bill by 80% without losing a single query",
    "Three retries with exponential backoff",
    "Introducing Workflows",
    "Object storage as the source of truth",
    "“Premature optimization” is the root of all evil",
    "Grow",
)
FONTS = ("inter", "poppins", "montserrat", "lora", "oswald", "playfair", "raleway", "merriweather")
CHOICE = ("framed", "left-panel", "overlay-bottom", "bottom-bar", "center-box", "split")
NAMED = Brand(name="acme.dev")


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


def draw_overview(pictures: Sequence[Image.Image], cell: tuple[int, int] = SMALL) -> Image.Image:
    """Return every picture with every template, with titles and fonts in turn; a row per picture, RGB."""
    rows = [
        [_cover(picture, title, font, name, cell) for name in TEMPLATES]
        for picture, title, font in zip(pictures, cycle(USUAL), cycle(FONTS), strict=False)
    ]
    return _grid(rows, cell)


def draw_choice(pictures: Sequence[Image.Image]) -> Image.Image:
    """Return six covers, one for each of as many pictures, RGB."""
    covers = [
        _cover(picture, title, font, template, LARGE)
        for picture, title, font, template in zip(pictures, USUAL, FONTS, CHOICE, strict=False)
    ]
    return _grid([covers[:3], covers[3:]], LARGE)


def _cover(picture: Image.Image, title: str, font: str, template: str, cell: tuple[int, int]) -> Image.Image:
    jpeg = compose(picture, lay_out(title, load_font(font), TEMPLATES[template], brand=NAMED))
    return Image.open(io.BytesIO(jpeg)).resize(cell, Image.Resampling.LANCZOS)


def _grid(rows: Sequence[Sequence[Image.Image]], cell: tuple[int, int]) -> Image.Image:
    columns, (width, height) = max(map(len, rows)), cell
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, len(rows) * (height + GAP) - GAP), "white")
    for row, covers in enumerate(rows):
        for column, cover in enumerate(covers):
            sheet.paste(cover, (column * (width + GAP), row * (height + GAP)))
    return sheet


def read_pictures(folder: Path | None) -> list[Image.Image]:
    """Return a folder's pictures by name, scaled to cover the canvas; without one, a simulated one in each style."""
    files = [draw_scene(style, style) for style in STYLES]
    if folder:
        files = [path.read_bytes() for path in sorted(folder.iterdir())]
    return [open_on_canvas(data) for data in files]


def main(*folder: str) -> None:
    """Write the sheets, and say where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = read_pictures(Path(*folder) if folder else None)
    sheets: dict[str, Callable[[], Image.Image]] = {
        "covers": partial(draw_choice, pictures),
        "overview": partial(draw_overview, pictures),
        **{name: partial(draw_sheet, name) for name in TEMPLATES},
    }
    for name, draw in sheets.items():
        path = FOLDER / f"{name}.jpg"
        draw().save(path, quality=88)
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:2])
