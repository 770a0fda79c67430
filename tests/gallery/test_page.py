"""A batch's page as HTML: what it says, and that nothing in a batch is ever anything but text."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gallery.page import render_page
from tests.support.batches import EVENING, manifest, missing, ok
from text import clean_text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "</script></style></title><!--",
    "javascript:alert(1)",
    "\u202eright to left\u2066",
    "line\u2028separator\u0085",
    "{{ manifest }} {% include 'post.html' %} {#",
    "x" * 10_000,
]


class Reader(HTMLParser):
    """Reads a page into its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._code = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._code = tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text += data

    @property
    def words(self) -> str:
        """The text with its white space as a browser shows it."""
        return " ".join(self.text.split())

    @property
    def buttons(self) -> list[str | None]:
        return [each["value"] for each in self.all("button")]

    @property
    def policy(self) -> str:
        return next(each["content"] or "" for each in self.all("meta") if "http-equiv" in each)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(*results: list[dict[str, Any]], home: str = "../../index.html", **changes: Any) -> str:
    return render_page(manifest(*results, **changes), home=home, data="manifest.json")


def test_what_only_a_developer_wants_to_know_is_in_the_details() -> None:
    timings = {"original_seconds": 12.34, "composite_seconds": 0.12, "upload_seconds": 0.01}
    used = {"usage": {"total_tokens": 3}, "unusable_answers": 1}
    reader = Reader(page([ok("One", "gpt-image-1", **timings, **used), ok("One", "dall-e-3", reused=True)]))
    assert [each["data-facts"] for each in reader.all("li")] == [
        "Served by gpt-image-2 · Paid for in this run · picture 12.3 s, title 0.1 s, upload 0.0 s · "
        '1 unusable answer before it · usage {"total_tokens": 3}',
        "Served by gpt-image-2 · Reused",
    ]
    for detail in ("Served by", "Paid for", "Reused", "12.3 s", "total_tokens"):
        assert detail not in reader.words
    assert "2 of 2 ready · 1 reused" in reader.words


def test_a_providers_raw_answer_is_in_the_details_and_the_message_is_not() -> None:
    raw = "The prompt was refused. Change the title. Answer: {'error': {'code': 'moderation_blocked'}}"
    html = page([missing("rejected", "One", "gpt-image-1", raw), missing("failed", "One", "dall-e-3", "{}")])
    without = Reader(re.sub("<details>.*?</details>", "", html, flags=re.DOTALL)).words
    assert "Rejected The prompt was refused. Change the title. " in without
    assert "Failed {}" in without
    assert "moderation: The prompt was refused. Change the title. Answer: {'error'" in Reader(html).words
    assert "moderation_blocked" not in without


@pytest.mark.parametrize(("status", "name"), [("rejected", "Rejected"), ("failed", "Failed")])
def test_a_pair_without_a_picture_says_why(status: str, name: str) -> None:
    shown = Reader(page([missing(status, "One", "gpt-image-1", "Change <the title>."), ok("One", "dall-e-3")])).words
    assert f"{name} Change <the title>." in shown


def test_a_pair_that_the_run_withheld_says_why_too() -> None:
    withheld: Any = {**missing("pending", "One", "dall-e-3"), "error": {"code": "cap", "message": "Raise the cap."}}
    words = Reader(page([withheld, ok("One", "gpt-image-1")])).words
    assert "Pending Raise the cap." in words
    assert "Not made yet" not in words


def test_an_unfinished_batch_says_how_far_it_had_come_and_what_to_do() -> None:
    html = page([missing("pending", "One", "dall-e-3")], finished=False)
    going = Reader(html).words
    assert Reader(html).all("main")[0]["data-unfinished"] == "2026-11-21T18:30:00+00:00"
    assert "Not finished. Reload the page to see more." in going
    assert "This is the state of 21 November 2026, 18:30 UTC." in going
    assert "Pending Not made yet." in going
    assert "Not finished" not in Reader(page([ok("One", "dall-e-3")])).words


def test_simulated_pictures_are_labelled_at_the_top_and_in_the_details_of_each() -> None:
    simulated = Reader(page([ok("One", "dall-e-3")], simulated=True))
    assert "Simulated pictures" in simulated.words
    assert simulated.all("li")[0]["data-facts"] == "Served by gpt-image-2 · Simulated"
    assert "Simulated" not in page([ok("One", "dall-e-3")])


def test_the_request_is_shown_without_its_empty_fields() -> None:
    shown = page([ok("One", "dall-e-3")], context="For <people>", variation=3)
    for value in ("neon", "bottom-bar", "inter", "For &lt;people&gt;", "variation 3"):
        assert value in shown
    assert "Guidelines" not in shown


def test_pictures_are_addressed_relative_to_the_page() -> None:
    reader = Reader(page([ok("One", "dall-e-3")]))
    assert reader.all("img")[0]["src"] == "../../neon/a%20title/dall-e-3-00.jpg"


