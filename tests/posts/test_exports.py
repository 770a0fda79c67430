"""What platforms export and serve: read by its own shape, or told what to give instead."""

import json
from pathlib import Path
from typing import Any

import pytest

from errors import InvalidRequestError
from posts.posts import Posts
from posts.read import read_posts

GHOST_POSTS: list[dict[str, Any]] = [
    {"title": "One", "slug": "one", "status": "published", "type": "post", "custom_excerpt": "Short"},
    {"title": "About", "slug": "about", "status": "published", "type": "page"},
    {"title": "Old about", "slug": "old", "status": "published", "page": 1},
    {"title": "Draft", "slug": "draft", "status": "draft", "published_at": None},
    {"title": "Two", "slug": "two", "status": "published", "html": "<p>First &amp; best.</p><p>Second</p>"},
]
WORDPRESS = {
    "title": {"rendered": "Hello &#8211; World &amp; <em>all</em>"},
    "slug": "hello-world",
    "status": "publish",
    "type": "post",
    "date": "2026-01-02T10:00:00",
    "date_gmt": "2026-01-02T09:00:00",
    "excerpt": {"rendered": "<p>Short [&hellip;]</p>\n", "protected": False},
}
POST: dict[str, Any] = {"id": 1, "title": "One", "contentMarkdown": "", "dateAdded": "2026-01-01"}
ONE = {"title": "One", "slug": "one", "context": "Short"}
EXPORTS: dict[str, tuple[Any, list[dict[str, str]], dict[str, list[str]]]] = {
    "Ghost": (
        {"db": [{"meta": {"version": "5.80.0"}, "data": {"posts": GHOST_POSTS}}]},
        [ONE, {"title": "Two", "slug": "two", "context": "First & best."}],
        {"not posts": ["about", "old"], "drafts": ["draft"]},
    ),
    "WordPress": (
        [WORDPRESS, {**WORDPRESS, "slug": "later", "status": "future"}],
        [{"title": "Hello \N{EN DASH} World & all", "slug": "hello-world", "context": "Short"}],
        {"drafts": ["later"]},
    ),
    "JSON Feed": (
        {"version": "https://jsonfeed.org/version/1.1", "items": [{**POST, "url": "/one/", "summary": "Short"}, 7]},
        [ONE],
        {"neither a title nor an object": ["post 2"]},
    ),
    "Hashnode": (
        {
            "posts": [
                {**POST, "slug": "one", "brief": "Short", "isActive": True},
                {**POST, "slug": "gone", "isActive": False},
            ]
        },
        [ONE],
        {"drafts": ["gone"]},
    ),
    "dev.to": (
        [{"type_of": "article", "title": "One", "slug": "one", "description": "Short", "published_at": "2026-01-01"}],
        [ONE],
        {},
    ),
}


def read(tmp_path: Path, text: str, name: str) -> Posts:
    (tmp_path / name).write_text(text)
    return read_posts(str(tmp_path / name))


@pytest.mark.parametrize("platform", EXPORTS)
def test_an_export_is_recognized_by_its_shape(tmp_path: Path, platform: str) -> None:
    value, prompts, left_out = EXPORTS[platform]
    posts = read(tmp_path, json.dumps(value), "export.json")
    assert posts.prompts == prompts
    assert {what: [each.where for each in posts.left_out if each.what == what] for what in left_out} == left_out
    assert len(posts.left_out) == sum(map(len, left_out.values()))


def test_wordpress_says_in_which_zone_its_dates_are(tmp_path: Path) -> None:
    [post] = read(tmp_path, json.dumps([WORDPRESS]), "posts.json").posts
    assert str(post.date) == "2026-01-02 09:00:00+00:00"


def test_an_export_may_hold_raw_control_characters_and_a_request_may_not(tmp_path: Path) -> None:
    text = json.dumps(EXPORTS["Ghost"][0]).replace("Short", "Sho\trt")
    assert read(tmp_path, text, "export.json").prompts[0]["context"] == "Sho rt"
    with pytest.raises(InvalidRequestError, match="does not end on its line"):
        read(tmp_path, '["One\n"]', "batch.json")


def test_substacks_slugs_are_in_its_ids(tmp_path: Path) -> None:
    rows = [
        "post_id,post_date,is_published,email_sent_at,type,audience,title,subtitle,podcast_url",
        "123.the-one,2026-01-02T10:00:00.000Z,true,,newsletter,everyone,One,Short,",
        "124.about,2026-01-02T10:00:00.000Z,true,,page,everyone,About,,",
        "125,,false,,newsletter,everyone,Draft,,",
    ]
    posts = read(tmp_path, "\n".join(rows), "posts.csv")
    assert posts.prompts == [{"title": "One", "slug": "the-one", "context": "Short"}]
    assert [(each.where, each.what) for each in posts.left_out] == [("line 3", "not posts"), ("line 4", "drafts")]


def test_notions_pages_lose_their_ids_and_keep_their_properties(tmp_path: Path) -> None:
    digest = "0123456789abcdef0123456789abcdef"
    page = "# My post\n\nDate: January 2, 2026\nStatus: Published\nSlug: mine\n\nThe text.\n"
    (tmp_path / f"My post {digest}.md").write_text(page)
    (tmp_path / f"Next {digest}.md").write_text("# Next\n\nStatus: Draft\n\nThe text.\n")
    (tmp_path / f"Last one {digest}.md").write_text("# Last one\n\nNote: this is text.\nAnd more.\n")
    posts = read_posts(str(tmp_path))
    assert [(post.title, post.slug, post.context) for post in posts.posts] == [
        ("My post", "mine", "The text."),
        ("Last one", "last-one", "Note: this is text. And more."),
    ]
    assert [each.what for each in posts.left_out] == ["drafts"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("export.zip", b"PK\x03\x04", "is a ZIP archive, as exports often are. Unpack it"),
        ("blog.pdf", b"%PDF-1.7", "is a PDF. Give the blog's folder, feed or export"),
        ("ghost.db", b"SQLite format 3\0", "is a database"),
        ("dump.sql", b"-- MySQL dump 10\n\nCREATE TABLE wp_posts (\n", "is a database's dump. Export the blog itself"),
        (
            "mt.txt",
            b"AUTHOR: Ann\nTITLE: One\nDATE: 01/02/2026\n-----\nBODY:\n",
            "is an export in Movable Type's format",
        ),
        ("c.json", b'{"contentTypes": [], "entries": []}', "is an export from Contentful"),
        ("wp.json", b'{"name": "B", "routes": {}, "namespaces": []}', "Give /wp-json/wp/v2/posts"),
        ("wp.json", b'{"code": "rest_no_route", "message": "No", "data": {}}', "is an error that WordPress's REST API"),
    ],
)
def test_another_format_is_named_with_what_to_give_instead(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InvalidRequestError, match=message):
        read_posts(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "posts/2026-01-02_Why-we-moved-0a1b2c3d4e5f.html",
            "is an export from Medium, web pages. Give the blog's feed",
        ),
        ("posts.csv", "is an export from Substack. Give the file .*posts.csv"),
        ("my.ghost.json", "is a folder without Markdown. Give the file .*my.ghost.json"),
        ("index.html", "is web pages, not Markdown. Give the blog's feed"),
    ],
)
def test_an_exports_folder_is_named_with_what_to_give_instead(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    with pytest.raises(InvalidRequestError, match=message):
        read_posts(str(tmp_path))
