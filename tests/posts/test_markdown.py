"""A folder of Markdown posts, in the layouts of four generators."""

import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from errors import InvalidRequestError
from posts.posts import Posts
from posts.read import read_posts
from text import KEPT, clean_text

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, files: dict[str, str]) -> Posts:
    return read_posts(str(write(folder, files)), now=NOW)


def left_out(posts: Posts) -> dict[str, tuple[int, tuple[str, ...]]]:
    reasons = dict.fromkeys(each.what for each in posts.left_out)
    named = {reason: tuple(str(each) for each in posts.left_out if each.what == reason) for reason in reasons}
    return {reason: (len(each), each) for reason, each in named.items()}


def remarks(posts: Posts) -> dict[str, tuple[str, ...]]:
    """Return the examples of each remark, such as ``changed slugs (2): a -> b, c -> d``."""
    matches = (re.fullmatch(r"(.+?) \(\d+\): (.+)", line) for line in posts.remarks)
    return {match[1]: tuple(match[2].split(", ")) for match in matches if match}


# How four generators lay out a folder: its files, and what is read of them and left out.
LAYOUTS: dict[str, tuple[dict[str, str], list[dict[str, str]], dict[str, tuple[int, tuple[str, ...]]]]] = {
    "hugo, with page bundles and TOML": (
        {
            "_index.md": "---\ntitle: All posts\n---\n",
            "first/index.md": '+++\ntitle = "First"\ndate = 2026-01-02T10:00:00Z\nsummary = "How it began."\n+++\n',
            "first/notes.md": "# Notes",
            "first/parts/index.md": "# A part",
            "second.md": '+++\ntitle = "Second"\ndate = 2026-02-03\nslug = "number-two"\n+++\n',
            "third.md": '+++\ntitle = "Third"\ndate = 2026-02-01\nurl = "/blog/2026/the-third/"\n+++\n',
            "draft.md": '+++\ntitle = "Not yet"\ndraft = true\n+++\n',
            "later.md": '+++\ntitle = "Later"\npublishDate = 2026-06-02\ndate = 2026-01-01\n+++\n',
            "over.md": '+++\ntitle = "Over"\nexpiryDate = 2026-05-01\n+++\n',
        },
        [
            {"title": "Second", "slug": "number-two"},
            {"title": "Third", "slug": "the-third"},
            {"title": "First", "slug": "first", "context": "How it began."},
        ],
        {
            "not posts": (3, ("_index.md", "first/notes.md", "first/parts/index.md")),
            "drafts": (1, ("draft.md",)),
            "dated in the future": (1, ("later.md",)),
            "expired": (1, ("over.md",)),
        },
    ),
    "jekyll, with dated names": (
        {
            "_posts/2026-01-31-hello-world.md": "---\ntitle: Hello\nexcerpt: A greeting\n---\n",
            "_posts/news/2026-02-01-more.markdown": "---\ntitle: More\npermalink: /:categories/:title/\n---\n",
            "_posts/2026-07-01-tomorrow.md": "---\ntitle: Tomorrow\n---\n",
            "_posts/2026-01-01-hidden.md": "---\ntitle: Hidden\npublished: false\n---\n",
            "_drafts/idea.md": "---\ntitle: An idea\n---\n",
            "_includes/note.md": "A note",
            "about.md": "---\ntitle: About\n---\n",
            "README.md": "# The site",
        },
        [
            {"title": "More", "slug": "more"},
            {"title": "Hello", "slug": "hello-world", "context": "A greeting"},
        ],
        {
            "not posts": (3, ("README.md", "_includes/note.md", "about.md")),
            "drafts": (2, ("_drafts/idea.md", "_posts/2026-01-01-hidden.md")),
            "dated in the future": (1, ("_posts/2026-07-01-tomorrow.md",)),
        },
    ),
    "astro, with MDX": (
        {
            "one.mdx": "---\ntitle: 'One: the first'\npubDate: 'Jul 08 2022'\ndescription: >\n  Two\n  lines\n---\n",
            "2026/two.md": "---\ntitle: Two\npubDatetime: 2026-03-04T05:06:07.000Z\nisDraft: false\n---\n",
            "_hidden.md": "---\ntitle: Hidden\n---\n",
            "_parts/three.md": "---\ntitle: Three\n---\n",
        },
        [
            {"title": "Two", "slug": "two"},
            {"title": "One: the first", "slug": "one", "context": "Two lines"},
        ],
        {"not posts": (2, ("_hidden.md", "_parts/three.md"))},
    ),
    "eleventy, with templates for addresses and JSON": (
        {
            "one.md": '---\ntitle: One\npermalink: "/blog/{{ title | slugify }}/"\ndate: 2026-01-01\n---\n',
            "two.md": "---\ntitle: Two\npermalink: /blog/number-two/index.html\ndate: 2026-01-02\n---\n",
            "series/index.md": "---\ntitle: Five\ndate: 2025-01-02\n---\n",
            "series/six.md": "---\ntitle: Six\ndate: 2025-01-01\n---\n",
            "none.md": "---\ntitle: None\npermalink: false\n---\n",
            "feed.md": "---\ntitle: Feed\neleventyExcludeFromCollections: true\n---\n",
            "json.md": '{\n  "title": "Three",\n  "date": "2026-01-03"\n}\n\nText\n',
            "named.md": '---json\n{"title": "Four", "date": "2026-01-04"}\n---\n',
            "script.md": '---js\nconst title = "Five";\n---\n# Not the title\n',
            "node_modules/package/notes.md": "# Notes",
        },
        [
            {"title": "Four", "slug": "named"},
            {"title": "Three", "slug": "json", "context": "Text"},
            {"title": "Two", "slug": "number-two"},
            {"title": "One", "slug": "one"},
            {"title": "Five", "slug": "series"},
            {"title": "Six", "slug": "six"},
        ],
        {
            "not posts": (2, ("feed.md", "none.md")),
            "invalid front matter": (1, ("script.md: js is not supported",)),
        },
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_posts_are_told_from_the_other_files_in_a_generators_folder(tmp_path: Path, layout: str) -> None:
    files, prompts, others = LAYOUTS[layout]
    posts = read(tmp_path, files)
    assert posts.prompts == prompts
    assert left_out(posts) == others


def test_a_dated_name_is_a_posts_date(tmp_path: Path) -> None:
    names = ["_posts/2026-01-31-hello.md", "_posts/news/2026-02-01-more.markdown"]
    posts = read(tmp_path, dict.fromkeys(names, "---\ntitle: A\n---\n"))
    assert [post.date for post in posts.posts] == [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)]


def test_a_title_that_looks_like_a_number_or_a_date_stays_as_written(tmp_path: Path) -> None:
    titles = ["12:30", "1.10", "2026-01-01", "Yes", "007", "New things", "Null island", "0x10", "1_000"]
    posts = read(tmp_path, {f"{number}.md": f"---\ntitle: {title}\n---\n" for number, title in enumerate(titles)})
    assert [post.title for post in posts.posts] == titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\nlayout: post\n---\n\n# The heading #\n", "The heading"),
        ("---\ntitle:\n---\nIntro.\n\nThe heading\n===\n", "The heading"),
        ("---\ntitle: null\n---\n## Lower {#anchor}\n\n# The heading\n", "The heading"),
        ("```sh\n# a comment\n```\n\n# Only this one\n", "Only this one"),
        ('<h1 align="center">In <em>HTML</em></h1>\n\n## Lower\n', "In HTML"),
        ("# [![Build](https://a/b.svg)](https://c) Project\n", "Project"),
        ("# ~~Old~~ New way\n", "Old New way"),
        ("# First\n\nText\n\n# Second\n", "First"),
        ("# `fetch` and **all** [that](https://example.com)\n", "fetch and all that"),
        ("# C#\n", "C#"),
        ("# snake_case and 2 * 3 * 4\n", "snake_case and 2 * 3 * 4"),
    ],
)
def test_a_post_without_a_title_takes_its_first_heading_and_says_so(tmp_path: Path, text: str, title: str) -> None:
    posts = read(tmp_path, {"post.md": text})
    assert [post.title for post in posts.posts] == [title]
    assert remarks(posts)["titles taken from the first heading"] == (f"post.md: {title}",)


