"""CSV, lines, JSON and JSON Lines; how the kind is detected; and the messages for sources that cannot be read."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from errors import InvalidRequestError
from posts.posts import KINDS, Posts, lines_of
from posts.read import read_posts
from posts.selection import selected

ONE = [{"title": "One", "slug": "one", "slug_made": True}]


def read(tmp_path: Path, text: str | bytes, name: str = "source", kind: str | None = None) -> Posts:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_posts(str(path), kind=kind)


def fault(tmp_path: Path, text: str | bytes, name: str = "source", kind: str | None = None) -> str:
    with pytest.raises(InvalidRequestError) as rejected:
        read(tmp_path, text, name, kind)
    [message] = rejected.value.faults
    return str(message)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_csv_with_a_header(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["Title", "Slug", "Description", "extra_prompt", "Variation", "Draft", "Author"],
        ['"One, and; more\tthings"', "one", '"Two\nlines"', "in blue", "2", "", "Ann"],
        ["Not yet", "", "", "", "", "true", ""],
        ["Two", "", "", "", "", "false", ""],
        ["", "", "nothing", "", "", "", ""],
    ]
    posts = read(tmp_path, "\r\n".join(delimiter.join(row) for row in rows), "posts.data.csv")
    assert (posts.kind, posts.name) == ("csv", f"{tmp_path.name}/posts.data")
    assert posts.prompts == [
        {
            "title": "One, and; more things",
            "slug": "one",
            "context": "Two lines",
            "extra_prompt": "in blue",
            "variation": 2,
        },
        {"title": "Two", "slug": "two", "slug_made": True},
    ]
    assert lines_of(posts.left_out) == ("drafts (1): line 4", "without a title (1): line 6. Give each a title")
    assert posts.remarks == ("unused values of author (1): line 3",)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("name", ["posts.csv", "posts.txt"])
def test_excels_first_line_names_the_delimiter(tmp_path: Path, delimiter: str, name: str) -> None:
    rows = [f"sep={delimiter}", *(delimiter.join(row) for row in [("title", "slug"), ("A, b", "a"), ("", "c")])]
    posts = read(tmp_path, "\ufeff" + "\r\n".join(rows), name)
    assert posts.prompts == [{"title": "A, b", "slug": "a"}]
    assert lines_of(posts.left_out) == ("without a title (1): line 4. Give each a title",)


def test_unpublished_rows_of_an_export_are_drafts(tmp_path: Path) -> None:
    posts = read(tmp_path, "post_date,is_published,title\n2026-01-31T10:00:00Z,true,One\n,false,Two\n", "posts.csv")
    assert [(post.title, str(post.date)) for post in posts.posts] == [("One", "2026-01-31 10:00:00+00:00")]
    assert lines_of(posts.left_out) == ("drafts (1): line 3",)
    assert posts.remarks == ()


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("12.03.2026", "2026-03-12"),
        ("1. 2. 2026 10:00", "2026-02-01"),
        ("03/12/2026", "2026-03-12"),
        ("2026.03.12", "2026-03-12"),
    ],
)
def test_the_day_comes_first_in_a_date_with_dots(tmp_path: Path, written: str, date: str) -> None:
    [post] = read(tmp_path, f"title,date\nOne,{written}\n", "posts.csv").posts
    assert str(post.date).startswith(date)


def test_a_title_added_on_top_changes_no_slug(tmp_path: Path) -> None:
    lines = ["Tips for C", *(f"Title {number}" for number in range(7)), "Tips for C++", "Tips for C#"]
    first = read(tmp_path, "\n".join(lines), "titles.txt").posts
    more = read(tmp_path, "\n".join(["New", *lines]), "titles.txt").posts
    assert [(post.title, post.slug) for post in more[1:]] == [(post.title, post.slug) for post in first]
    assert len({post.slug for post in more}) == 11


def test_reads_one_title_per_line(tmp_path: Path) -> None:
    posts = read(tmp_path, "\ufeffC++\n\n  `C`  \r\nC++\n&amp; that\n", "titles.txt")
    assert posts.kind == "lines"
    assert [post["title"] for post in posts.prompts] == ["C++", "`C`", "&amp; that"]
    assert len({post["slug"] for post in posts.prompts}) == 3
    assert lines_of(posts.left_out) == ("duplicates (1): line 4: C++",)


# A no-break space, a soft hyphen, a direction mark and a narrow no-break space.
LAYOUT = "Le «\u00a0Donau\u00addampf\u00a0» et C++\u200e\u202f?"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "title,date\n\u00a0 {title}\t,"),
        ("a.txt", "{title}"),
        ("a.md", "# {title}"),
        ("a.xml", "<rss><channel><item><title> {title}\n</title></item></channel></rss>"),
        ("a.json", '["{title}"]'),
    ],
)
def test_layout_characters_stay_in_a_title_and_change_nothing_else(tmp_path: Path, name: str, text: str) -> None:
    plain = read(tmp_path, text.format(title="Le « Donaudampf » et C++ ?"), name)
    posts = read(tmp_path, text.format(title=LAYOUT), name)
    assert [post.title for post in posts.posts] == [LAYOUT]
    assert posts.posts[0].slug == plain.posts[0].slug
    assert posts.remarks == plain.remarks
    assert selected(posts, only="« donaudampf » et c++ ?").posts == posts.posts


def test_titles_that_differ_only_in_layout_characters_are_duplicates(tmp_path: Path) -> None:
    posts = read(tmp_path, "C\u00a0«Sharp»\nC «Sharp»\n\u200f\n", "titles.txt")
    assert [post.title for post in posts.posts] == ["C\u00a0«Sharp»"]
    assert lines_of(posts.left_out) == (
        "duplicates (1): line 2: C «Sharp»",
        "without a title (1): line 3. Give each a title",
    )


@pytest.mark.parametrize(
    "value",
    [
        [["One"], ["gpt-image-2"], "neon", "center-box", "inter"],
        {"prompts": ["One"], "models": ["gpt-image-2"]},
        {"titles": ["One"]},
        [],
    ],
)
def test_a_whole_request_is_returned_unchanged(tmp_path: Path, value: Any) -> None:
    posts = read(tmp_path, json.dumps(value), "batch.json")
    assert posts.request == value
    assert posts.posts == ()


@pytest.mark.parametrize(
    "value",
    [["One"], [{"title": "One"}], {"title": "One"}, {"posts": ["One"]}, {"version": "1", "items": [{"title": "One"}]}],
)
def test_posts_in_json_are_distinguished_from_a_request(tmp_path: Path, value: Any) -> None:
    posts = read(tmp_path, json.dumps(value), "posts.json")
    assert (posts.request, posts.prompts) == (None, ONE)


def test_a_json_feed_gives_slug_summary_and_date(tmp_path: Path) -> None:
    item = {"title": "One", "url": "https://example.com/the-one/", "summary": "Short", "date_published": "2026-01-01"}
    posts = read(tmp_path, json.dumps({"items": [item]}), "feed.json")
    assert posts.prompts == [{"title": "One", "slug": "the-one", "context": "Short"}]
    assert posts.posts[0].date


def test_reads_json_lines(tmp_path: Path) -> None:
    lines = '{"title": "One"}\n\n{"title": "Two", "variation": 1}\n7\n{"title": "Three",}\n'
    posts = read(tmp_path, lines, "posts.jsonl")
    assert posts.kind == "jsonl"
    assert posts.prompts == [*ONE, {"title": "Two", "slug": "two", "slug_made": True, "variation": 1}]
    assert [(each.what, each.where) for each in posts.left_out] == [
        ("neither a title nor an object", "post 4"),
        ("lines that are not JSON", "line 5"),
    ]
    assert "extra comma" in posts.left_out[1].detail


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
def test_the_kind_is_detected_from_the_content(tmp_path: Path, text: str, kind: str, name: str) -> None:
    if name == "-":
        posts = read_posts("-", stdin=io.BytesIO(text.encode()))
        assert posts.name == "standard input"
    else:
        posts = read(tmp_path, text, name)
    assert posts.kind == kind


def test_a_given_kind_overrides_detection(tmp_path: Path) -> None:
    assert read(tmp_path, '["One"]', kind="lines").prompts[0]["title"] == '["One"]'
    assert 'unknown kind of source "xml". Valid: markdown, feed' in fault(tmp_path, "One", kind="xml")
    with pytest.raises(InvalidRequestError, match="is a folder, but csv is read from a file"):
        read_posts(str(tmp_path), kind="csv")


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "prompts:\n- One"), ("a.bin", b"\x00\xff\x01"), ("a.txt", "\x01")]
)
def test_an_unsupported_file_is_rejected_with_the_list_of_kinds(tmp_path: Path, name: str, text: Any) -> None:
    message = fault(tmp_path, text, name)
    for kind in KINDS.values():
        assert kind in message


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('["One",\n "Two",\n]', "line 2: extra comma"),
        ('{"prompts": ["One"],}', "line 1: extra comma"),
        ('["One", // first\n "Two"]', "line 1: JSON has no comments"),
        ('[\n# all\n"Two"]', "line 2: JSON has no comments"),
        ("['One']", "line 1: single quotes"),
        ("[\n\u201cOne\u201d]", "line 2: curly quotes"),
        ('["One\u201d,\n"Two"]', "line 1: this text ends with a curly quote"),
        ('["One,\n"Two"]', "line 1: this text does not end on its line"),
        ('["say "hi" to"]', "line 1: this text has no quotes, or a quote inside it"),
        ('["One"\n "Two"]', "line 2: missing comma"),
        ('{title: "One"}', "line 1: this name has no quotes"),
        ('[{"title": "One", "draft": False}]', "line 1: this is Python"),
        (r'["C:\dir"]', "line 1: invalid backslash"),
        ('["One"', "line 1: it ends too early"),
        ('["One"] ["Two"]', "line 1: more text after the end"),
        ("", "line 1: it is empty"),
        ("[" * 100_000, "is JSON that cannot be read"),
        (f"[{'9' * 5_000}]", "is JSON that cannot be read"),
        ("7", "holds neither an array nor an object"),
    ],
)
def test_invalid_json_is_reported_with_its_line_and_probable_cause(tmp_path: Path, text: str, cause: str) -> None:
    assert cause in fault(tmp_path, text, "batch.json")


def test_invalid_json_is_reported_with_the_parsers_own_message(tmp_path: Path) -> None:
    assert "is not JSON: line 1" in fault(tmp_path, "[1, 2", "batch.json")
    assert fault(tmp_path, "[1, 2", "batch.json").endswith("(Expecting ',' delimiter: line 1 column 6)")


@pytest.mark.parametrize(
    ("name", "text"), [("titles.txt", "Café été"), ("posts.csv", "title,slug\nCafé été,cafe-ete\n")]
)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_other_encodings_are_recognized(tmp_path: Path, name: str, text: str, encoding: str) -> None:
    posts = read(tmp_path, text.encode(encoding), name)
    assert ([(post.title, post.slug) for post in posts.posts], posts.remarks) == ([("Café été", "cafe-ete")], ())


def test_a_requests_encoding_must_be_certain(tmp_path: Path) -> None:
    request = '[["Café"], ["gpt-image-2"], "neon", "center-box", "inter"]'
    assert read(tmp_path, request.encode("utf-16"), "batch.json").request
    assert "is not in UTF-8. Save it in UTF-8" in fault(tmp_path, request.encode("cp1252"), "batch.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sep=;\nname;author\nOne;Ann", 'has no column "title", only name, author'),
        ('sep="\nname;author\nOne;Ann', "has no column"),
        ("name,author\nOne,Ann", 'has no column "title", only name, author'),
        ('title,slug\n"One,one\n', "rows that are not CSV (1): line 2: unexpected end of data. Quote each text"),
    ],
)
def test_invalid_csv_is_rejected_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    assert message in fault(tmp_path, text, "posts.csv")


def test_a_bad_row_leaves_out_itself_alone(tmp_path: Path) -> None:
    rows = ["title,variation", "One,", "Two,-1", f"{'x' * 200_000},", "Hello, world,1", '"a"b,', "Three,2"]
    posts = read(tmp_path, "\n".join(rows), "posts.csv")
    assert [post.title for post in posts.posts] == ["One", "Three"]
    assert [(each.where, each.what) for each in posts.left_out] == [
        ("line 3", "with a variation that is no number"),
        ("line 4", "rows that are not CSV"),
        ("line 5", "rows with more values than columns"),
        ("line 6", "rows that are not CSV"),
    ]
    assert all(each.remedy for each in posts.left_out)


@pytest.mark.parametrize("source", ["nowhere.json", "ftp://example.com/feed", "a\x00b", "x" * 5_000])
def test_a_missing_source_is_reported(source: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"cannot be read: .*Give a folder, a file"):
        read_posts(source)


UNDATED = "without the date that --since needs (1): Un"


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
        (1, None, None, ["New thing"], ["beyond the first 1 (3): Old thing, Other, Un"]),
        (None, "2026-01-01", None, ["New thing", "Other"], ["before 2026-01-01 (1): Old thing", UNDATED]),
        (None, None, "THING", ["New thing", "Old thing", "Other"], ['without "THING" (1): Un']),
        (1, "2026-01-01", "o", ["Other"], ['without "o" (1): New thing', "before 2026-01-01 (1): Old thing", UNDATED]),
    ],
)
def test_limit_since_and_only_select_posts(
    tmp_path: Path, limit: int | None, since: str | None, only: str | None, titles: list[str], left_out: list[str]
) -> None:
    chosen = selected(dated(tmp_path), limit, since, only)
    assert [post.title for post in chosen.posts] == titles
    assert list(lines_of(chosen.left_out)) == left_out


def test_an_invalid_limit_and_date_are_both_reported(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError) as rejected:
        selected(dated(tmp_path), 0, "soon")
    assert tuple(map(str, rejected.value.faults)) == (
        "--since soon is not a date. Write it like 2026-01-31",
        "--limit 0: give 1 or more",
    )


def test_a_selection_that_leaves_nothing_says_why(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError) as rejected:
        selected(dated(tmp_path), only="nowhere")
    left_out = 'without "nowhere" (4): New thing, Old thing, Other, …'
    assert tuple(map(str, rejected.value.faults)) == (
        f"{tmp_path.name}/posts has no posts left: {left_out}. Change --since, --only or --exclude",
    )
