"""Titles and summaries without their markup."""

import html
import re

from text import KEPT, clean_text, one_line

__all__ = ["plain_summary", "plain_title", "shortened"]

# Characters read of a text: more than is ever kept, few enough for every pattern below to be fast.
MAX_MARKUP, MAX_TEXT = 20_000, 2_000
INLINE = "a|abbr|b|bdi|cite|code|del|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var"
PAIR = re.compile(rf"<({INLINE})(?:\s[^<>]*)?>([^<]*)</\1\s*>", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
STYLED = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"(?<!`)(`{1,3})(?!`)(?P<code>.+?)(?<!`)\1(?!`)")
ESCAPE = re.compile(r"\\(?P<escaped>[\\`*_{}\[\]()#+.!|-])")
VERBATIM = re.compile(f"{CODE.pattern}|{ESCAPE.pattern}")
PRIVATE_USE = 0x100000
# What would become typographic in a title, if it is not code.
TYPED = re.compile(r"[\"']|-(?=-)|\.(?=\.)")
MARKDOWN = [
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    # A name such as __init__ is Python's, and not bold.
    (re.compile(r"(\*\*|__(?![a-z]+__))(?=\S)([^*_]+)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]+)(?<=\S)_(?!\w)"), r"\1"),
    (ESCAPE, r"\1"),
]


def plain_title(text: str, *, markdown: bool) -> str:
    """Return a title without HTML entities and paired tags. An unpaired tag stays: the title is about it."""
    text = BREAK.sub(" ", text[:MAX_TEXT])
    if not markdown:
        return one_line(html.unescape(_without_tag_pairs(text))).strip()
    # Code and escaped characters are no markup: until it is gone, characters without a meaning stand in for them.
    kept: dict[int, str] = {}

    def keep(found: re.Match[str]) -> str:
        kept[PRIVATE_USE + len(kept)] = TYPED.sub(rf"\g<0>{KEPT}", found["code"] or found["escaped"])
        return chr(max(kept))

    words = html.unescape(_without_markdown(_without_tag_pairs(VERBATIM.sub(keep, text))))
    return one_line(words.translate(kept)).strip()


def plain_summary(text: str, *, markdown: bool) -> str:
    """Return a summary, which may be HTML, as text on one line."""
    text = html.unescape(TAG.sub(" ", STYLED.sub(" ", text[:MAX_MARKUP])))
    # A tag between a word and its comma leaves no space.
    text = re.sub(r"\s+([,.;:!?)])", r"\1", clean_text(text))[:MAX_TEXT]
    return _without_markdown(CODE.sub(r"\g<code>", text)) if markdown else text


def shortened(text: str, length: int) -> str:
    """Return a text of at most ``length`` characters, cut between words."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"


def _without_tag_pairs(text: str) -> str:
    while (plain := PAIR.sub(r"\2", text)) != text:
        text = plain
    return text


def _without_markdown(text: str) -> str:
    for pattern, kept in MARKDOWN:
        text = pattern.sub(kept, text)
    return text