def test_a_post_without_title_or_heading_is_left_out_and_counted(tmp_path: Path) -> None:
    files = {"a.md": "# A", "b.md": "Text alone", "c.md": "---\ntitle: [a, b]\n---\n", "d.md": "## The backstory\n"}
    several = {"e.md": "Text.\n\n# One part\n\n# Another\n"}
    posts = read(tmp_path, {**files, **several})
    assert left_out(posts) == {"without a title": (4, ("b.md", "c.md", "d.md", "e.md"))}


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Caf&eacute; &amp; <em>more</em>", "Café & more"),
        ("What `<b>` is for", "What <b> is for"),
        ("The <details> element", "The <details> element"),
        ("The <b> tag", "The <b> tag"),
        ("Understanding __init__ in __Python__", "Understanding __init__ in Python"),
        (r"Using \*args and \*\*kwargs", "Using *args and **kwargs"),
        (r"How \_\_init\_\_ works", "How __init__ works"),
        (r"¯\_(ツ)_/¯ and chill", "¯_(ツ)_/¯ and chill"),
        (r"An \`escaped` backtick", "An `escaped` backtick"),
        ("[`foo`](https://x.org/y) is released", "foo is released"),
        ("The **`useEffect`** hook", "The useEffect hook"),
        ("`a` and *`b`* and `*c*` and `&amp;`", "a and b and *c* and &amp;"),
    ],
)
def test_a_title_loses_its_markup_but_keeps_tags_it_is_about(tmp_path: Path, written: str, title: str) -> None:
    posts = read(tmp_path, {"post.md": f"---\ntitle: '{written}'\n---\n"})
    assert posts.posts[0].title == title
    assert ("titles with markup removed" in remarks(posts)) == (written != title)


