"""A batch's page as HTML: what it says, and that nothing in a batch is ever anything but text."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gallery.page import render_page
from tests.gallery.batches import manifest, missing, ok

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "</script></style></title><!--",
    "javascript:alert(1)",
    "\u202eright to left\u2066",
    "line\u2028separator\u0085",
    "$rows $policy ${body}",
    "x" * 10_000,
]


class Reader(HTMLParser):
    """Reads a page into its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(*results: list[dict[str, Any]], home: str = "../../index.html", **changes: Any) -> str:
    return render_page(manifest(*results, **changes), home=home, data="manifest.json")


def test_a_picture_says_what_served_it_what_it_took_and_whether_it_was_paid_for() -> None:
    timings = {"original_seconds": 12.34, "composite_seconds": 0.12, "upload_seconds": 0.01}
    shown = Reader(page([ok("One", "gpt-image-1", **timings), ok("One", "dall-e-3", reused=True)])).text
    assert "gpt-image-1 Paid" in shown
    assert "Served by gpt-image-2 · picture 12.3 s, title 0.1 s, upload 0.0 s" in shown
    assert "dall-e-3 Reused" in shown
    assert "2 of 2 ready · 1 reused" in shown


@pytest.mark.parametrize(("status", "name"), [("rejected", "Rejected"), ("failed", "Failed")])
def test_a_pair_without_a_picture_says_why(status: str, name: str) -> None:
    shown = Reader(page([missing(status, "One", "gpt-image-1", "Change <the title>."), ok("One", "dall-e-3")])).text
    assert f"{name} Change <the title>." in shown


def test_an_unfinished_batch_says_how_far_it_had_come_and_what_to_do() -> None:
    going = Reader(page([missing("pending", "One", "dall-e-3")], finished=False)).text
    assert "Not finished. This is how far the batch had come on 21 November 2026, 18:30 UTC." in going
    assert "Pending Not made yet." in going
    assert "Not finished" not in page([ok("One", "dall-e-3")])


def test_simulated_pictures_are_called_so_above_all_and_at_each() -> None:
    assert Reader(page([ok("One", "dall-e-3")], simulated=True)).text.count("Simulated") == 2
    assert "Simulated" not in Reader(page([ok("One", "dall-e-3")])).text


def test_the_request_is_shown_and_what_it_leaves_out_is_not() -> None:
    shown = page([ok("One", "dall-e-3")], context="For <people>", variation=3)
    for value in ("neon", "bottom-bar", "inter", "For &lt;people&gt;", ">3<"):
        assert value in shown
    assert "Guidelines" not in shown


def test_pictures_are_addressed_relative_to_the_page() -> None:
    reader = Reader(page([ok("One", "dall-e-3")]))
    assert reader.all("img")[0]["src"] == "../../neon/a%20title/dall-e-3-00.jpg"


def test_a_private_buckets_pictures_are_addressed_by_their_links_and_the_first_expiry_is_named() -> None:
    links = [
        {"image_url": f"https://h/a?X=1&Y={hour}", "image_url_expires_at": f"2026-11-22T{hour}:00:00+00:00"}
        for hour in ("20", "10")
    ]
    pairs = [ok("One", model, **link) for model, link in zip(("dall-e-3", "gpt-image-1"), links, strict=True)]
    html = page(pairs, home="https://h/index.html?X=2")
    assert [each["src"] for each in Reader(html).all("img")[:2]] == ["https://h/a?X=1&Y=20", "https://h/a?X=1&Y=10"]
    assert "these links open until 22 November 2026, 10:00 UTC" in Reader(html).text
    assert "img-src 'self' file: data: https://h;" in html


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_text_stays_text_wherever_it_comes_from(title: str) -> None:
    rows = [ok(title, "gpt-image-1"), missing("failed", title, "dall-e-3", title)]
    hostile = Reader(page(rows, context=title, extra_prompt=title))
    plain = Reader(
        page([ok("t", "gpt-image-1"), missing("failed", "t", "dall-e-3", "t")], context="t", extra_prompt="t")
    )
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert [set(attributes) for _, attributes in hostile.tags] == [set(attributes) for _, attributes in plain.tags]
    assert hostile.text.count(title) == 4


def test_the_policy_names_the_one_style_and_the_one_script_by_what_they_are() -> None:
    html = page([ok("One", "dall-e-3")])
    for tag in ("style", "script"):
        [inside] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in html
    assert "unsafe" not in html
    assert "default-src 'none'" in html


def test_a_choice_of_one_is_no_filter() -> None:
    assert "<fieldset>" not in page([ok("One", "dall-e-3")], models=["dall-e-3"])
    assert Reader(page([ok("One", "dall-e-3"), missing("failed", "One", "gpt-image-1")])).text.count("Status") == 1
