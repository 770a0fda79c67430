"""Lays a title out as lines placed in a template's text box."""

from dataclasses import dataclass, replace

from compositing.alignment import indents
from compositing.brand import NO_BRAND, Brand
from compositing.fitting import Fit, TextBox, fit_title
from compositing.fonts import UNITS_PER_EM, Font
from compositing.lettering import Lettering, PlacedLine
from compositing.mark import Mark, place_mark, room_beside
from compositing.shaping import ShapedTitle
from compositing.templates import Template
from compositing.title_text import layout_text

__all__ = ["TitleLayout", "lay_out"]

# More than fits into any box at the smallest size. Longer titles take no longer to lay out.
MAX_CHARACTERS = 1_000


@dataclass(frozen=True)
class TitleLayout(Lettering):
    """A title ready to be drawn: its lines, its template, its brand and mark, and whether it had to be shortened."""

    template: Template
    shortened: bool
    brand: Brand = NO_BRAND
    mark: Mark | None = None


def lay_out(title: str, font: Font, template: Template, brand: Brand = NO_BRAND) -> TitleLayout:
    """Set a title as large as it fits, from 80 px down to 32 px, in even lines that end where a reader pauses.

    Lines end between words. They end at a word's own hyphens and joints, or inside a phrase, only if that makes the
    title much larger, and between a word's syllables only if the title would otherwise be less than half as large. A
    word that is still too wide is broken anywhere. A title that fits at no size is shortened with an ellipsis.

    Args:
        title: the title as written; its no-break spaces, soft hyphens and the like are respected.
        font: the font; fallback fonts set the words that it lacks glyphs for.
        template: where the title goes.
        brand: the blog's brand; if its mark would touch the title, the title makes room.
    """
    mark = place_mark(template, brand.corner, brand.logo, brand.name, brand.name_font)
    if mark:
        template = replace(template, text=room_beside(template.text, mark))
    text = layout_text(title)
    shaped = ShapedTitle(text[:MAX_CHARACTERS], font)
    box = TextBox(shaped, template)
    fit = fit_title(box)
    shortened = fit.shortened or len(text) > MAX_CHARACTERS
    return TitleLayout(fit.size, _place(fit, box), template, shortened, brand, mark)


def _place(fit: Fit, box: TextBox) -> tuple[PlacedLine, ...]:
    """Centre the lines optically, from the first capitals' tops to the last baseline, with all ink in the box."""
    room, scale, spacing, count = box.room, fit.size / UNITS_PER_EM, box.spacing * fit.size, len(fit.lines)
    capital = box.title.font.cap_height * scale
    baseline = room.top + (room.height + capital - (count - 1) * spacing) / 2
    lowest = room.bottom + box.title.bottom * scale - (count - 1) * spacing
    baseline = max(room.top + box.title.top * scale, min(baseline, lowest))
    lines = box.shaped(fit.lines)
    placed = []
    for number, (line, indent) in enumerate(zip(lines, indents(lines, box.align, room.width / scale), strict=True)):
        x = (
            room.right - (indent + line.right) * scale
            if box.align == "right"
            else room.left + (indent - line.left) * scale
        )
        placed.append(PlacedLine(line, x, baseline + number * spacing))
    return tuple(placed)