def test_a_long_summary_is_cut_between_words_and_says_so(tmp_path: Path) -> None:
    posts = read(tmp_path, {"post.md": f"---\ntitle: A\nsummary: {'word ' * 200}\n---\n"})
    assert posts.posts[0].context.endswith("word…")
    assert len(posts.posts[0].context) <= 500
    assert remarks(posts) == {"summaries cut to 500 characters": ("A",)}


def test_a_new_post_with_the_same_slug_does_not_change_the_older_one(tmp_path: Path) -> None:
    older = {"2024/review/index.md": "---\ntitle: Review\ndate: 2024-12-31\n---\n"}
    newer = {"2023/review/index.md": "---\ntitle: Review\ndate: 2026-01-01\n---\n"}
    assert [post.slug for post in read(tmp_path / "a", older).posts] == ["review"]
    posts = read(tmp_path / "a", newer)
    assert {post.where: post.slug for post in posts.posts} == {
        "2024/review/index.md": "review",
        "2023/review/index.md": "2023-review",
    }
    assert remarks(posts) == {"changed slugs": ("review -> 2023-review",)}


def test_slugs_differ_by_more_than_case(tmp_path: Path) -> None:
    posts = read(tmp_path, {"a.md": "---\ntitle: A\nslug: Same\n---\n", "b.md": "---\ntitle: B\nslug: same\n---\n"})
    slugs = [post.slug for post in posts.posts]
    assert slugs[0] == "Same"
    assert len({slug.casefold() for slug in slugs}) == 2


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("as-it-is", "as-it-is"),
        ("Rust_1.0", "Rust_1.0"),
        ("浏览器-HTTP-缓存", "浏览器-HTTP-缓存"),
        ("with spaces & more", "with-spaces-more"),
        ("../../etc/passwd", "passwd"),
        ("..", "a-title"),
        ("a..b", "a-b"),
        ("?", "a-title"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 80),
        ("ที่" * 26, "ที่" * 26),
        ("ที่" * 27, "ที่" * 8 + "ที"),
    ],
)
def test_a_slug_stays_as_written_if_it_is_safe_in_a_url(tmp_path: Path, said: str, slug: str) -> None:
    posts = read(tmp_path, {"post.md": f"---\ntitle: A title\nslug: '{said}'\n---\n"})
    assert posts.posts[0].slug == slug


