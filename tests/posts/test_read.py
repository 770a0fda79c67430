"""Posts from where they are: each kind is told by its content, and what is no post is left out and counted."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.choose import choose
from posts.read import read_posts

NOW = datetime(2026, 11, 21, tzinfo=UTC)
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>My Blog</title>
<item><title>First &amp; best</title><link>https://b.example/posts/first-best/</link>
<description>&lt;p&gt;On it&lt;/p&gt;</description></item>
<item><title>Second</title><link>https://b.example/2024/05/second.html</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom Blog</title><entry><title>One</title>
<link href="https://b.example/one"/><summary>About one</summary>
<updated>2025-01-01T00:00:00Z</updated></entry></feed>"""
BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><title>&b;</title><item><title>&b;</title></item></channel></rss>"""


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_folder_of_markdown_gives_its_posts_newest_first_and_says_what_it_left_out(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "my-blog" / "content",
        {
            "yaml.md": "---\ntitle: By YAML\ndescription: what it is about\ndate: 2025-01-02\n---\nText",
            "toml.md": '+++\ntitle = "By TOML"\nslug = "own-slug"\ndate = 2025-03-01\n+++\nText',
            "bundle/index.md": "---\ntitle: In a bundle\n---\n",
            "2024-01-31-jekyll-post.md": "---\ntitle: By Jekyll\n---\n",
            "heading.md": "# A heading is its title\n\nText",
            "draft.md": "---\ntitle: Draft\ndraft: true\n---\n",
            "future.md": "---\ntitle: Future\ndate: 2030-01-01\n---\n",
            "_index.md": "---\ntitle: A list\n---\n",
        },
    )
    posts = read_posts(str(folder), now=NOW)
    found = {post.slug: post for post in posts.posts}
    assert found.keys() == {"yaml", "own-slug", "bundle", "jekyll-post", "heading"}
    assert (found["yaml"].title, found["yaml"].context) == ("By YAML", "what it is about")
    assert found["heading"].title == "A heading is its title"
    assert [post.slug for post in posts.posts][:3] == ["own-slug", "yaml", "jekyll-post"]
    left_out = " ".join(map(str, posts.left_out))
    assert sum(counted.count for counted in posts.left_out) == 3
    for name in ("draft.md", "future.md", "_index.md"):
        assert name in left_out
    assert posts.name == "my-blog/content"


@pytest.mark.parametrize(
    ("data", "name", "titles", "slugs"),
    [(RSS, "My Blog", ["First & best", "Second"], ["first-best", "second"]), (ATOM, "Atom Blog", ["One"], ["one"])],
    ids=["rss", "atom"],
)
def test_a_feed_gives_its_entries_and_its_name(
    tmp_path: Path, data: bytes, name: str, titles: list[str], slugs: list[str]
) -> None:
    (tmp_path / "feed").write_bytes(data)
    posts = read_posts(str(tmp_path / "feed"), now=NOW)
    assert (posts.kind, posts.name) == ("feed", name)
    assert [post.title for post in posts.posts] == titles
    assert [post.slug for post in posts.posts] == slugs
    assert "<" not in "".join(post.context for post in posts.posts)


def test_a_feed_is_taken_from_its_address_too() -> None:
    posts = read_posts("https://b.example/feed.xml", now=NOW, download=lambda address: RSS)
    assert [post.title for post in posts.posts] == ["First & best", "Second"]


def test_hostile_xml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(BOMB)
    with pytest.raises(InvalidRequestError):
        read_posts(str(tmp_path / "feed.xml"), now=NOW)


@pytest.mark.parametrize(
    ("name", "text", "titles"),
    [
        ("posts.csv", 'title,slug,context\nOne,one,on one\n"Two, too",two,\n', ["One", "Two, too"]),
        ("titles.txt", "One\n\nTwo, too\n", ["One", "Two, too"]),
        ("posts.jsonl", '{"title": "One"}\n{"title": "Two, too"}\n', ["One", "Two, too"]),
        ("posts.json", '[{"title": "One", "slug": "one"}, "Two, too"]', ["One", "Two, too"]),
    ],
)
def test_rows_lines_and_json_are_told_by_their_content(tmp_path: Path, name: str, text: str, titles: list[str]) -> None:
    (tmp_path / name).write_text(text)
    assert [post.title for post in read_posts(str(tmp_path / name), now=NOW).posts] == titles


def test_standard_input_is_a_source() -> None:
    posts = read_posts("-", stdin=io.BytesIO(b"One\nTwo\n"), now=NOW)
    assert [post.title for post in posts.posts] == ["One", "Two"]


@pytest.mark.parametrize(
    "request_", [[["One"], ["gpt-image-2"], "neon", "bottom-bar", "inter"], {"prompts": ["One"], "models": ["m"]}]
)
def test_the_tasks_own_input_stays_what_it_is(tmp_path: Path, request_: object) -> None:
    (tmp_path / "batch.json").write_text(json.dumps(request_))
    posts = read_posts(str(tmp_path / "batch.json"), now=NOW)
    assert (posts.request, posts.posts) == (request_, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"prompts": ["One",]}', "comma"),
        ("{'prompts': ['One']}", "quotes"),
        ('{\u201cprompts\u201d: ["One"]}', "quotes"),
        ('{"prompts": ["One"], // why\n "models": []}', "comment"),
    ],
)
def test_json_that_is_nearly_right_gets_its_probable_cause_and_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "batch.json").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=f"(?is){told}") as caught:
        read_posts(str(tmp_path / "batch.json"), now=NOW)
    assert "line 1" in str(caught.value)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"", b"PK\x03\x04abc"])
def test_what_is_none_of_these_is_refused_in_one_message(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "thing").write_bytes(data)
    with pytest.raises(InvalidRequestError) as caught:
        read_posts(str(tmp_path / "thing"), now=NOW)
    assert len(caught.value.faults) == 1


def test_posts_can_be_chosen_by_number_date_and_text(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {
            f"post-{year}.md": f"---\ntitle: Post of {year}\ndate: {year}-06-01\n---\n"
            for year in (2022, 2023, 2024, 2025)
        },
    )
    posts = read_posts(str(folder), now=NOW)
    assert [post.slug for post in choose(posts, limit=2).posts] == ["post-2025", "post-2024"]
    assert [post.slug for post in choose(posts, since="2024-01-01").posts] == ["post-2025", "post-2024"]
    assert [post.slug for post in choose(posts, only="2023").posts] == ["post-2023"]
    for wrong in ({"since": "soon"}, {"limit": 0}):
        with pytest.raises(InvalidRequestError):
            choose(posts, **wrong)
