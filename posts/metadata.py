"""What a Markdown file says of itself without front matter: in MDX's exports, or in lines, as for Pelican."""

import re
from collections.abc import Iterable
from itertools import islice

from posts.fields import normalized

__all__ = ["split_metadata", "split_properties"]

# Characters read for it.
MAX_LENGTH = 20_000
MOST_EXPORTS = 20
# Lines of ``Name: value`` that an empty line ends. One alone may be the text.
LINES = re.compile(r"(?:[A-Za-z][\w -]{0,30}:(?:[ \t].*)?\n(?:[ \t]+\S.*\n)*){2,}(?=[ \t]*(?:\n|\Z))")
LINE = re.compile(r"^([A-Za-z][\w -]{0,30}):[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
PROPERTIES = re.compile(r"(?:[A-Za-z][\w -]{0,30}:[ \t].*\n)+(?=[ \t]*(?:\n|\Z))")
EXPORT = re.compile(
    r"^export[ \t]+(?:const|let|var)[ \t]+(\w+)(?:[ \t]*:[^=\n]*)?[ \t]*=\s*(?:[\w.]+\()?", re.MULTILINE
)
NAMES = re.compile("(?:post|page|blog)?(?:meta|metadata|frontmatter|matter|info|data)", re.IGNORECASE)
# JavaScript's texts, comments and brackets; other characters stand alone.
TOKEN = re.compile(
    r"""'(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" | `(?:[^`\\]|\\.)*` | //[^\n]* | /\*.*?\*/ | [\w$.+-]+ | \S""",
    re.VERBOSE | re.DOTALL,
)
OPENING, CLOSING, QUOTES = ("{", "[", "("), ("}", "]", ")"), ("'", '"', "`")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "t": " ", "r": " ", "\n": ""}


def split_metadata(text: str) -> tuple[dict[str, object], str]:
    """Return a file's fields, with normalized names, and its text; no fields if it has neither kind."""
    found = LINES.match(text, 0, MAX_LENGTH)
    if found and "title" in (fields := normalized({each[1]: each[2].strip() for each in LINE.finditer(found[0])})):
        return fields, text[found.end() :]
    return _exported(text[:MAX_LENGTH]), text


def split_properties(text: str) -> tuple[dict[str, object], str]:
    """Return the properties that Notion writes below a page's heading, with normalized names, and the text without."""
    head, below, rest = text.lstrip().partition("\n\n")
    found = PROPERTIES.match(rest, 0, MAX_LENGTH) if head.startswith("# ") and "\n" not in head else None
    if not found:
        return {}, text
    fields = normalized({each[1]: each[2].strip() for each in LINE.finditer(found[0])})
    return fields, f"{head}{below}{rest[found.end() :]}"


def _exported(text: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for export in islice(EXPORT.finditer(text), MOST_EXPORTS):
        found = (each[0] for each in TOKEN.finditer(text, export.end()))
        tokens = (token for token in found if not token.startswith(("//", "/*")))
        first = next(tokens, "")
        if first == "{" and NAMES.fullmatch(export[1]):
            fields |= _object(tokens)
        elif export[1] == "title" and (title := _value([first])) is not None:
            fields["title"] = title
    return normalized(fields)


def _object(tokens: Iterable[str]) -> dict[str, object]:
    """Return the texts, numbers and truth values of an object, whose first bracket is read, not those inside others."""
    fields: dict[str, object] = {}
    depth, entry = 1, list[str]()
    for each in tokens:
        depth += (each in OPENING) - (each in CLOSING)
        if depth and not (depth == 1 and each == ","):
            entry.append(each)
            continue
        if len(entry) > 2 and entry[1] == ":" and (value := _value(entry[2:])) is not None:
            fields[_text(entry[0]) if entry[0][0] in QUOTES else entry[0]] = value
        entry = []
        if not depth:
            break
    return fields


def _value(tokens: list[str]) -> str | None:
    """Return a value's text: a text, several that are joined, a date, a number or a truth value; None for others."""
    if tokens[:3] == ["new", "Date", "("]:
        tokens = tokens[3:-1]
    texts = [each for each in tokens if each[:1] in QUOTES]
    if texts and all(each in texts or each == "+" for each in tokens):
        return "".join(map(_text, texts))
    return tokens[0] if len(tokens) == 1 and re.fullmatch(r"true|false|[\d.-]+", tokens[0]) else None


def _text(quoted: str) -> str:
    def character(found: re.Match[str]) -> str:
        return chr(int(found[1] or found[2], 16)) if found[1] or found[2] else ESCAPED.get(found[3], found[3])

    return ESCAPE.sub(character, quoted[1:-1])