def test_translations_of_a_post_get_slugs_of_their_own(tmp_path: Path) -> None:
    posts = read(tmp_path, {f"trip/index{end}.md": f"---\ntitle: Trip{end}\n---\n" for end in ("", ".de", ".pt-br")})
    assert sorted(post.slug for post in posts.posts) == ["trip", "trip.de", "trip.pt-br"]


def test_broken_front_matter_is_reported_with_its_line(tmp_path: Path) -> None:
    posts = read(
        tmp_path,
        {
            "good.md": "---\ntitle: Good\n---\n",
            "bad.md": "---\ntitle: Foo: bar\n---\n",
            "worse.md": "+++\ntitle = \n+++\n",
            "object.md": "---\n- a\n- b\n---\n",
            "bad-date.md": "---\ntitle: Odd date\ndate: 2026-13-45\n---\n",
        },
    )
    [(count, examples)] = left_out(posts).values()
    assert count == 3
    assert examples[0] == "bad.md: line 2: mapping values are not allowed in this context"
    assert examples[1] == "object.md: it has no fields"
    assert "line 1" in examples[2]
    assert remarks(posts)["unrecognized dates"] == ("bad-date.md: 2026-13-45",)


def test_posts_are_sorted_newest_first_and_undated_last(tmp_path: Path) -> None:
    dates = {"a": "2024-01-01 10:00:00 +0200", "b": "2026-05-01", "c": "", "d": "2025-01-01T00:00:00"}
    posts = read(tmp_path, {f"{name}.md": f"---\ntitle: {name}\ndate: {date}\n---\n" for name, date in dates.items()})
    assert [post.title for post in posts.posts] == ["b", "d", "a", "c"]


def test_a_batch_is_named_after_the_folder_that_identifies_the_blog(tmp_path: Path) -> None:
    folder = tmp_path / "my-site" / "content" / "posts"
    assert read(folder, {"a.md": "# A"}).name == "my-site/content/posts"
    assert read_posts(str(folder.parent.parent)).name == "my-site"


def test_files_of_the_same_name_are_batches_of_their_own(tmp_path: Path) -> None:
    names = ["cats/posts.csv", "dogs/content/posts.csv", "dogs/content/more.csv"]
    write(tmp_path, dict.fromkeys(names, "title,slug\nA,a\n"))
    assert [read_posts(str(tmp_path / name)).name for name in names] == [
        "cats/posts",
        "dogs/content/posts",
        "dogs/content/more",
    ]


def test_a_single_page_bundle_is_a_post(tmp_path: Path) -> None:
    trip = read(tmp_path / "trip", {"index.md": "# A trip"})
    assert trip.prompts == [{"title": "A trip", "slug": "trip"}]
    alone = read_posts(str(tmp_path / "trip" / "index.md"))
    assert (alone.name, alone.prompts) == ("trip/index", trip.prompts)


def test_a_post_from_standard_input_has_its_titles_slug() -> None:
    posts = read_posts("-", stdin=io.BytesIO(b"---\ntitle: A trip\n---\n"))
    assert posts.prompts == [{"title": "A trip", "slug": "a-trip"}]
    assert posts.remarks == ()


def test_a_link_post_keeps_its_files_name(tmp_path: Path) -> None:
    posts = read(
        tmp_path, {"_posts/2026-01-31-nice-theme.md": "---\ntitle: A\nlink: https://example.com/minimal\n---\n"}
    )
    assert posts.posts[0].slug == "nice-theme"


def test_what_cannot_be_a_post_is_counted(tmp_path: Path) -> None:
    write(tmp_path, {"_posts/a.md": "# A", "_posts/2006-01-31-old.html": "<p>Old", "index.html": "<p>Home"})
    (tmp_path / "_posts" / "b.md").write_bytes("---\ntitle: Café\n---\n".encode("latin-1"))
    (tmp_path / "_posts" / "c.md").write_bytes("---\ntitle: C\n---\nCafé".encode("latin-1"))
    posts = read_posts(str(tmp_path))
    assert [post.title for post in posts.posts] == ["A", "Café", "C"]
    assert left_out(posts) == {"not Markdown": (1, ("_posts/2006-01-31-old.html",))}


