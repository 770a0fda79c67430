"""The contrast of every template on difficult pictures: ``python -m benchmarks.legibility``."""

from collections.abc import Iterator

from benchmarks.measure import Figure, print_rows
from compositing.templates import TEMPLATES
from tests.support.contrast import PICTURES, contrast


def figures() -> Iterator[Figure]:
    """Measure the contrast of the least legible letter of a title, on every picture."""
    lowest = {template: min(contrast(name, template) for name in PICTURES) for template in TEMPLATES}
    overlays = min(value for template, value in lowest.items() if template.startswith("overlay"))
    panels = min(value for template, value in lowest.items() if not template.startswith("overlay"))
    what = f"contrast of the title's least legible letter, lowest on {len(PICTURES)} pictures"
    yield what, f"{panels:.1f} with a panel, {overlays:.1f} without", "4.5 (WCAG AA)"


if __name__ == "__main__":
    print_rows(figures())
