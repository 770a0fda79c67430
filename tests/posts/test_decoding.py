"""Feeds, exports and files in any encoding: by what is declared, then by evidence."""

from pathlib import Path

import pytest

from posts.decoding import decode
from posts.posts import Posts
from posts.read import read_posts

TITLES = {
    "ja": "日本語の記事を書きました",
    "zh": "中文文章：今天天气很好",
    "ko": "한국어 블로그 글입니다",
    "ru": "Привет, мир. Хорошая погода",
    "fr": "Café à l’été, déjà vu",
}
ENCODINGS = [
    ("ja", "EUC-JP"),
    ("ja", "Shift_JIS"),
    ("ja", "ISO-2022-JP"),
    ("zh", "GBK"),
    ("zh", "GB2312"),
    ("ko", "EUC-KR"),
    ("ru", "windows-1251"),
    ("ru", "KOI8-R"),
    ("fr", "windows-1252"),
]


def feed(title: str, declaration: str = "") -> str:
    item = f"<item><title>{title}</title><link>https://e.com/one</link></item>"
    return f"{declaration}<rss version='2.0'><channel><title>B</title>{item}</channel></rss>"


def read(tmp_path: Path, data: bytes, name: str = "feed.xml") -> Posts:
    (tmp_path / name).write_bytes(data)
    return read_posts(str(tmp_path / name))


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_a_feed_is_read_in_the_encoding_that_it_declares(tmp_path: Path, language: str, encoding: str) -> None:
    text = feed(TITLES[language], f'<?xml version="1.0" encoding="{encoding}"?>')
    posts = read(tmp_path, text.encode(encoding, errors="ignore"))
    assert posts.posts[0].title == TITLES[language].encode(encoding, errors="ignore").decode(encoding)
    assert posts.remarks == ()


@pytest.mark.parametrize(("language", "encoding"), [each for each in ENCODINGS if each[1] != "ISO-2022-JP"])
@pytest.mark.parametrize("declared", ["", "utf-8", "no-such", "utf-16", "utf-7", "idna", "hex"])
def test_without_a_declaration_or_with_a_wrong_one_evidence_decides(
    language: str, encoding: str, declared: str
) -> None:
    text = feed(TITLES[language]).encode(encoding, errors="ignore").decode(encoding)
    assert decode(text.encode(encoding), [declared]).text == text


def test_any_bytes_are_valid_latin_1_so_that_it_is_believed_last() -> None:
    assert decode("Café".encode(), ["iso-8859-1"]).text == "Café"
    assert decode(TITLES["ja"].encode("euc-jp"), ["iso-8859-1", "euc-jp"]).text == TITLES["ja"]
    assert decode("Café".encode("latin-1"), ["iso-8859-1"]).text == "Café"


@pytest.mark.parametrize(
    ("data", "text", "unreadable"),
    [
        ("cut emoji 🙂 here".encode().replace(b"\x82", b""), "cut emoji \ufffd here", 1),
        ("Ünïcödé and a ".encode() + b"\xe9 stray", "Ünïcödé and a \ufffd stray", 1),
        (b"It\x92s one byte", "It’s one byte", 0),
        (TITLES["zh"].encode("gbk") + b"\xff", f"{TITLES['zh']}\ufffd", 1),
        ("A\ufffdB".encode(), "A\ufffdB", 0),
        (b"", "", 0),
    ],
)
def test_what_cannot_be_read_is_replaced_and_counted(data: bytes, text: str, unreadable: int) -> None:
    decoded = decode(data, ["gbk"] if data.endswith(b"\xff") else ["utf-8"])
    assert (decoded.text, decoded.unreadable) == (text, unreadable)


def test_a_bad_byte_in_a_summary_costs_nothing_and_in_a_title_its_post(tmp_path: Path) -> None:
    good = "<item><title>Good ü ö ä</title><description>cut \udcf0\udc9f\udc98 here</description></item>"
    bad = "<item><title>Bad \udcff title</title><link>https://e.com/bad</link></item>"
    text = f"<rss version='2.0'><channel>{good}{bad}</channel></rss>"
    posts = read(tmp_path, text.encode(errors="surrogateescape"))
    assert posts.prompts == [{"title": "Good ü ö ä", "slug": "good-u-o-a", "slug_made": True, "context": "cut here"}]
    [left_out] = posts.left_out
    assert (left_out.where, left_out.what) == ("https://e.com/bad", "whose titles cannot be read")
    assert posts.remarks == ("characters that are not utf-8 were replaced (2)",)