def test_front_matter_may_lack_its_first_line(tmp_path: Path) -> None:
    posts = read(
        tmp_path,
        {
            "a.md": "title: A title\ndate: 2026-01-01 10:00:00\ntags:\n- cats\n  - dogs\n---\n# Heading",
            "b.md": "date: 2026-01-01\ntitle: Draft\ndraft: true\n---\n",
            "c.md": "Note: no front matter\n---\ntitle: none",
            "d.md": "title: of a text\n\n---\n# Heading",
        },
    )
    assert [post.title for post in posts.posts] == ["A title", "Heading"]
    assert left_out(posts) == {"drafts": (1, ("b.md",)), "without a title": (1, ("c.md",))}


def test_json_front_matter_may_begin_on_its_first_line(tmp_path: Path) -> None:
    draft, post = '{"title": "A",\n "draft": true}\n# Heading', '{"title": "B"}\ntext'
    posts = read(tmp_path, {"a.md": draft, "b.md": post, "c.md": "{{% shortcode %}}\n# C"})
    assert [post.title for post in posts.posts] == ["B", "C"]


def test_pipes_and_links_out_of_the_folder_are_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path / "posts", {"good.md": "# Good"})
    (tmp_path / "secret.md").write_text("# Secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "gone.md").symlink_to(tmp_path / "gone.md")
    os.mkfifo(folder / "pipe.md")
    posts = read_posts(str(folder))
    assert [post.title for post in posts.posts] == ["Good"]
    assert left_out(posts) == {"not files of this folder": (3, ("gone.md", "link.md", "pipe.md"))}


def test_folders_that_are_linked_or_cannot_be_read_are_counted(tmp_path: Path) -> None:
    folder = write(tmp_path / "posts", {"good.md": "# Good", "real/more.md": "# More"})
    (folder / "linked").symlink_to(folder / "real")
    (folder / "out").symlink_to(tmp_path)
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(20):  # Too deep for a path to it to be opened, by root too.
        os.mkdir("d" * 250, dir_fd=deep)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    posts = read_posts(str(folder))
    assert [post.title for post in posts.posts] == ["Good", "More"]
    assert left_out(posts)["not files of this folder"] == (2, ("linked/", "out/"))
    [unread] = [each for each in posts.left_out if each.what == "that cannot be read"]
    assert (unread.where.endswith("d/"), unread.detail) == (True, "File name too long")


@pytest.mark.parametrize(
    ("configuration", "zone", "kept"),
    [
        ({}, "+09:00", True),
        ({}, "+00:00", False),
        ({"hugo.toml": 'baseURL = "/"\ntimeZone = "Asia/Tokyo"\n'}, "+00:00", True),
        ({"_config.yml": "timezone: Asia/Tokyo\n"}, "+00:00", True),
        ({"_config.yml": "timezone: America/New_York\n"}, "+09:00", False),
        ({"_config.yml": "timezone: Nowhere/Land\n"}, "+09:00", True),
    ],
)
def test_a_date_without_a_zone_is_in_the_blogs_or_else_in_this_machines(
    tmp_path: Path, configuration: dict[str, str], zone: str, kept: bool
) -> None:
    """East of UTC, a post of this morning is not one of the future: at 23:30 UTC it is 08:30 in Tokyo."""
    now = datetime(2026, 5, 31, 23, 30, tzinfo=UTC).astimezone(datetime.fromisoformat(f"2026-06-01T00:00{zone}").tzinfo)
    files = {
        **configuration,
        "old.md": "---\ntitle: Old\n---\n",
        "new.md": "---\ntitle: New\ndate: 2026-06-01 08:00\n---\n",
    }
    posts = read_posts(str(write(tmp_path, files)), now=now)
    assert ("New" in [post.title for post in posts.posts]) == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "export const meta = {\n  title: 'How we built it',\n  date: '2026-01-02',\n}\n\n## Lower\n",
            "How we built it",
        ),
        (
            "import a from 'b'\n\nexport const metadata: M = { tags: ['x', { title: 'no' }], 'title': `It\\'s` }\n",
            "It's",
        ),
        ('export const frontmatter = {\n// title: "no"\ntitle: "One" +\n  " two", draft: false }\n', "One two"),
        ("export const title = 'Alone'\n", "Alone"),
        ("export const metadata = createMetadata({\n  title: 'Of a call',\n})\n", "Of a call"),
        ("Title: Of Pelican\nDate: 2010-12-03 10:20\nTags: a, b\n\nText.\n", "Of Pelican"),
        ("export const other = { title: 'no' }\n\n# Heading\n", "Heading"),
    ],
)
def test_metadata_may_be_exported_by_mdx_or_stand_without_dashes(tmp_path: Path, text: str, expected: str) -> None:
    assert [post.title for post in read(tmp_path, {"post.mdx": text}).posts] == [expected]


