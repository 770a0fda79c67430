"""Choosing covers on a batch's page, in a real browser: on a disk, in a public bucket and in a private one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from settings import read_settings
from storage.minio_store import MinioStore
from tests.e2e.browsing import WINDOWS, Shown, fits, load_all, pasted, scroll_to_end, show, tick
from tests.e2e.choosable import (
    DRAWN,
    MODELS,
    TITLES,
    chosen,
    covers,
    directory,
    key,
    press,
    said,
    saved,
    tally,
    write_batch,
)
from tests.support.large_batch import PICTURE
from tests.support.minio_server import MinioServer


@pytest.fixture(params=["disk", "bucket", "private bucket"])
def anywhere(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path, bucket: str) -> Iterator[Shown]:
    store = directory(tmp_path)
    if request.param != "disk":
        server: MinioServer = request.getfixturevalue("minio")
        private = {"MINIO_PRESIGNED_HOURS": "1"} if request.param == "private bucket" else {}
        store = MinioStore(read_settings({**server.environment, "MINIO_BUCKET": bucket, **private}))
    shown = show(browser, write_batch(store))
    yield shown
    shown.page.close()
    assert shown.faults == []


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    shown = show(browser, write_batch(directory(tmp_path)))
    yield shown.page
    shown.page.close()
    assert shown.faults == []


def width(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["width"]


def test_choices_stay_in_the_browser_until_they_are_saved_with_the_command_that_applies_them(anywhere: Shown) -> None:
    page = anywhere.page
    press(page, "j", "2", "j", "2")
    assert tally(page) == covers(chosen=3)
    page.reload()
    assert tally(page) == covers(chosen=3)
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1"), key(2, "dall-e-3")]
    name, choices = saved(page)
    assert choices == {
        "version": 1,
        "batch_id": "00ff",
        "choices": [
            {
                "slug": f"post-{post}",
                "title": TITLES[post],
                "model": "dall-e-3",
                "variation": 0,
                "thumbnail": key(post, "dall-e-3"),
            }
            for post in (0, 2)
        ],
    }
    dialog = page.get_by_role("dialog")
    assert f"2 choices are in {name}" in dialog.inner_text()
    dialog.get_by_role("button", name="Copy").click()
    assert "Command copied." in dialog.inner_text()
    dialog.get_by_role("button", name="Done").click()
    assert pasted(page, page.get_by_role("searchbox")) == f"./covers --choose ~/Downloads/{name}"


def test_an_address_a_file_and_the_og_image_lines_are_one_click_each(anywhere: Shown) -> None:
    page, post = anywhere.page, anywhere.page.locator("main section").nth(1)
    assert load_all(page) == sum(map(len, DRAWN))
    field = page.get_by_role("searchbox")
    post.get_by_role("button", name="Copy address, dall-e-3").click()
    assert pasted(page, field) == post.locator("li img").nth(1).evaluate("(picture) => picture.src")
    if page.url.startswith("file:"):
        with page.expect_popup() as popup:
            post.get_by_role("link", name="Open file, dall-e-3").click()
        assert popup.value.url.endswith(key(1, "dall-e-3"))
    else:
        with page.expect_download() as download:
            post.get_by_role("link", name="Download, dall-e-3").click()
        assert download.value.suggested_filename == "post-1-dall-e-3.jpg"
        assert download.value.path().read_bytes() == PICTURE.read_bytes()
    public = page.url.startswith("http") and "?" not in page.url
    post.get_by_role("button", name="Copy og:image lines").click()
    origin = page.url.partition("/batches/")[0] if public else "https://example.com"
    assert pasted(page, field).split(" <") == [
        f'<meta property="og:image" content="{origin}/covers/post-1.jpg">',
        'meta property="og:image:width" content="1200">',
        'meta property="og:image:height" content="630">',
        f'meta property="og:image:alt" content="\u2068{TITLES[1]}\u2069, drawn by gpt-image-1">',
        'meta name="twitter:card" content="summary_large_image">',
    ]
    assert ("replace https://example.com" in said(page)) != public


def test_choices_in_one_batch_do_not_appear_in_another(page: Page, browser: Browser, tmp_path: Path) -> None:
    press(page, "j", "2")
    other = write_batch(directory(tmp_path), batch_id="0a0b")
    page.goto(other)
    assert tally(page) == covers(chosen=1)


def test_a_choice_is_dropped_once_it_is_applied(page: Page, tmp_path: Path) -> None:
    press(page, "j", "j", "3")
    assert page.get_by_role("button", name="Save 1 choice").is_enabled()
    for model in ("gpt-image-2", "dall-e-3"):  # The second by someone else, later.
        applied: list[dict[str, Any]] = [{"slug": f"post-{number}"} for number in range(4)]
        cover = {"key": "covers/post-1.jpg", "image_url": "http://h", "thumbnail": key(1, model)}
        applied[1]["cover"] = {**cover, "model": model, "variation": 0, "chosen": True}
        write_batch(directory(tmp_path), posts=applied)
        page.reload()
        assert chosen(page) == [key(1, model)]
        assert page.get_by_role("button", name="Save choices").is_disabled()


def test_a_choice_counts_only_while_its_picture_is_on_the_page(page: Page, tmp_path: Path) -> None:
    press(page, "j", "2")
    assert (tally(page), chosen(page)) == (covers(chosen=2), [key(0, "dall-e-3"), key(1, "gpt-image-1")])
    write_batch(directory(tmp_path), [{0}, *DRAWN[1:]])
    page.reload()
    assert (tally(page), chosen(page)) == (covers(chosen=1), [key(1, "gpt-image-1")])
    assert page.get_by_role("button", name="Save choices").is_disabled()
    write_batch(directory(tmp_path))
    page.reload()
    assert tally(page) == covers(chosen=2)


def test_a_key_is_for_the_current_post_only_while_the_search_shows_it(page: Page) -> None:
    press(page, "j", "/")
    page.keyboard.type("caf")
    press(page, "Enter", "2")
    assert chosen(page) == [key(1, "gpt-image-1")]
    assert page.locator("section[aria-current]").get_attribute("data-slug") == "post-2"
    press(page, "2")
    assert chosen(page) == [key(1, "gpt-image-1"), key(2, "dall-e-3")]


def test_choosing_what_is_chosen_changes_nothing_and_undo_reverts_the_last_choice(page: Page) -> None:
    press(page, "j", "2")
    assert said(page) == f"dall-e-3 is chosen for \u2068{TITLES[0]}\u2069."
    press(page, "k", "2")
    assert said(page) == f"dall-e-3 is chosen for \u2068{TITLES[0]}\u2069."
    page.locator("section").first.get_by_role("button", name="Choose dall-e-3").click()
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1")]
    page.locator("section").nth(1).get_by_role("button", name="Choose gpt-image-2").click()
    press(page, "u")
    assert said(page) == "Undone."
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1")]
    page.get_by_role("button", name="Undo").click()
    assert chosen(page) == [key(1, "gpt-image-1")]
    assert page.get_by_role("button", name="Undo").is_disabled()


def test_choosing_the_cover_that_was_chosen_before_leaves_nothing_to_save(page: Page) -> None:
    press(page, "j", "j", "3", "k", "1")
    assert chosen(page) == [key(1, "gpt-image-1")]
    assert page.get_by_role("button", name="Save choices").is_disabled()


def test_choosing_by_mouse(page: Page) -> None:
    page.locator("section").last.scroll_into_view_if_needed()
    page.locator("section").last.get_by_role("button", name="Choose gpt-image-2").click()
    assert chosen(page)[-1] == key(3, "gpt-image-2")
    page.locator("main li > a").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Choose dall-e-3").click()
    assert page.locator("dialog figure[data-chosen]").count() == 1
    assert tally(page) == covers(chosen=3)


def test_a_number_without_a_picture_chooses_nothing_and_says_so(page: Page) -> None:
    press(page, "j", "5")
    assert said(page) == "This post has no picture 5 to choose."
    assert tally(page) == covers(chosen=1)


def test_the_undecided_filter_hides_each_post_once_it_is_decided(page: Page) -> None:
    page.locator("label", has_text="Undecided").click()
    assert page.locator(".showing").inner_text() == "3 of 4 posts"
    assert page.locator("main h2:visible").all_text_contents() == [TITLES[0], TITLES[2], TITLES[3]]
    press(page, "j", "1")
    assert page.locator("main h2:visible").all_text_contents() == [TITLES[2], TITLES[3]]
    assert page.locator("[aria-current] h2").inner_text() == TITLES[2]
    press(page, "u")
    assert page.locator("main h2:visible").count() == 3
    assert page.locator("[aria-current] h2").inner_text() == TITLES[0]
    page.locator("label", has_text="Undecided").click()
    press(page, "n")
    assert page.locator("[aria-current] h2").inner_text() == TITLES[2]


def test_four_pictures_are_compared_at_once_and_a_fifth_comes_after_them(page: Page) -> None:
    page.locator("section").last.locator("li > a").first.click()
    dialog = page.get_by_role("dialog")
    boxes = [each.bounding_box() for each in dialog.locator("img").all()]
    assert len(boxes) == 4
    for box in boxes:
        assert box
        assert box["width"] > 400
        assert box["y"] + box["height"] < 768
    alone = dialog.locator(".enlarge").nth(1)
    before = width(alone)
    alone.click()
    assert dialog.locator("img:visible").count() == 1
    assert width(alone) > 1.5 * before
    alone.click()
    assert dialog.locator("img:visible").count() == 4
    press(page, "m")
    assert "pictures 5 to 5 of 5" in dialog.inner_text()
    press(page, "5")
    assert chosen(page)[-1] == key(3, "gemini-nano-banana-2.1")


def test_the_keys_are_shown_and_can_be_turned_off(page: Page) -> None:
    press(page, "?")
    dialog = page.get_by_role("dialog")
    assert "Choose that picture and go to the next post" in dialog.inner_text()
    dialog.locator("label", has_text="Use these shortcuts").click()
    press(page, "Escape", "j", "2")
    assert tally(page) == covers(chosen=1)
    page.reload()
    press(page, "j", "2")
    assert tally(page) == covers(chosen=1)


def test_a_page_without_slugs_has_nothing_to_choose_and_still_compares(browser: Browser, tmp_path: Path) -> None:
    page, faults = show(browser, write_batch(directory(tmp_path), posts=[{}, {}, {}, {}]))
    press(page, "j", "2", "s", "u", "n", "Enter")
    assert page.locator("dialog img").count() == 2
    assert page.locator("[value=choose]").count() == 0
    press(page, "Escape")
    page.get_by_role("button", name="Copy address, dall-e-3").first.click()
    assert said(page) == "Address copied."
    page.close()
    assert faults == []


def test_search_finds_by_any_word_whatever_its_accents_and_says_when_nothing_matches(page: Page) -> None:
    press(page, "/")
    page.keyboard.type("SOCIETY cafe")
    assert page.locator("main h2:visible").all_text_contents() == ["Café society"]
    page.keyboard.type("x")
    assert "No post matches." in page.locator("main").inner_text()
    page.get_by_role("button", name="Clear search and filters").click()
    assert page.locator("main h2:visible").count() == 4


def test_filters_stay_in_view_and_leave_no_gaps(browser: Browser, tmp_path: Path) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3, 4}] * 12))
    whole = page.evaluate("() => document.documentElement.scrollHeight")
    page.evaluate("() => scrollTo(0, 1500)")
    assert page.locator(".tools").evaluate("(bar) => bar.getBoundingClientRect().top") == 0
    tick(page, "gpt-image-2")
    assert page.evaluate("() => document.documentElement.scrollHeight") < whole / 2
    boxes = [each.bounding_box() for each in page.locator("main li:visible").all()]
    tops = [box["y"] for box in boxes if box]
    assert len(set(tops[:3])) == 1  # Posts side by side, where each has one picture left.
    page.close()


def test_two_hundred_posts_fit_into_a_few_screens_and_the_slider_enlarges_them(
    browser: Browser, tmp_path: Path
) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3}] * 200), (1440, 900))
    scroll_to_end(page)
    small = page.evaluate("() => document.documentElement.scrollHeight")
    assert small < 20_000
    press(page, *["+"] * 4)
    assert page.evaluate("() => document.documentElement.scrollHeight") > 3 * small
    slider = page.get_by_role("slider", name="Size of the pictures")
    assert slider.input_value() == "19"
    page.reload()
    assert slider.input_value() == "19"
    page.close()


@pytest.mark.parametrize("size", ["8", "14", "20"])
def test_a_right_to_left_heading_aligns_with_its_pictures(page: Page, size: str) -> None:
    page.get_by_role("slider").fill(size)
    section = page.locator("section").nth(1)
    text = section.locator("h2 bdi").evaluate("(words) => words.getBoundingClientRect().left")
    picture = section.locator("li").first.evaluate("(card) => card.getBoundingClientRect().left")
    assert abs(text - picture) < 2
    assert section.locator("h2 bdi").evaluate("(words) => getComputedStyle(words).direction") == "rtl"


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
def test_every_state_is_accessible_and_fits_its_window(
    browser: Browser, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    page, _ = show(browser, write_batch(directory(tmp_path), name="All covers"), size, scheme)
    states: dict[str, list[str]] = {
        "the page": ["j", "2"],
        "small": ["-", "-", "-", "-"],
        "medium": ["+", "+"],
        "comparing": ["Enter", "2"],
        "keys": ["?"],
        "saved": ["Escape", "Escape", "s"],
    }
    for state, keys in states.items():
        press(page, *keys)
        assert Axe().run(page).response["violations"] == [], state
        assert fits(page), state
    page.close()


def test_fifty_covers_are_chosen_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    page, faults = show(browser, write_batch(directory(tmp_path), [{0, 1, 2, 3}] * 50), (1440, 900))
    press(page, "u", "j", "Enter")
    for number in range(50):
        press(page, str(number % 4 + 1))
    assert f"That was the last post: {covers(chosen=50, posts=50)}." in said(page)
    chosen_models = [each["model"] for each in saved(page)[1]["choices"]]
    # The second post has its cover already, which a choice of the same does not change.
    assert chosen_models == [MODELS[number % 4] for number in range(50)]
    page.close()
    assert faults == []
