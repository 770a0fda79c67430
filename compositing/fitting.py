"""Finds the size and the lines of a title."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from compositing.alignment import fits
from compositing.breaks import Break, Kind, breaks, breaks_anywhere, breaks_at_no_break_spaces, syllable_breaks
from compositing.fonts import UNITS_PER_EM
from compositing.geometry import Box
from compositing.line_breaking import ONE_MORE_LINE, Stretch, best_lines, fill_lines
from compositing.shaping import Line, ShapedTitle
from compositing.templates import Template

__all__ = ["SMALLEST", "Fit", "TextBox", "fit_title"]

# Pixels; the tutorial's figure.
SMALLEST = 32
# The least gap between the ink of two lines, as a share of the size.
GAP = 0.04
# The least share of its size that a title keeps to break only between words; and to break none between syllables, if
# it gets smaller than its template wants words whole in any case.
KEPT_FOR_WORDS, KEPT_WHOLE = 0.7, 0.9
# The least share of its size that a title keeps for better lines, or for fewer broken words; and the cost of losing all
# of it.
KEPT, KEPT_BROKEN, SIZE_COST = 0.78, 0.6, 9.0
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Characters; the smallest letters are half as wide as they are high.
MAX_PER_LINE = 200
# A pixel on each side for fonts whose glyph extents are rounded, or slightly smaller than their outlines.
SAFETY = 1


class Fit(NamedTuple):
    """The size in pixels at which a title fits, its lines, and whether it had to be shortened."""

    size: int
    lines: list[Stretch]
    shortened: bool = False


@dataclass(frozen=True)
class TextBox:
    """A template's text box, and how a title fits into it at a size in pixels."""

    title: ShapedTitle
    template: Template

    @cached_property
    def ink(self) -> float:
        """The height of a line's ink as a share of the size."""
        return (self.title.top - self.title.bottom) / UNITS_PER_EM

    @cached_property
    def spacing(self) -> float:
        """The distance between baselines as a share of the size."""
        return max(self.template.leading, self.ink + GAP)

    @cached_property
    def places(self) -> list[Break]:
        """Where lines may end, without syllables."""
        title = self.title
        every = breaks(title.text, title.language, title.han)
        return _with_breaks_in_wide_words(self, every, breaks_at_no_break_spaces)

    @property
    def most(self) -> int:
        """The largest size: a title of a single word may be larger."""
        is_word = not any(place.kind == Kind.WORDS for place in self.places)
        return self.template.largest_word if is_word else self.template.largest

    @property
    def align(self) -> str:
        """The alignment: a right-to-left title starts on the right."""
        return "right" if self.title.base and self.template.align == "left" else self.template.align

    @property
    def room(self) -> Box:
        """The box that may contain ink."""
        return self.template.text.inset(SAFETY, SAFETY)

    def height(self, fit: Fit) -> float:
        """Return the height in pixels from the first line's capitals' tops to the last baseline."""
        capital = self.title.font.cap_height / UNITS_PER_EM
        return fit.size * (capital + (len(fit.lines) - 1) * self.spacing)

    def reach(self, fit: Fit) -> float:
        """Return the height in pixels of the ink, whatever the letters."""
        return fit.size * (self.ink + (len(fit.lines) - 1) * self.spacing)

    def widest(self, size: int) -> float:
        """Return the maximum width of a line at a size, in 2048ths of an em."""
        return self.room.width * UNITS_PER_EM / size

    def shaped(self, lines: Sequence[Stretch]) -> list[Line]:
        """Return the lines, each shaped on its own."""
        return [self.title.line(line.start, line.end, line.suffix) for line in lines]

    def most_lines(self, size: int) -> int:
        """Return how many lines fit at a size, whatever their letters, and 1 even if none does."""
        return max(1, min(self.template.max_lines, int((self.room.height / size - self.ink) / self.spacing) + 1))

    def fill(self, places: Sequence[Break], size: int) -> list[Stretch] | None:
        """Break the title into full lines at a size, or return None if it does not fit."""
        if self.ink * size > self.room.height and size > SMALLEST:
            return None
        return fill_lines(len(self.title.text), places, self.title.width, self.widest(size), self.most_lines(size))

    def largest(self, places: Sequence[Break]) -> int:
        """Return the largest size that fits, or 0, by binary search: a title also fits at every smaller size."""
        low, high, found = SMALLEST, self.most, 0
        while low <= high:
            size = (low + high) // 2
            if self.fill(places, size):
                found, low = size, size + 1
            else:
                high = size - 1
        return found


def fit_title(box: TextBox) -> Fit:
    """Find the largest size, from the template's down to 32 px, and the lines; the rules are ``lay_out``'s."""
    places, size = _choose_breaks(box)
    while size >= SMALLEST:
        if fit := _best_fit(box, places, size):
            return fit
        size -= 1  # Widths are sums; a line shaped on its own may be slightly wider.
    return _shortened(box)