def test_what_exported_metadata_and_lines_say_counts(tmp_path: Path) -> None:
    drafts = {"a.mdx": "export const meta = { title: 'A', draft: true }\n", "b.md": "Title: B\nStatus: draft\n\nText\n"}
    later = {"c.mdx": "export const meta = { title: 'C', date: new Date('2030-01-01') }\n", "d.md": "# D"}
    posts = read(tmp_path, {**drafts, **later})
    assert left_out(posts) == {"drafts": (2, ("a.mdx", "b.md")), "dated in the future": (1, ("c.mdx",))}


@pytest.mark.parametrize(
    "field",
    [
        "build:\n  render: never",
        "_build:\n  render: false",
        "build: {render: link}",
        "render: false",
        "permalink:\n  build: false",
    ],
)
def test_what_is_never_rendered_is_no_post(tmp_path: Path, field: str) -> None:
    posts = read(
        tmp_path, {"a.md": f"---\ntitle: A\n{field}\n---\n", "b.md": "---\ntitle: B\nbuild:\n  list: never\n---\n"}
    )
    assert left_out(posts) == {"not posts": (1, ("a.md",))}


def test_tabs_in_front_matter_are_read_as_generators_read_them(tmp_path: Path) -> None:
    assert read(tmp_path, {"a.md": "---\ntitle: A\ntags:\n\t- b\n---\n"}).posts[0].title == "A"


@pytest.mark.parametrize(
    ("text", "context"),
    [
        (
            "Text *with* [links](https://a) and `code`[^1],\non two lines.\n\nMore.",
            "Text with links and code, on two lines.",
        ),
        ("![A picture](a.png)\n\n<!-- more -->\n\n> A quote\n\nThe [text][1].\n\n[1]: https://a", "The text."),
        (
            "{{< figure src=a.png >}}\n\n# Heading\n\n```sh\ncode\n```\n\n| a |\n|---|\n\nText.",
            "Text.",
        ),
        ("import A from 'a'\n\nexport const b = 1\n\n<A prop={1} />\n\n:::note\n\nText.\n\n:::", "Text."),
        ("<p>In <b>HTML</b> &amp; more.</p>\n<p>Second.</p>", "In HTML & more."),
        ("https://example.com/a-link\n\nText.", "Text."),
        ("- One\n- Two\n", "One"),
        ("![Only](a.png)", ""),
    ],
)
def test_a_post_without_a_description_has_its_first_paragraph_as_context(
    tmp_path: Path, text: str, context: str
) -> None:
    posts = read(tmp_path, {"a.md": f"---\ntitle: A\n---\n{text}"})
    assert posts.posts[0].context == context
    assert remarks(posts) == ({"contexts taken from the first paragraph": ("A",)} if context else {})


def test_a_description_is_the_context_whatever_the_text_says(tmp_path: Path) -> None:
    posts = read(tmp_path, {"a.md": "---\ntitle: A\ndescription: Short\n---\nText."})
    assert (posts.posts[0].context, posts.remarks) == ("Short", ())


def test_a_folder_without_posts_says_what_was_left_out(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidRequestError, match=r"has no posts: drafts \(1\): a.md. It was read as a folder of Markdown"
    ):
        read(tmp_path, {"a.md": "---\ntitle: A\ndraft: yes\n---\n"})


def test_quotes_in_code_are_marked_so_that_they_are_drawn_as_typed(tmp_path: Path) -> None:
    [post] = read(tmp_path, {"a.md": "---\ntitle: Don't use `'use client'` and `--force`\n---\n"}).posts
    assert post.title == f"Don't use '{KEPT}use client'{KEPT} and -{KEPT}-force"
    assert clean_text(post.title) == "Don't use 'use client' and --force"
