"""From a title to lines placed in a template's text box."""

from dataclasses import dataclass, replace

from compositing.brand import NO_BRAND, Brand
from compositing.fitting import Fit, TextBox, fit_title
from compositing.fonts import UNITS_PER_EM, Font
from compositing.lettering import Lettering, PlacedLine
from compositing.mark import Mark, beside, place_mark
from compositing.shaping import ShapedTitle
from compositing.templates import Template
from compositing.title_text import layout_text

__all__ = ["PlacedLine", "TitleLayout", "lay_out"]

# More than any box holds at the smallest size, so that longer titles cost no more to lay out.
MOST_CHARACTERS = 1_000


@dataclass(frozen=True)
class TitleLayout(Lettering):
    """A title ready to be drawn: its lines, its template, the brand's part, and whether its end had to be cut off."""

    template: Template
    shortened: bool
    brand: Brand = NO_BRAND
    mark: Mark | None = None


def lay_out(title: str, font: Font, template: Template, language: str = "", brand: Brand = NO_BRAND) -> TitleLayout:
    """Set a title as large as it fits, from 80 px down to 32 px, in even lines that end where a reader pauses.

    Lines end between words; at a word's own hyphens and joints, or inside a phrase, only where that makes the title
    much larger; between a word's syllables only where it would be less than half as large without. A word that is too
    wide even so is broken anywhere. A title that fits at no size is shortened with an ellipsis.

    Args:
        title: the title as its author wrote it; spaces and marks that hold or part its words are heeded.
        font: the font; what it lacks is set in fallback fonts, whole words at a time.
        template: where the title goes.
        language: the title's (BCP 47, such as ``ja``), or nothing where only its own words can tell.
        brand: the blog's; its mark takes its place from the title where they would meet.
    """
    mark = place_mark(template, brand.corner, brand.logo, brand.name, brand.name_font)
    if mark:
        template = replace(template, text=beside(template.text, mark))
    text = layout_text(title)
    shaped = ShapedTitle(text[:MOST_CHARACTERS], font, language)
    box = TextBox(shaped, template)
    fit = fit_title(box)
    shortened = fit.shortened or len(text) > MOST_CHARACTERS
    return TitleLayout(fit.size, _place(fit, box), template, shortened, brand, mark)


def _place(fit: Fit, box: TextBox) -> tuple[PlacedLine, ...]:
    """Centre the lines between capitals' tops and the last baseline, as the eye does, but keep all ink in the box."""
    room, scale, spacing, count = box.room, fit.size / UNITS_PER_EM, box.spacing * fit.size, len(fit.lines)
    capital = box.title.font.cap_height * scale
    baseline = room.top + (room.height + capital - (count - 1) * spacing) / 2
    lowest = room.bottom + box.title.bottom * scale - (count - 1) * spacing
    baseline = max(room.top + box.title.top * scale, min(baseline, lowest))
    placed = []
    for number, stretch in enumerate(fit.lines):
        line = box.title.line(stretch.start, stretch.end, stretch.suffix)
        free = room.width - line.width * scale
        indent = {"left": 0.0, "center": free / 2, "right": free}[box.align]
        placed.append(PlacedLine(line, room.left + indent - line.left * scale, baseline + number * spacing))
    return tuple(placed)