def test_a_private_buckets_pictures_use_presigned_links_and_the_first_expiry_is_shown() -> None:
    links = [
        {"image_url": f"https://h/a?X=1&Y={hour}", "image_url_expires_at": f"2026-11-22T{hour}:00:00+00:00"}
        for hour in ("20", "10")
    ]
    pairs = [ok("One", model, **link) for model, link in zip(("gpt-image-1", "dall-e-3"), links, strict=True)]
    html = page(pairs, home="https://h/index.html?X=2")
    assert [each["src"] for each in Reader(html).all("img")[:2]] == ["https://h/a?X=1&Y=20", "https://h/a?X=1&Y=10"]
    assert "these links work until 22 November 2026, 10:00 UTC" in Reader(html).words
    assert "img-src 'self' file: data: https://h;" in Reader(html).policy


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_text_stays_text_wherever_it_comes_from(title: str) -> None:
    rows = [ok(title, "gpt-image-1"), missing("failed", title, "dall-e-3", title)]
    hostile = Reader(page(rows, context=title, extra_prompt=title))
    plain = Reader(
        page([ok("t", "gpt-image-1"), missing("failed", "t", "dall-e-3", "t")], context="t", extra_prompt="t")
    )
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert [set(attributes) for _, attributes in hostile.tags] == [set(attributes) for _, attributes in plain.tags]
    assert hostile.text.count(clean_text(title)) >= 4  # Heading, context, guidelines, error.
    assert not set("\u202e\x85\u2028") & set(hostile.text)


def test_the_policy_allows_the_one_style_and_the_one_script_by_their_hashes() -> None:
    html = page([ok("One", "dall-e-3")])
    for tag in ("style", "script"):
        [inside] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in Reader(html).policy
    assert "unsafe" not in html
    assert "default-src 'none'" in Reader(html).policy


def cover(**changes: Any) -> dict[str, Any]:
    place = {"key": "covers/one.jpg", "image_url": "https://h/covers/one.jpg", "thumbnail": ok("", "dall-e-3")["key"]}
    return {**place, "model": "dall-e-3", "variation": 0, "chosen": True, **changes}


def marks(html: str) -> list[str]:
    """Return what is marked below each picture that has a mark, without tags."""
    cards = re.findall('<p class="model"><span class="name">.*?</span>(.*?)</p>', html, re.DOTALL)
    return [" ".join(re.sub("<.*?>", "", each).split()) for each in cards if each]


@pytest.mark.parametrize(("chosen", "mark"), [(True, "Cover"), (False, "Default cover")])
def test_the_current_cover_is_marked(chosen: bool, mark: str) -> None:
    pair = [ok("One", "gpt-image-1"), ok("One", "dall-e-3")]
    html = page(pair, posts=[{"slug": "one", "cover": cover(chosen=chosen)}])
    assert marks(html) == [mark]
    section = Reader(html).all("section")[0]
    assert (section["data-cover"], "data-decided" in section) == (cover()["thumbnail"], chosen)


def test_a_cover_from_outside_the_batch_is_shown_beside_its_pictures() -> None:
    elsewhere = cover(thumbnail="oil/one/gpt-image-2-01.jpg", model="gpt-image-2", variation=3)
    html = page([ok("One", "dall-e-3")], posts=[{"slug": "one", "cover": elsewhere}])
    assert "Current cover: gpt-image-2, variation 3" in Reader(html).words
    assert Reader(html).all("img")[0]["src"] == "../../covers/one.jpg"
    assert marks(html) == []


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "https://h/covers/one.jpg"),
        ({"image_url": "file:///out/covers/one.jpg"}, "https://example.com/covers/one.jpg"),
        ({"image_url_expires_at": EVENING}, "https://example.com/covers/one.jpg"),
    ],
)
def test_a_covers_public_address_is_an_example_where_the_store_is_not_public(
    changes: dict[str, str], address: str
) -> None:
    html = page([ok("One", "dall-e-3")], posts=[{"slug": "one", "cover": cover(**changes)}])
    assert Reader(html).all("section")[0]["data-address"] == address


def test_a_pictures_variation_is_shown() -> None:
    html = page([ok("One", "dall-e-3", variation=2)], [ok("Two", "dall-e-3", variation=0)])
    assert Reader(html).words.count("dall-e-3, variation 2") == 1
    assert "variation 0" not in Reader(html).words


