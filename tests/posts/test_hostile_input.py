"""Any source gives valid posts or one InvalidRequestError."""

import os
import random
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.posts import KINDS
from posts.read import read_posts

# Pieces with a meaning for one of the readers, combined at random.
# fmt: off
PIECES = [
    "---\n", "+++\n", "{\n", "}\n", "---js\n", "title: ", "title = ", "slug: ", "permalink: ", "date: ", "draft: ",
    "\n", "&a ", "*a", "!!python/object/apply:os.system ['true']", "!!binary x", "<<: ", "? ", "- ", "[", "]", "{", "}",
    "|", ">", "\x00", "\ufeff", "\u2028", "\u202e", "é", "字", "😀", "\x85", "\t", " ", "'", '"', "`", "\\", "\\ud800",
    "#", "# ", "==", "<rss>", "<channel>", "<item>", "<title>", "</title>", "</item>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<link href='http://['/>", "<!DOCTYPE a [", "<!ENTITY b '",
    "<![CDATA[", "]]>", "&#0;", "&lt;", "&amp;#x110000;", "title,slug\n", "title;date\n", ",", ";", '{"title": ', '["',
    '"]', "null", "1e999", "-", "NaN", "9" * 50, "2026-01-01", "0000-00-00", "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "true", "%ff", "%00", "../", "https://a/?b", "```", "sep=|\n",
]
# fmt: on
BYTES = [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00", b"\x80", b"\xed\xa0\x80", b"\xf5"]


# Valid sources, into which the pieces are inserted.
VALID = {
    "markdown": "---\ntitle: One\nslug: one\ndate: 2026-01-01\ndescription: Short\n---\n# Heading\n",
    "feed": "<rss><channel><title>Blog</title><item><title>One</title><link>https://a/one</link></item></channel></rss>",
    "csv": "title,slug,description,variation\nOne,one,Short,1\nTwo,two,,\n",
    "lines": "One\nTwo\nThree\n",
    "json": '[{"title": "One", "slug": "one", "date": "2026-01-01", "variation": 1}, "Two"]',
    "jsonl": '{"title": "One", "url": "https://a/one"}\n"Two"\n',
}


def hostile(chance: random.Random, kind: str) -> bytes:
    parts = [character.encode() for character in VALID[kind]] if chance.random() < 0.8 else []
    pieces = [piece.encode() for piece in chance.choices(PIECES, k=chance.choice([1, 2, 3, 5, 40]))]
    for piece in [*pieces, *chance.choices(BYTES, k=chance.choice([0, 0, 0, 1]))]:
        place = chance.randint(0, len(parts))
        parts[place : place + chance.choice([0, 0, 1, 5])] = [piece]
    return b"".join(parts)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_no_input_raises_any_other_error(tmp_path: Path, kind: str | None) -> None:
    chance, read = random.Random(f"hostile {kind}"), 0
    for number in range(500):
        path = tmp_path / f"source{chance.choice(['', '.md', '.txt', '.csv', '.json', '.jsonl', '.xml', '.bin'])}"
        data = hostile(chance, kind or chance.choice(list(VALID)))
        path.write_bytes(data)
        try:
            posts = read_posts(str(path), kind=kind)
        except InvalidRequestError as error:
            str(error).encode()
            continue
        except Exception as error:
            raise AssertionError(f"input {number}, {path.name}: {data!r}") from error
        read += 1
        slugs = [post.slug.casefold() for post in posts.posts]
        assert len(set(slugs)) == len(slugs)
        for post in posts.posts:
            assert post.title.strip()
            assert 0 < len(post.slug) <= 100
            assert len(post.slug.encode()) <= 240
            assert not set(post.slug) & set("/?#%&\\\"'<> \n\x00")
            assert post.slug not in (".", "..")
            str(post.as_prompt()).encode()
    assert read > 10


def test_hostile_files_are_read_in_linear_time(tmp_path: Path) -> None:
    """Each is quadratic or worse for a careless pattern, and would run into the test run's own time limit."""
    many = 200_000
    for name, text in {
        "a.md": "---\ntitle: " + "`" * many + "\ndescription: " + "<a " * many + "\n---\n",
        "b.md": "# " + " " * many + "#" * many + " {" * many + "x\n",
        "c.md": "---\na: " + "[" * many + "\n---\n# C\n",
        "d.md": "---\n" + "---x\n" * many,
        "e.md": "---\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" if n else "a0: &a0 x\n" for n in range(40))
        + "title: E\n---\n",
        "f.md": "---\ntitle: " + "<b>" * many + "\n---\n",
        "g.md": "---\ntitle: " + "[" * many + "\n---\n",
        "h.md": '---\ntitle: "' + "**a" * many + '"\n---\n',
        "j.md": "a:\n" * many + "title: J\n",
        "k.md": "title: K\n" + "-\n" * many,
        "l.md": "> " * many,
        "m.md": "<pre>" * many,
        "n.md": "export const meta = {" * many,
        "o.md": "title: O\n" + "b: c\n" * many,
        "p.md": "[a]" * many,
        "q.md": "{{" * many,
        "i.md": "---\ntitle: I\ndate: 2026" + " 1" * 40 + "\n---\n",
    }.items():
        (tmp_path / name).write_text(text)
    posts = read_posts(str(tmp_path))
    assert {"E", "I"} <= {post.title for post in posts.posts}


def test_file_names_that_are_not_text_are_read(tmp_path: Path) -> None:
    for name in (b"\xff\xfe.md", b"a\nb.md", b"-rf.md", b"%2e%2e.md", "\u202egnp.md".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(b"# A title")
    posts = read_posts(str(tmp_path))
    assert len({post.slug for post in posts.posts}) == 5
    str(posts).encode()
