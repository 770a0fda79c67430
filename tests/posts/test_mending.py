"""XML that is not well-formed, read as readers of feeds read it, and no less safely."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.posts import Posts
from posts.read import read_posts


def read(tmp_path: Path, items: str, *, before: str = "", after: str = "</channel></rss>") -> Posts:
    path = tmp_path / "feed.xml"
    path.write_bytes(f"{before}<rss version='2.0'><channel><title>B</title>{items}{after}".encode())
    return read_posts(str(path), kind="feed")


def titles(posts: Posts) -> list[str]:
    return [post.title for post in posts.posts]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("<item><title>AT&T and R&D</title><link>/x?a=1&b=2</link></item>", ["AT&T and R&D"]),
        ("<item><title>Fish&nbsp;&amp;&nbsp;Chips&hellip;</title></item>", ["Fish\xa0&\xa0Chips…"]),
        ("<item><title>if a < b then</title></item>", ["if a < b then"]),
        ("<item><title>One <b>two</title><description><p>x<br>y</description></item>", ["One two"]),
        ("<item><title>One</title><wp:status>draft</wp:status></item><item><title>Two</title></item>", ["Two"]),
        ("<item><title>One</title><item><title>Two</title></item>", ["One", "Two"]),
        ("<item><title><![CDATA[A & B]]></title></item></channel></rss><script>x</script>", ["A & B"]),
        ('<item><title a=b c="d" c="e">One</title></item>', ["One"]),
    ],
    ids=["bare ampersands", "entities of HTML", "bare angle", "unclosed", "undeclared", "no end", "more", "attributes"],
)
def test_a_malformed_feed_is_mended_and_says_so(tmp_path: Path, items: str, expected: list[str]) -> None:
    posts = read(tmp_path, items)
    assert titles(posts) == expected
    assert any(remark.startswith("the feed is not well-formed XML and was mended") for remark in posts.remarks)


def test_a_last_entry_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    """Its title may be cut too."""
    posts = read(tmp_path, "<item><title>One</title></item><item><title>How to ma", after="")
    assert titles(posts) == ["One"]
    assert posts.remarks[-1] == "its last entry has no end and was left out (1)"


@pytest.mark.parametrize("bad", ["\x1f", "\x00", "\x08", "\ufffe", "&#x1F;", "&#0;", "&#xD800;", "&#x110000;"])
def test_characters_that_xml_forbids_are_taken_out(tmp_path: Path, bad: str) -> None:
    posts = read(tmp_path, f"<item><title>One{bad}</title></item><item><title>Two</title></item>")
    assert titles(posts) == ["One", "Two"]
    assert posts.remarks == ("characters that XML forbids were taken out (1)",)


@pytest.mark.parametrize(
    "before", ["\n\n", " \t", "\ufeff\n", "\n<?xml version='1.0' encoding='utf-8'?>\n", "<b>Warning</b>: x & y\n"]
)
def test_white_space_and_warnings_may_come_before_a_feed(tmp_path: Path, before: str) -> None:
    assert titles(read(tmp_path, "<item><title>One</title></item>", before=before)) == ["One"]


@pytest.mark.parametrize("declared", ['<!ENTITY x "ha">', '<!ENTITY x SYSTEM "file:///etc/passwd">'])
def test_mending_does_not_let_entities_of_a_feeds_own_in(tmp_path: Path, declared: str) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be read safely"):
        read(tmp_path, "<item><title>&x; & more</title></item>", before=f"<!DOCTYPE rss [{declared}]>")


def test_hostile_markup_is_mended_in_linear_time(tmp_path: Path) -> None:
    """Each is quadratic or worse for a careless pattern, and would run into the test run's own time limit."""
    many = 200_000
    for hostile in ('<a "', "<a '\" ", "<", "&", "<a>", "<!--", "<![CDATA[", "<!DOCTYPE [", "</a ", "<a b=c ", "<?"):
        with suppress(InvalidRequestError):  # What nests too deeply is refused.
            assert titles(read(tmp_path, f"<item><title>One</title></item>{hostile * many}", after=""))[0] == "One"


def test_a_packed_feed_is_read_from_all_its_members(tmp_path: Path) -> None:
    text = b"<rss><channel><item><title>One</title></item></channel></rss>"
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(gzip.compress(text[:20]) + gzip.compress(text[20:]))
    posts = read_posts(str(path))
    assert (posts.name, titles(posts)) == (f"{tmp_path.name}/feed", ["One"])
    path.write_bytes(gzip.compress(text)[:-9])
    with pytest.raises(InvalidRequestError, match=r"is gzip that cannot be read: it ends early\. Pack it again"):
        read_posts(str(path))
    path.write_bytes(gzip.compress(bytes(60_000_000)))
    with pytest.raises(InvalidRequestError, match="larger than 50 MB"):
        read_posts(str(path))
