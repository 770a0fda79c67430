"""The beginning of a post's text: its first heading, and its first paragraph, without their markup."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from posts.plain import INLINE, TAG, plain_summary
from text import one_line

__all__ = ["first_heading", "first_paragraph"]

# Characters read of a text. What comes later is neither its title nor its beginning.
MAX_LENGTH = 20_000
FIRST_PART = 3_000
MAX_PARAGRAPH = 2_000
BLOCKS = MarkdownIt("commonmark").enable("table").disable("inline")
INLINES = MarkdownIt("commonmark").enable("strikethrough")
# What generators replace before they read Markdown: shortcodes, templates, lists of attributes, footnotes' marks.
REPLACED = re.compile(
    r"\{\{.{0,1000}?\}\}|\{%.{0,1000}?%\}|"
    r"^[ \t]*\{:.*?\}[ \t]*$|\[\^[^\]\s]+\]|!\[\[[^\]]*\]\]|!\[[^\[\]]*\]\[[^\[\]]*\]",
    re.DOTALL | re.MULTILINE,
)
REFERENCE = re.compile(r"(?<!!)\[([^\[\]]+)\]\[[^\[\]]*\]")
# Paragraphs that readers do not see as such: MDX's code, directives, formulas, tables of contents.
NOT_TEXT = re.compile(
    r"(?:import\s.*?(?:from\s|['\"])|export\s+(?:const|default|function|\{)|:::|\$\$|\[\[?toc\]\]?$|<[A-Z])", re.I
)
H1 = re.compile(r"<h1\b[^<>]*>(.*?)</h1\s*>", re.IGNORECASE | re.DOTALL)
MARKUP = re.compile(rf"</?(?:{INLINE}|br|center|font|img|wbr)\b|<!--", re.IGNORECASE)
# Parts of HTML that are no paragraphs, and what begins or ends one.
HTML_OTHER = re.compile(
    r"<(script|style|pre|figure|table|h[1-6]|iframe|svg)\b.*?</\1\s*>|<!--.*?-->"
    r"|\[(\w+)\b[^\[\]]*\].{0,2000}?\[/\2\]|\[\w+\s+\w+=[^\[\]]*\]",
    re.IGNORECASE | re.DOTALL,
)
HTML_BREAK = re.compile(
    r"</?(?:p|div|ul|ol|li|blockquote|section|article|hr)\b[^<>]*>|(?:<br\s*/?>\s*){2,}|\n\s*\n", re.I
)
ADDRESS = re.compile(r"\w+://\S+")
LETTER = re.compile(r"[^\W\d_]")
ATTRIBUTES = re.compile(r"\s*\{:?[ \t]*[#.][^{}]*\}$")


def first_heading(text: str) -> str:
    """Return the text's title: its first heading of the first level, in Markdown or HTML, or an empty string.

    It comes before all other text, or is the only one of that level: of several, none may be the title.
    """
    tokens = BLOCKS.parse(text[:MAX_LENGTH])
    found = [(number, title) for number, token in enumerate(tokens) if (title := _h1(token, tokens[number + 1 :][:1]))]
    text_before = any(token.type in ("inline", "fence") for token in tokens[: found[0][0]]) if found else False
    return found[0][1] if len(found) == 1 or (found and not text_before) else ""


def _h1(token: Token, following: Sequence[Token]) -> str:
    if token.type == "heading_open" and token.tag == "h1":
        return _title_of(following[0].content)
    found = H1.search(token.content) if token.type == "html_block" else None
    return one_line(html.unescape(TAG.sub("", found[1]))) if found else ""


def first_paragraph(text: str, *, markdown: bool) -> str:
    """Return the first paragraph with words in it, or an empty string."""
    text = REPLACED.sub("", text[:MAX_LENGTH]) if markdown else text[:MAX_LENGTH]
    # Nearly always it is in the first part, and parsing takes time.
    for part in (text[:FIRST_PART].rpartition("\n\n")[0], text):
        for paragraph in _of_markdown(part) if markdown else _of_html(part):
            if LETTER.search(ADDRESS.sub("", paragraph)):
                return paragraph
    return ""


def _of_markdown(text: str) -> Iterator[str]:
    inside = []
    tokens = BLOCKS.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "html_block":
            yield from _of_html(token.content)
        elif token.type == "paragraph_open" and not NOT_TEXT.match(content := tokens[number + 1].content):
            if token.level == 0:
                yield _plain(content)
            else:
                inside.append(content)
    yield from map(_plain, inside)


def _of_html(text: str) -> Iterator[str]:
    return (plain_summary(each, markdown=False) for each in HTML_BREAK.split(HTML_OTHER.sub(" \n\n", text)))


def _plain(markdown: str) -> str:
    words = _words(token for token in _inline(REFERENCE.sub(r"\1", markdown)) if token.type != "html_inline")
    return plain_summary(html.escape(words), markdown=False)


def _title_of(heading: str) -> str:
    """Return a heading's words. A picture in it, such as a badge, counts only if there is nothing else."""
    inline = _inline(ATTRIBUTES.sub("", heading))
    return _words(inline) or " ".join(each.content for each in inline if each.type == "image")


def _inline(markdown: str) -> Sequence[Token]:
    return INLINES.parseInline(markdown[:MAX_PARAGRAPH])[0].children or []


def _words(tokens: Iterable[Token]) -> str:
    """Return the words of a line of Markdown. A tag that is no markup of a line stays: the line is about it."""
    return one_line("".join(map(_word, tokens)))


def _word(token: Token) -> str:
    if token.type in ("text", "code_inline") or (token.type == "html_inline" and not MARKUP.match(token.content)):
        return token.content
    return " " if token.type.endswith("break") or token.content.startswith("<br") else ""
