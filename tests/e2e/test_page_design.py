"""How a batch's page looks in a real browser: what is where, what fits, and what is on paper."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from gallery.live import Live
from tests.e2e.browsing import WINDOWS, fits, open_page
from tests.e2e.choosable import MODELS, directory, press, write_batch

Open = Callable[..., Page]
LONG = "Observing ten thousand subtasks in the dashboard, one line at a time, " * 2


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    pages: list[Page] = []

    def open_batch(drawn: list[set[int]], size: tuple[int, int] = (1280, 900), **changes: Any) -> Page:
        scheme = changes.pop("color_scheme", "light")
        page = open_page(browser, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        pages.append(page)
        page.goto(write_batch(directory(tmp_path), drawn, **changes))
        return page

    yield open_batch
    for page in pages:
        page.close()


def box(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found
    left, top, width, height = found["x"], found["y"], found["width"], found["height"]
    return {"left": left, "top": top, "right": left + width, "width": width, "height": height}


@pytest.mark.parametrize(("posts", "models"), [(6, 3), (213, 2), (300, 5), (8, 1)])
@pytest.mark.parametrize("changes", [{}, {"finished": False}, {"simulated": True}], ids=["", "unfinished", "simulated"])
def test_the_first_pictures_are_near_the_top(opened: Open, posts: int, models: int, changes: dict[str, Any]) -> None:
    page = opened([set(range(models))] * posts, models=MODELS[:models], name="ann.example/posts", **changes)
    assert box(page.locator("main li img").first)["top"] <= 150
    assert page.locator("h1").inner_text() == "ann.example"


@pytest.mark.parametrize("size", ["7", "14", "20"])
def test_what_is_said_of_a_picture_stands_below_it(opened: Open, size: str) -> None:
    page = opened([{0, 1, 2}] * 3, models=MODELS[:3])
    page.get_by_role("slider").fill(size)
    for card in page.locator("li[data-key]:has(.mark)").all():
        picture = box(card.locator("img"))
        assert box(card.locator(".mark").first)["top"] >= picture["top"] + picture["height"]


def test_all_filters_fit_on_a_phone(opened: Open) -> None:
    page = opened([{0, 1, 2, 3, 4}, {1}] * 60, (390, 844))
    page.locator(".filters summary").click()
    for control in page.locator(".tools :is(input[type=search], .chip, summary, [name=size])").all():
        assert box(control)["left"] >= 0
        assert box(control)["right"] <= 390
    assert fits(page)


@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080), (2560, 900)])
def test_three_pictures_are_compared_without_a_hole(opened: Open, size: tuple[int, int]) -> None:
    page = opened([{0, 1, 2}], size, models=MODELS[:3])
    press(page, "j", "Enter")
    dialog = box(page.locator("dialog.compare"))
    pictures = [box(each) for each in page.locator("dialog .enlarge").all()]
    for top in {round(each["top"]) for each in pictures}:
        row = [each for each in pictures if round(each["top"]) == top]
        left, right = row[0]["left"] - dialog["left"], dialog["right"] - row[-1]["right"]
        assert abs(left - right) < 30
    assert len({round(each["width"]) for each in pictures}) == 1
    assert all(each["top"] + each["height"] < size[1] for each in pictures)


def test_a_batch_on_paper_has_every_post_in_dark_on_light_and_nothing_to_press(opened: Open) -> None:
    page = opened([{0, 1}] * 120, models=MODELS[:2], color_scheme="dark")
    assert page.locator("section:visible").count() < 120
    page.pdf()
    assert page.locator("section:visible").count() == 120
    assert page.evaluate("() => [...document.querySelectorAll('main li img')].every((img) => img.naturalWidth)")
    page.emulate_media(media="print")
    pressed = page.locator("button, input, a.button, .choices, .tools")
    assert pressed.count() > 0
    assert not any(each.is_visible() for each in pressed.all())
    assert page.locator("body").evaluate("(body) => getComputedStyle(body).color") == "rgb(31, 29, 26)"


def test_titles_of_any_length_keep_the_pictures_of_a_row_in_line(opened: Open) -> None:
    page = opened([{0}] * 3, numbers=[0, 2, 3], models=MODELS[:1])
    page.locator("main h2 bdi").first.evaluate("(words, long) => { words.textContent = long; }", LONG)
    tops = {round(box(each)["top"]) for each in page.locator("main li img").all()}
    assert len(tops) == 1
    assert fits(page)


def test_the_script_leaves_no_global_name(opened: Open) -> None:
    page = opened([{0, 1}])
    assert page.evaluate("() => [typeof posts, typeof $posts, typeof $keys]") == ["undefined"] * 3


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
def test_what_is_opened_on_demand_is_accessible_and_fits(opened: Open, size: tuple[int, int], scheme: str) -> None:
    live = Live("/act", dict.fromkeys(MODELS, "about $0.04"))
    page = opened([{0, 1}, {0, 1, 2}, set()], size, color_scheme=scheme, live=live, finished=False, simulated=True)
    for summary in (".about", ".filters", ".all"):
        page.locator(f"{summary} > summary").click()
        assert Axe().run(page).response["violations"] == [], summary
        assert fits(page), summary
        page.locator(f"{summary} > summary").click()
