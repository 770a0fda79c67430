"""What a reader did on a batch's page is neither lost nor moved to another picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import open_page, tick
from tests.e2e.choosable import chosen, covers, directory, key, press, said, saved, tally, write_batch

WIDE = {"width": 1366, "height": 768}
FORBID_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, {get() { throw new DOMException("no", "SecurityError"); }})"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = open_page(browser, viewport=WIDE)
    yield page
    page.close()


def test_a_page_says_so_when_the_browser_forbids_storage(page: Page, tmp_path: Path) -> None:
    page.add_init_script(FORBID_STORAGE)
    page.goto(write_batch(directory(tmp_path)))
    page.get_by_role("button", name="Choose dall-e-3").first.click()
    assert tally(page) == covers(chosen=2)
    assert "save them before you close the page" in page.locator("body").inner_text()


@pytest.mark.parametrize("storage", [True, False])
def test_choices_and_their_undoing_outlive_the_page_that_renews_itself(
    page: Page, tmp_path: Path, storage: bool
) -> None:
    if not storage:
        page.add_init_script(FORBID_STORAGE)
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.goto(write_batch(directory(tmp_path), finished=False))
    press(page, "j", "2", "j", "2")
    for _ in range(2):
        with page.expect_navigation():
            page.clock.run_for(120_000)
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1"), key(2, "dall-e-3")]
    press(page, "u", "u")
    assert chosen(page) == [key(1, "gpt-image-1")]
    assert page.get_by_role("button", name="Undo").is_disabled()


def test_after_a_rerun_with_a_new_first_post_and_other_models_a_key_is_still_for_the_same_post(
    page: Page, tmp_path: Path
) -> None:
    drawn = [{0, 1}] * 30
    page.goto(write_batch(directory(tmp_path), drawn, models=["gpt-image-1", "dall-e-3"]))
    tick(page, "dall-e-3")
    press(page, "Escape", *"jjjjj")
    current = page.locator("section[aria-current]").get_attribute("data-slug")
    write_batch(
        directory(tmp_path),
        [{0, 1}, *drawn],
        numbers=[30, *range(30)],
        models=["gpt-image-2", "dall-e-3", "gpt-image-1"],
    )
    page.reload()
    assert page.locator(".filters :checked").evaluate_all("(all) => all.map((box) => box.value)") == ["dall-e-3"]
    assert page.locator("section[aria-current]").get_attribute("data-slug") == current
    press(page, "2")
    assert f"{current}/dall-e-3" in str(saved(page)[1]["choices"])


def test_a_key_that_is_held_chooses_once(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path), [{0, 1}] * 10))
    press(page, "j")
    for _ in range(6):  # Each but the first is a repetition.
        page.keyboard.down("2")
    page.keyboard.up("2")
    assert tally(page) == covers(chosen=2, posts=10)
    for _ in range(3):
        page.keyboard.down("j")
    assert page.locator("section[aria-current]").get_attribute("data-slug") == "post-4"


def test_the_number_of_the_chosen_picture_keeps_it(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path)))
    press(page, "j", "2", "k", "2", "k", "2")
    assert chosen(page) == [key(0, "dall-e-3"), key(1, "gpt-image-1")]
    press(page, "u")
    assert chosen(page) == [key(1, "gpt-image-1")]


def test_only_a_click_that_begins_and_ends_outside_closes_the_comparison(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path)))
    page.locator("main li > a").first.click()
    dialog = page.get_by_role("dialog")
    box = dialog.bounding_box()
    first, second = (each.bounding_box() for each in dialog.locator("img").all()[:2])
    assert box
    assert first
    assert second
    page.mouse.click((first["x"] + first["width"] + second["x"]) / 2, first["y"] + 20)  # Between two pictures.
    page.mouse.click(box["x"] + 3, box["y"] + 3)  # The dialog's own padding.
    page.mouse.move(first["x"] + 5, first["y"] + first["height"] + 20)
    page.mouse.down()
    page.mouse.move(3, 3)
    page.mouse.up()  # A selection that ends outside.
    assert dialog.is_visible()
    page.mouse.click(3, 3)
    assert not dialog.is_visible()


def test_a_post_with_refusals_only_is_not_to_be_chosen(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path), [{0, 1}, {0, 1}, set()]))
    page.locator("label", has_text="Undecided").click()
    assert page.locator("main h2:visible").count() == 1
    press(page, "j", "1")
    assert page.locator("main h2:visible").count() == 0
    assert tally(page) == "2 of 3 posts have a cover, 1 has no picture; 2 chosen by you"
    page.locator("label", has_text="Undecided").click()
    press(page, "n")
    assert said(page) == "No post after this one needs a decision."
    for size in ("6", "14", "20"):  # The reason is seen in every view.
        page.get_by_role("slider").fill(size)
        assert page.locator("[data-slug=post-2] .gap strong").first.is_visible()


def test_a_page_with_one_model_says_that_nothing_needs_doing(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path), [{0}] * 3, numbers=[0, 2, 3], models=["gpt-image-1"]))
    assert tally(page) == "All 3 posts have a cover. Nothing needs doing."
    assert page.locator("[value=choose]").count() == 0
    assert not page.get_by_text("Undecided").is_visible()
    assert not page.get_by_role("button", name="Save choices").is_visible()


def test_a_choice_is_of_the_picture_whatever_look_it_has_now(page: Page, tmp_path: Path) -> None:
    page.goto(write_batch(directory(tmp_path), originals=True))
    press(page, "j", "2")
    write_batch(directory(tmp_path), originals=True, look="oil")
    page.reload()
    assert chosen(page)[0] == key(0, "dall-e-3", "oil")
    assert saved(page)[1]["choices"] == [
        {
            "slug": "post-0",
            "title": "Why fan-out beats a loop",
            "model": "dall-e-3",
            "variation": 0,
            "thumbnail": key(0, "dall-e-3", "oil"),
            "original": "originals/0-dall-e-3.png",
        }
    ]
