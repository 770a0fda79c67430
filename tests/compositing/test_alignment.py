"""Lines stand where their fonts mean them to."""

import pytest

from compositing.fonts import load_font
from compositing.layout import TitleLayout, lay_out
from compositing.templates import TEMPLATES

BOX = TEMPLATES["left-panel"].text


def set_title(title: str) -> TitleLayout:
    return lay_out(title, load_font("inter"), TEMPLATES["left-panel"])


def ink(layout: TitleLayout) -> list[tuple[float, float]]:
    """Return where the ink of each line starts and ends, in pixels."""
    return [(each.x + each.line.left * layout.scale, each.x + each.line.right * layout.scale) for each in layout.lines]


@pytest.mark.parametrize(
    "title", ["日本語の見出しを美しく組むための禁則処理入門", "Why Type Theory Joins What Vectors Taught"]
)
def test_lines_share_their_origin_and_the_furthest_ink_touches_the_margin(title: str) -> None:
    layout = set_title(title)
    assert len({round(placed.x, 3) for placed in layout.lines}) == 1
    assert min(left for left, _ in ink(layout)) == pytest.approx(BOX.left + 1)


def test_right_to_left_lines_share_their_origin_on_the_right() -> None:
    layout = set_title("مرحبا بالعالم، هذا عنوان طويل بعض الشيء")
    assert len({round(each.x + each.line.advance * layout.scale, 3) for each in layout.lines}) == 1
    assert max(right for _, right in ink(layout)) == pytest.approx(BOX.right - 1)


def test_an_opening_quote_hangs_out_of_the_letters_margin_but_not_out_of_the_box() -> None:
    layout = set_title("“Alles neu” im Mai")
    quoted, *others = (each.x for each in layout.lines)
    assert len({round(x, 3) for x in others}) == 1
    assert others[0] - quoted == pytest.approx(layout.lines[0].line.hanging * layout.scale)
    assert min(left for left, _ in ink(layout)) >= BOX.left + 0.999


def test_the_empty_half_of_a_full_width_bracket_is_outside_the_margin() -> None:
    layout = set_title("「推し」を支える技術：ライブ配信サービスの裏側")
    bracket, *others = (each.x for each in layout.lines)
    assert others[0] - bracket == pytest.approx(layout.size / 2)
