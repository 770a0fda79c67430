"""Translations: each page's own cover, by the site's configuration, its folders, its files' names or its fields."""

import re
import subprocess
from pathlib import Path

import pytest

from posts.posts import Posts
from posts.read import read_posts
from tests.lacking import program
from tests.support.project import ROOT


def site(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def post(title: str, more: str = "") -> str:
    return f"---\ntitle: {title}\n{more}---\nText\n"


def slugs(posts: Posts) -> dict[str, str]:
    return {each.title: each.slug for each in posts.posts}


HUGO = """
defaultContentLanguage = "en"
[languages.en]
contentDir = "content/en"
[languages.de]
contentDir = "content/de"
"""
CONFIGURED = {
    "Hugo, by folder": {"hugo.toml": HUGO, "content/de/hello.md": post("de"), "content/en/hello.md": post("en")},
    "Hugo, by name": {
        "config/_default/hugo.toml": 'baseURL = "/"\ndefaultContentLanguage = "en"\n',
        "config/_default/languages.de.toml": "weight = 1\n",
        "content/hello.de.md": post("de"),
        "content/hello.en.md": post("en"),
    },
    "Docusaurus": {
        "docusaurus.config.js": "export default {i18n: {defaultLocale: 'en', locales: ['de', 'en']}};",
        "blog/2026-01-01-hello.md": post("en"),
        "i18n/de/docusaurus-plugin-content-blog/2026-01-01-hello.md": post("de"),
    },
    "Astro": {
        "astro.config.mjs": "export default { i18n: { defaultLocale: 'en', locales: ['de', 'en'] } }",
        "src/content/blog/de/hello.md": post("de"),
        "src/content/blog/en/hello.md": post("en"),
    },
    "Jekyll": {
        "_config.yml": "lang: en\n",
        "_posts/2026-01-01-hello.md": post("en", "lang: en\n"),
        "_posts/2026-01-02-hello.md": post("de", "lang: de\n"),
    },
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_the_configuration_names_the_default_language(tmp_path: Path, name: str) -> None:
    assert slugs(read_posts(str(site(tmp_path, CONFIGURED[name])))) == {"en": "hello", "de": "hello.de"}


def test_what_lies_beside_the_folders_of_all_languages_is_not_built_by_hugo(tmp_path: Path) -> None:
    posts = read_posts(str(site(tmp_path, {**CONFIGURED["Hugo, by folder"], "content/drafts/hello.md": post("aside")})))
    assert slugs(posts) == {"en": "hello", "de": "hello.de"}
    assert [(each.where, each.what) for each in posts.left_out] == [("content/drafts/hello.md", "not posts")]


def test_a_part_of_a_site_has_the_same_slugs_as_the_whole(tmp_path: Path) -> None:
    folder = site(tmp_path, CONFIGURED["Hugo, by folder"])
    assert slugs(read_posts(str(folder / "content"))) == {"en": "hello", "de": "hello.de"}
    assert slugs(read_posts(str(folder / "content/de"))) == {"de": "hello.de"}


def test_without_a_configuration_the_shallower_path_is_the_default(tmp_path: Path) -> None:
    """The translation has no date, and the original has."""
    files = {"ar/best.md": post("ar"), "best.md": post("en", "date: 2026-01-01\n")}
    assert slugs(read_posts(str(site(tmp_path, files)))) == {"ar": "best.ar", "en": "best"}


def test_a_folder_named_like_a_language_is_none_unless_something_in_it_is_translated(tmp_path: Path) -> None:
    files = {"it/cables.md": post("Cables"), "news.md": post("News"), "node.is.md": post("Node")}
    assert slugs(read_posts(str(site(tmp_path, files)))) == {"Cables": "cables", "News": "news", "Node": "node.is"}


def test_among_folders_of_languages_the_one_with_the_most_posts_is_the_default(tmp_path: Path) -> None:
    files = {f"{language}/one.md": post(f"{language} one") for language in ("de", "fr", "zh_CN")}
    posts = read_posts(str(site(tmp_path, {**files, "fr/two.md": post("fr two")})))
    assert slugs(posts) == {"de one": "one.de", "fr one": "one", "fr two": "two", "zh_CN one": "one.zh-cn"}
    assert posts.remarks == ("contexts taken from the first paragraph (4): de one, fr one, fr two, …",)


def test_a_new_translation_changes_no_slug(tmp_path: Path) -> None:
    before = slugs(read_posts(str(site(tmp_path, {"a.md": post("A"), "de/a.md": post("de A"), "b.md": post("B")}))))
    after = slugs(read_posts(str(site(tmp_path, {"de/b.md": post("de B"), "ar/a.md": post("ar A")}))))
    assert after == {**before, "de B": "b.de", "ar A": "a.ar"}


def test_a_translations_own_slug_is_kept_too(tmp_path: Path) -> None:
    files = {
        "hello.md": post("en"),
        "hello.de.md": post("de", "slug: hallo\n"),
        "hello.fr.md": post("fr", "url: /fr/salut/\n"),
    }
    assert slugs(read_posts(str(site(tmp_path, files)))) == {"en": "hello", "de": "hallo.de", "fr": "salut.fr"}


TEMPLATE = re.search(r"^    (\{\{ if \.IsPage .*)$", (ROOT / "docs/covers.md").read_text(), re.MULTILINE)


def test_hugo_gives_each_page_the_cover_that_was_made_for_it(tmp_path: Path) -> None:
    """With the line of template in our docs."""
    hugo = program("hugo", "hugo")
    assert TEMPLATE
    files = {
        "hugo.toml": f'baseURL = "https://blog.example.com/"\n{HUGO}weight = 1\n',
        "layouts/_default/single.html": f"{{{{ .Title }}}} {TEMPLATE[1]}",
        "content/en/posts/hello.md": post("Hello"),
        "content/de/posts/hello.md": post("Hallo"),
        "content/de/posts/2026-01-01-dated.md": post("Datum"),
        "content/en/posts/trip/index.md": post("Trip", "slug: journey\n"),
    }
    posts = read_posts(str(site(tmp_path, files)))
    subprocess.run([hugo, "--quiet", "-d", "public"], cwd=tmp_path, check=True, capture_output=True)
    built = [path.read_text() for path in (tmp_path / "public").rglob("index.html")]
    covers = dict(re.findall(r'^(\w+) .*content="https://blog\.example\.com/covers/(.*)\.jpg"', "\n".join(built), re.M))
    assert covers == slugs(posts)
    assert len(covers) == 4
