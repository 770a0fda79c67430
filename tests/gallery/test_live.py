"""The page that a server brings, and the answers to what it sends."""

from gallery.live import Live, answer
from gallery.page import render_page
from tests.gallery.test_page import Reader
from tests.support.batches import manifest, ok

ONE, TWO = [ok("One", "dall-e-3")], [ok("Two", "dall-e-3", key="two.jpg")]
BATCH = manifest(ONE, TWO, posts=[{"slug": "one"}, {"slug": "two"}], name="Ann")


def live_page(live: Live | None) -> Reader:
    return Reader(render_page(BATCH, home="../../index.html", data="manifest.json", live=live))


def test_only_a_page_with_a_server_may_send_anything_and_has_what_needs_one() -> None:
    for_server = {"take", "remove", "without", "accept", "looks"}
    for live in (None, Live("/token/act", {"dall-e-3": "about $0.04"}, undo="the last choice")):
        page = live_page(live)
        assert ("connect-src 'self'" in page.policy) == (live is not None)
        assert for_server & set(page.buttons) == (for_server if live else set())
        assert ("save" in page.buttons) == (live is None)
    main = page.all("main")[0]
    assert (main["data-live"], main["data-undo"]) == ("/token/act", "the last choice")
    assert main["data-prices"] == '{"dall-e-3": "about $0.04"}'


def test_an_answer_brings_the_posts_that_changed_as_the_page_shows_them() -> None:
    answered = answer(BATCH, {"two", "no such post"}, said="Done.", undo="the choice for Two")
    assert answered["posts"].keys() == {"two"}
    assert Reader(answered["posts"]["two"]).all("li")[0]["data-key"] == "two.jpg"
    assert "".join(answered["posts"]["two"].split()) in "".join(
        render_page(BATCH, home="../../index.html", data="manifest.json").split()
    )
    assert (answered["said"], answered["undo"]) == ("Done.", "the choice for Two")
    assert answered["tally"] == "2 posts, 2 models"
