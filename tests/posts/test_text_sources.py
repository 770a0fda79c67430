"""CSV, lines, JSON and JSON Lines; how a kind is told; and what is said of what cannot be read."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from errors import InvalidRequestError
from posts.choose import choose
from posts.posts import KINDS, Posts
from posts.read import read_posts

ONE = [{"title": "One", "slug": "one"}]


def read(tmp_path: Path, text: str | bytes, name: str = "source", kind: str | None = None) -> Posts:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_posts(str(path), kind=kind)


def fault(tmp_path: Path, text: str | bytes, name: str = "source", kind: str | None = None) -> str:
    with pytest.raises(InvalidRequestError) as refused:
        read(tmp_path, text, name, kind)
    [message] = refused.value.faults
    return message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_a_header(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["Title", "Slug", "Description", "extra_prompt", "Variation", "Draft", "Author"],
        ['"One, and; more\tthings"', "one", '"Two\nlines"', "in blue", "2", "", "Ann"],
        ["Not yet", "", "", "", "", "true", ""],
        ["Two", "", "", "", "", "false", ""],
        ["", "", "nothing", "", "", "", ""],
    ]
    posts = read(tmp_path, "\r\n".join(delimiter.join(row) for row in rows), "posts.data.csv")
    assert (posts.kind, posts.name) == ("csv", "posts.data")
    assert posts.prompts == [
        {
            "title": "One, and; more things",
            "slug": "one",
            "context": "Two lines",
            "extra_prompt": "in blue",
            "variation": 2,
        },
        {"title": "Two", "slug": "two"},
    ]
    assert [str(each) for each in posts.left_out] == ["1 drafts (line 4)", "1 without a title (line 6)"]
    assert [str(each) for each in posts.remarks] == ["1 values of author, which is not used (line 3)"]


def test_lines(tmp_path: Path) -> None:
    posts = read(tmp_path, "\ufeffC++\n\n  `C`  \r\nC++\n&amp; that\n", "titles.txt")
    assert posts.kind == "lines"
    assert [post["title"] for post in posts.prompts] == ["C++", "`C`", "&amp; that"]
    assert len({post["slug"] for post in posts.prompts}) == 3
    assert [str(each) for each in posts.left_out] == ["1 duplicates (line 4: C++)"]


@pytest.mark.parametrize(
    "value",
    [
        [["One"], ["gpt-image-2"], "neon", "center-box", "inter"],
        {"prompts": ["One"], "models": ["gpt-image-2"]},
        {"titles": ["One"]},
        [],
    ],
)
def test_a_request_of_the_tasks_is_returned_as_it_is(tmp_path: Path, value: Any) -> None:
    posts = read(tmp_path, json.dumps(value), "batch.json")
    assert posts.request == value
    assert posts.posts == ()


@pytest.mark.parametrize(
    "value",
    [["One"], [{"title": "One"}], {"title": "One"}, {"posts": ["One"]}, {"version": "1", "items": [{"title": "One"}]}],
)
def test_posts_as_json_are_told_from_a_request(tmp_path: Path, value: Any) -> None:
    posts = read(tmp_path, json.dumps(value), "posts.json")
    assert (posts.request, posts.prompts) == (None, ONE)


def test_a_feed_in_json_says_address_summary_and_date(tmp_path: Path) -> None:
    item = {"title": "One", "url": "https://example.com/the-one/", "summary": "Short", "date_published": "2026-01-01"}
    posts = read(tmp_path, json.dumps({"items": [item]}), "feed.json")
    assert posts.prompts == [{"title": "One", "slug": "the-one", "context": "Short"}]
    assert posts.posts[0].date


def test_json_lines(tmp_path: Path) -> None:
    posts = read(tmp_path, '{"title": "One"}\n\n{"title": "Two", "variation": 1}\n7\n', "posts.jsonl")
    assert posts.kind == "jsonl"
    assert posts.prompts == [*ONE, {"title": "Two", "slug": "two", "variation": 1}]
    assert [str(each) for each in posts.left_out] == ["1 neither a title nor an object (post 4)"]
    assert "line 2: the comma before" in fault(tmp_path, '{"title": "One"}\n{"title": "Two",}\n', "posts.jsonl")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('["One"]', "json"),
        ('{"title": "One"}\n{"title": "Two"}', "jsonl"),
        ("title,slug\nOne,one", "csv"),
        ("<rss><channel><item><title>One</title></item></channel></rss>", "feed"),
        ("---\ntitle: One\n---\n", "markdown"),
        ("+++\ntitle = 'One'\n+++\n", "markdown"),
        ("[Draft] One\nTwo, or three", "lines"),
    ],
)
@pytest.mark.parametrize("name", ["source", "source.txt", "-"])
def test_the_kind_is_told_from_the_content(tmp_path: Path, text: str, kind: str, name: str) -> None:
    if name == "-":
        posts = read_posts("-", stdin=io.BytesIO(text.encode()))
        assert posts.name == "standard input"
    else:
        posts = read(tmp_path, text, name)
    assert posts.kind == kind


def test_a_kind_that_is_named_goes_before_what_it_looks_like(tmp_path: Path) -> None:
    assert read(tmp_path, '["One"]', kind="lines").prompts[0]["title"] == '["One"]'
    assert 'unknown kind of source "xml". Valid: markdown, feed' in fault(tmp_path, "One", kind="xml")
    with pytest.raises(InvalidRequestError, match="is a folder, and csv is read from a file"):
        read_posts(str(tmp_path), kind="csv")


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "prompts:\n- One"), ("a.pdf", b"%PDF\x00\xff"), ("a.txt", "\x01")]
)
def test_a_file_that_is_none_of_them_gets_one_message_that_lists_them(tmp_path: Path, name: str, text: Any) -> None:
    message = fault(tmp_path, text, name)
    for kind in KINDS.values():
        assert kind in message


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('["One",\n "Two",\n]', "line 2: the comma"),
        ('{"prompts": ["One"],}', "line 1: the comma"),
        ('["One", // first\n "Two"]', "line 1: JSON has no comments"),
        ('[\n# all\n"Two"]', "line 2: JSON has no comments"),
        ("['One']", "line 1: these are single quotes"),
        ("[\n\u201cOne\u201d]", "line 2: these are typographic quotes"),
        ('["One\u201d,\n"Two"]', "line 1: a text ends with a typographic quote"),
        ('["One,\n"Two"]', "line 1: a text is not closed on its line"),
        ('["say "hi" to"]', "line 1: this text has no quotes around it, or one within it"),
        ('["One"\n "Two"]', "line 2: a comma is missing"),
        ('{title: "One"}', "line 1: this name has no quotes"),
        ('[{"title": "One", "draft": False}]', "line 1: this is written as in Python"),
        (r'["C:\dir"]', "line 1: a backslash"),
        ('["One"', "line 1: it ends before all is closed"),
        ('["One"] ["Two"]', "line 1: something follows the end"),
        ("", "line 1: it is empty"),
        ("[" * 100_000, "is not JSON that can be read"),
        (f"[{'9' * 5_000}]", "is not JSON that can be read"),
        ("7", "holds neither an array nor an object"),
    ],
)
def test_json_that_is_nearly_right_gets_line_and_probable_cause(tmp_path: Path, text: str, cause: str) -> None:
    assert cause in fault(tmp_path, text, "batch.json")


def test_what_the_parser_says_comes_with_its_line_and_column(tmp_path: Path) -> None:
    assert "is not JSON: line 1" in fault(tmp_path, "[1, 2", "batch.json")
    assert fault(tmp_path, "[1, 2", "batch.json").endswith("(Expecting ',' delimiter: line 1 column 6)")


@pytest.mark.parametrize("name", ["batch.json", "titles.txt", "posts.csv"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_told(tmp_path: Path, name: str, encoding: str) -> None:
    assert "is in UTF-16" in fault(tmp_path, '["One"]'.encode(encoding), name)


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    message = fault(tmp_path, "One\nCafé\n".encode("cp1252"), "titles.txt")
    assert "is not in UTF-8: line 2 has the byte 0xe9" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,author\nOne,Ann", 'has no column "title" but name, author'),
        ('title,slug\n"One,one\n', "not CSV"),
        ("title,variation\nOne,-1\n", "The variation of \"One\" (line 2) is '-1': give 0, 1, 2"),
        (f"title,slug\n{'x' * 200_000},b\n", "not CSV (field larger"),
    ],
)
def test_csv_that_cannot_be_read_says_why(tmp_path: Path, text: str, message: str) -> None:
    assert message in fault(tmp_path, text, "posts.csv")


@pytest.mark.parametrize("source", ["nowhere.json", "ftp://example.com/feed", "a\x00b", "x" * 5_000])
def test_what_is_not_there_is_named(source: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"cannot be read: .*Name a folder or a file"):
        read_posts(source)


UNDATED = "1 without a date, which --since asks for (Un)"


def dated(tmp_path: Path) -> Posts:
    rows = [
        "title,slug,date",
        "New thing,a,2026-03-01",
        "Old thing,b,2025-12-31",
        "Other,a-thing-too,2026-01-01",
        "Un,d,",
    ]
    return read(tmp_path, "\n".join(rows), "posts.csv")


@pytest.mark.parametrize(
    ("limit", "since", "only", "titles", "left_out"),
    [
        (None, None, None, ["New thing", "Old thing", "Other", "Un"], []),
        (1, None, None, ["New thing"], ["3 beyond the first 1 (Old thing, Other, Un)"]),
        (None, "2026-01-01", None, ["New thing", "Other"], ["1 before 2026-01-01 (Old thing)", UNDATED]),
        (None, None, "THING", ["New thing", "Old thing", "Other"], ['1 without "THING" (Un)']),
        (1, "2026-01-01", "o", ["Other"], ['1 without "o" (New thing)', "1 before 2026-01-01 (Old thing)", UNDATED]),
        (None, None, "nowhere", [], ['4 without "nowhere" (New thing, Old thing, Other, …)']),
    ],
)
def test_choosing(
    tmp_path: Path, limit: int | None, since: str | None, only: str | None, titles: list[str], left_out: list[str]
) -> None:
    chosen = choose(dated(tmp_path), limit, since, only)
    assert [post.title for post in chosen.posts] == titles
    assert [str(each) for each in chosen.left_out] == left_out


def test_a_choice_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        choose(dated(tmp_path), 0, "soon")
    assert refused.value.faults == ("--since soon is no date. Write it as 2026-01-31", "--limit 0: give 1 or more")
