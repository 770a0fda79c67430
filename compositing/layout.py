"""Lays a title out as lines placed in a template's text box, with the parts of the canvas that follow from them."""

from dataclasses import dataclass, replace

from compositing.alignment import indents
from compositing.brand import NO_BRAND, Brand
from compositing.fitting import Fit, TextBox, fit_title
from compositing.fonts import UNITS_PER_EM, Font
from compositing.geometry import Box
from compositing.lettering import Lettering, PlacedLine
from compositing.mark import CLEAR, Mark, place_mark, room_beside
from compositing.shaping import ShapedTitle
from compositing.templates import CANVAS, Template
from compositing.title_text import layout_text

__all__ = ["TitleLayout", "lay_out"]

# More than fits into any box at the smallest size. Longer titles take no longer to lay out.
MAX_CHARACTERS = 1_000
# Pixels that stay free of ink at a strip's edges.
STRIP_EDGE = 14
# Pixels: a card's rule, and its distance from the last baseline.
CARD_RULE, BELOW = (72, 6), 34


@dataclass(frozen=True)
class TitleLayout(Lettering):
    """A title ready to be drawn: its lines, its brand and mark, and whether it had to be shortened.

    ``picture`` is the part of the canvas that shows the picture, ``card`` what lies on it under the title, if
    anything, and ``rule`` the place of a line in the accent's colour.
    """

    title: str
    font: Font
    template: Template
    shortened: bool
    brand: Brand
    mark: Mark | None
    picture: Box
    card: Box | None
    rule: Box | None

    @property
    def ink(self) -> Box:
        """The box of all lines, from the first capitals' tops at the latest to the last baseline at the earliest."""
        scale, capital, lines = self.scale, self.font.cap_height * self.scale, self.lines
        return Box(
            round(min(placed.x + placed.line.left * scale for placed in lines)),
            round(min(placed.baseline - max(capital, placed.line.top * scale) for placed in lines)),
            round(max(placed.x + placed.line.right * scale for placed in lines)),
            round(max(placed.baseline - min(0, placed.line.bottom * scale) for placed in lines)),
        )

    def moved(self, x: int, y: int) -> "TitleLayout":
        """Return the layout with title, card and rule moved by some pixels."""
        lines = tuple(line.moved(x, y) for line in self.lines)
        card, rule = (box and box.moved(x, y) for box in (self.card, self.rule))
        return replace(self, lines=lines, card=card, rule=rule)


def lay_out(title: str, font: Font, template: Template, brand: Brand = NO_BRAND) -> TitleLayout:
    """Set a title as large as it fits, down to 32 px, in even lines that end where a reader pauses.

    Lines end between words. They end at a word's own hyphens and joints, or inside a phrase, only if that makes the
    title much larger, and between a word's syllables only if the title would otherwise be small. A word that is still
    too wide is broken anywhere. A title that fits at no size is shortened with an ellipsis.

    Args:
        title: the title as written; its no-break spaces, soft hyphens and the like are respected.
        font: the font; fallback fonts set the words that it lacks glyphs for.
        template: where the title goes.
        brand: the blog's brand; if its mark would touch the title, the title makes room.
    """
    text = layout_text(title)
    shaped = ShapedTitle(text[:MAX_CHARACTERS], font)
    mark = place_mark(template, brand.corner, brand.logo, brand.name, brand.name_font)
    layout = _laid_out(title, shaped, template, brand, mark)
    if mark and layout.mark and layout.ink.overlaps(layout.mark.box.inset(-CLEAR, -CLEAR)):
        beside = replace(template, text=room_beside(template.text, mark))
        layout = replace(_laid_out(title, shaped, beside, brand, mark), template=template)
    return replace(layout, shortened=layout.shortened or len(text) > MAX_CHARACTERS)


def _laid_out(title: str, shaped: ShapedTitle, template: Template, brand: Brand, mark: Mark | None) -> TitleLayout:
    box = TextBox(shaped, template)
    fit = fit_title(box)
    picture, rule = template.picture, template.rule
    room = box.room
    if template.strip:
        top = CANVAS.bottom - _strip_height(*template.strip, box, fit)
        middle = (top + CANVAS.bottom) // 2
        room = Box(room.left, top + STRIP_EDGE, room.right, CANVAS.bottom - STRIP_EDGE)
        picture = picture._replace(bottom=top)
        if rule and rule.bottom < CANVAS.bottom:
            rule = rule.moved(0, top - rule.top)
        if mark and mark.middle > template.text.top:
            mark = mark.moved(0, middle - mark.middle)
    elif not template.hugs and rule and box.align == "right":
        rule = rule.moved(template.text.right - rule.right, 0)
    layout = TitleLayout(
        fit.size, _place(fit, box, room), title, shaped.font, template, fit.shortened, brand, mark, picture, None, rule
    )
    return _with_card(layout, template.hugs) if template.hugs else layout


def _strip_height(least: int, most: int, box: TextBox, fit: Fit) -> int:
    """Return the height of a strip: its title's with margins of a quarter of the least height."""
    return max(least, min(most, round(max(box.height(fit) + least / 2, box.reach(fit) + 2 * STRIP_EDGE))))


def _with_card(layout: TitleLayout, margins: tuple[int, int]) -> TitleLayout:
    """Return the layout with a card around its title; a brand's has a rule below the last line."""
    ink, (x, y) = layout.ink, margins
    if not (layout.brand.colour or layout.brand.accent):
        return replace(layout, card=ink.inset(-x, -y))
    width, height = CARD_RULE
    left, top = (ink.left + ink.right - width) // 2, ink.bottom + BELOW - height
    rule = Box(left, top, left + width, top + height)
    return replace(layout, card=ink._replace(bottom=rule.bottom).inset(-x, -y), rule=rule)


def _place(fit: Fit, box: TextBox, room: Box) -> tuple[PlacedLine, ...]:
    """Place the lines in a room: centred from the first capitals' tops to the last baseline, or from its top."""
    scale, spacing, count = fit.size / UNITS_PER_EM, box.spacing * fit.size, len(fit.lines)
    capital = box.title.font.cap_height * scale
    free = room.height - box.height(fit)
    baseline = room.top + capital + (free / 2 if box.template.rests == "middle" else 0)
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