def _choose_breaks(box: TextBox) -> tuple[list[Break], int]:
    """Return the breaks to use, and the largest size with them, or 0 if the title fits at no size."""
    title, every = box.title, box.places
    candidates = {
        Kind.WORDS: [place for place in every if place.kind == Kind.WORDS],
        Kind.PARTS: [place for place in every if place.kind <= Kind.PARTS],
    }
    sizes = {kind: box.largest(places) for kind, places in candidates.items()}
    kind = Kind.WORDS if sizes[Kind.WORDS] >= KEPT_FOR_WORDS * sizes[Kind.PARTS] > 0 else Kind.PARTS
    if sizes[kind] >= box.template.whole_words:
        return candidates[kind], sizes[kind]
    with_syllables = _merged(every, syllable_breaks(title.text, title.language))
    size = box.largest(with_syllables)
    if sizes[kind] and size < box.template.whole_words and sizes[kind] >= KEPT_WHOLE * size:
        return candidates[kind], sizes[kind]
    if size:
        return with_syllables, size
    anywhere = _with_breaks_in_wide_words(box, with_syllables)
    return anywhere, box.largest(anywhere)


def _merged(places: Sequence[Break], more: Sequence[Break]) -> list[Break]:
    ends = {place.end for place in places}
    return sorted([*places, *(place for place in more if place.end not in ends)], key=lambda place: place.end)


def _with_breaks_in_wide_words(
    box: TextBox, places: Sequence[Break], inside: Callable[[str, int, int], Iterable[Break]] = breaks_anywhere
) -> list[Break]:
    """Return the places, with breaks inside every stretch too wide for a line at any size."""
    found: list[Break] = []
    start, text = 0, box.title.text
    for place in (*places, None):
        end = place.end if place else len(text)
        if end > start and box.title.width(start, end) > box.widest(SMALLEST):
            found += inside(text, start, end)
        if place:
            found.append(place)
            start = place.start
    return found


def _best_fit(box: TextBox, places: Sequence[Break], largest: int) -> Fit | None:
    """Trade a little size for better and fewer lines, and more of it to break fewer words."""
    found: list[tuple[float, Fit]] = []
    is_broken = any(line.suffix for line in box.fill(places, largest) or ())
    smallest = max(SMALLEST, round((KEPT_BROKEN if is_broken else KEPT) * largest))
    if is_broken:  # It was broken for the sake of its size.
        smallest = max(smallest, min(largest, round(KEPT_WHOLE * box.template.whole_words)))
    filled = {size: lines for size in range(largest, smallest - 1, -1) if (lines := box.fill(places, size))}
    fewest = min(map(len, filled.values()), default=0)
    for size, lines in filled.items():
        least, title = len(lines), box.title
        # If words must be broken, the fewest lines have the fewest breaks.
        most = least if any(line.suffix for line in lines) else box.most_lines(size)
        best = best_lines(len(title.text), places, title.width, box.widest(size), least, min(most, least + 1))
        if best and _fits_as_shaped(box, best[1], size):
            cost = best[0] + ONE_MORE_LINE * (least - fewest) + SIZE_COST * (1 - size / largest)
            found.append((cost, Fit(size, best[1])))
    return min(found, key=lambda candidate: candidate[0])[1] if found else None


def _fits_as_shaped(box: TextBox, lines: Sequence[Stretch], size: int) -> bool:
    return fits(box.shaped(lines), box.align, box.widest(size))


def _shortened(box: TextBox) -> Fit:
    """Fill lines at the smallest size, and end the last one with an ellipsis."""
    title, text = box.title, box.title.text
    places = _with_breaks_in_wide_words(box, box.places)
    lines: list[Stretch] = []
    start = 0
    while len(lines) < box.most_lines(SMALLEST) - 1:
        full = _fullest(box, lines, start, [place for place in places if place.end > start])
        if not full:
            break
        lines.append(Stretch(start, full.end, full.suffix))
        start = full.start
    between = [place.end for place in reversed(places) if place.end > start]
    inside = [place.end for place in breaks_anywhere(text, start, min(len(text), start + MAX_PER_LINE))]
    for end in (*between, *reversed(inside)):
        last = Stretch(start, len(text[:end].rstrip(" ,;:.-\N{EN DASH}\N{EM DASH}")), ELLIPSIS)
        roughly = start < last.end and title.width(start, last.end, ELLIPSIS) <= box.widest(SMALLEST)
        if roughly and _fits_as_shaped(box, [*lines, last], SMALLEST):
            return Fit(SMALLEST, [*lines, last], shortened=True)
    return Fit(SMALLEST, [*lines, Stretch(start, start, ELLIPSIS)], shortened=True)


def _fullest(box: TextBox, before: Sequence[Stretch], start: int, places: Sequence[Break]) -> Break | None:
    """Return the last place at which a line still fits at the smallest size, after those before it."""
    fitting = takewhile(lambda place: box.title.width(start, place.end, place.suffix) <= box.widest(SMALLEST), places)
    for place in reversed(list(fitting)):
        if _fits_as_shaped(box, [*before, Stretch(start, place.end, place.suffix)], SMALLEST):
            return place
    return None