def test_every_picture_has_an_alternative_text() -> None:
    images = Reader(page([ok("One", "gpt-image-1", alt="One, painted in oil"), ok("One", "dall-e-3")])).all("img")
    assert [each["alt"] for each in images] == ["One, painted in oil", "\u2068One\u2069, drawn by dall-e-3"]
    for known, alt in (({"alt": "Old, in oil"}, "Old, in oil"), ({}, "One")):
        elsewhere = cover(thumbnail="oil/one/gpt-image-2-01.jpg", **known)
        images = Reader(page([ok("One", "dall-e-3")], posts=[{"slug": "one", "cover": elsewhere}])).all("img")
        assert images[0]["alt"] == alt


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("My <blog>", "My &lt;blog&gt;"),
        ("ann.example/content/posts", "ann.example"),
        ("Ann writes (ann.example)", "Ann writes"),
        ("content/posts", "content/posts"),
        ("On CI/CD and why", "On CI/CD and why"),
    ],
)
def test_a_blogs_own_name_is_its_pages_heading(name: str, heading: str) -> None:
    html = page([ok("One", "dall-e-3")], name=name)
    assert f'<h1 dir="auto">{heading}</h1>' in html
    assert f"Name{name}" in Reader(html).words
    assert "1 post, 2 models" in Reader(html).words


def test_nothing_can_be_chosen_for_rows_without_a_slug() -> None:
    assert "save" not in Reader(page([ok("One", "dall-e-3")])).buttons
    assert "save" in Reader(page([ok("One", "dall-e-3")], posts=[{"slug": "one"}])).buttons


def size(html: str) -> int:
    """Return the width in rem that the pictures begin with."""
    return int(next(each["value"] or "" for each in Reader(html).all("input") if each.get("name") == "size"))


def test_the_pictures_of_many_posts_begin_small() -> None:
    few, many = ([[ok(str(number), "dall-e-3")] for number in range(posts)] for posts in (99, 100))
    assert size(page(*few)) > size(page(*many, models=["dall-e-3"])) > size(page(*many))


def test_a_single_model_or_status_gets_no_filter() -> None:
    assert "<fieldset>" not in page([ok("One", "dall-e-3")], models=["dall-e-3"])
    assert Reader(page([ok("One", "dall-e-3"), missing("failed", "One", "gpt-image-1")])).text.count("Status") == 1


def test_each_picture_has_its_models_number_and_further_takes_come_after_them() -> None:
    row = [
        ok("One", "dall-e-3", key="b.jpg"),
        ok("One", "dall-e-3", key="b1.jpg", variation=1),
        missing("rejected", "One", "gpt-image-2"),
        ok("One", "gpt-image-1", key="a1.jpg", variation=1),
    ]
    html = page(row, models=["gpt-image-1", "dall-e-3", "gpt-image-2"])
    cards = [(each["data-number"], each.get("data-key")) for each in Reader(html).all("li") if "data-number" in each]
    assert cards == [("1", "a1.jpg"), ("2", "b.jpg"), ("3", None), ("4", "b1.jpg")]


def test_a_cover_in_an_older_look_is_marked_at_its_picture() -> None:
    made = ok("One", "dall-e-3", original="o/1.png")
    known = {"thumbnail": "earlier.jpg", "model": "dall-e-3"}
    for old in (cover(older=True), cover(**known, original="o/1.png"), cover(**known, older=True)):
        html = page([ok("One", "gpt-image-1"), made], posts=[{"slug": "one", "cover": old}])
        assert marks(html) == ["Cover Older look"]
        assert Reader(html).all("section")[0]["data-cover"] == made["key"]
    assert "Older look" not in page([made], posts=[{"slug": "one", "cover": cover()}])


def test_a_cover_of_another_original_is_not_taken_for_an_older_look() -> None:
    other = cover(thumbnail="earlier.jpg", original="o/2.png")
    html = page([ok("One", "dall-e-3", original="o/1.png")], posts=[{"slug": "one", "cover": other}])
    assert marks(html) == []
    assert "Current cover: dall-e-3" in Reader(html).words


def test_a_post_that_is_to_have_no_cover_says_so() -> None:
    html = page([ok("One", "dall-e-3")], posts=[{"slug": "one", "without_cover": True}])
    assert "No cover, as you chose" in Reader(html).words
    assert "data-decided" in Reader(html).all("section")[0]


def test_missing_pictures_are_counted_by_cause_with_their_first_titles() -> None:
    refused = "The key was refused. Check it. {'raw': 1}"
    rows = [[missing("failed", f"Post {number}", "dall-e-3", refused)] for number in range(5)]
    html = page(*rows, [missing("rejected", "Other", "dall-e-3", "Too violent."), ok("Other", "gpt-image-1")])
    first = ", ".join(f"\u2068Post {number}\u2069" for number in range(3))
    words = Reader(html).words
    assert f"5 pictures: The key was refused. Check it. ({first} and 2 more posts)" in words
    assert "1 picture: Too violent. (\u2068Other\u2069)" in words
    assert "6 pictures missing" in words


def test_posts_that_were_left_out_are_listed() -> None:
    batch = manifest([ok("One", "dall-e-3")])
    batch["request"]["left_out"] = "drafts (2): a <b>, c\nwithout a title (1): d.md"
    reader = Reader(render_page(batch, home="../../index.html", data="manifest.json"))
    assert "some posts left out" in reader.words
    assert "Left out of this batch drafts (2): a <b>, c without a title (1): d.md" in reader.words
