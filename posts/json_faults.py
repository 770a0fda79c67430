"""Explains why a text is not valid JSON, and in which line."""

import json
import re

__all__ = ["probable_cause"]

CURLY_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2039\u203a"
# Patterns for the text before and at the place where the parser stops, and the probable cause. The first match counts.
CAUSES: list[tuple[str, str, str]] = [
    (r",\s*\Z", r"[\]}]", "extra comma before the closing bracket. Remove it"),
    (r"", r"\s*,\s*[\]}]", "extra comma before the closing bracket. Remove it"),
    (r"", r"//|/\*|#", "JSON has no comments. Remove this one"),
    (r"", rf"[{CURLY_QUOTES}]", 'curly quotes. Use straight ones: "'),
    (r"", r"'", "single quotes. Use double ones"),
    (r"", r"(?:True|False|None)\b", "this is Python. Write true, false or null"),
    (r"", r"[A-Za-z_]\w*\s*:", "this name has no quotes. Add them"),
    (r"", r"[A-Za-z_]", "this text has no quotes, or a quote inside it has no backslash. Add them"),
    (r"[\"\]}\w]\s*\Z", r"[\"\[{]", "missing comma before this. Add one"),
    (r"", r"\\", 'invalid backslash. Write two, or "/"'),
    (r"\A\s*\Z", r"\Z", "it is empty. Add titles or posts"),
    (r"", r"\Z", "it ends too early. Add the missing bracket or quote"),
]
EXTRA, UNTERMINATED, CONTROL = "Extra data", "Unterminated string", "Invalid control character"


def probable_cause(text: str, error: json.JSONDecodeError, first_line: int = 1) -> str:
    """Return the fault's line, its probable cause and remedy, and the parser's own message.

    ``first_line`` is the number of the text's first line.
    """
    # The parser stops at the bracket, which may be some lines below the extra comma.
    at = len(text[: error.pos].rstrip()) - 1
    at = at if text[at : at + 1] == "," and text[error.pos : error.pos + 1] in ("]", "}") else error.pos
    line, stopped = (first_line + text.count("\n", 0, place) for place in (at, error.pos))
    return f"line {line}: {_cause(text, error)} ({error.msg}: line {stopped} column {error.colno})"


def _cause(text: str, error: json.JSONDecodeError) -> str:
    before, after = text[max(0, error.pos - 200) : error.pos], text[error.pos : error.pos + 200]
    if error.msg.startswith((UNTERMINATED, CONTROL)):
        unterminated = error.msg.startswith(UNTERMINATED)
        rest = text[error.pos :].partition("\n")[0] if unterminated else before.rpartition("\n")[2]
        if any(quote in rest for quote in CURLY_QUOTES):
            return 'this text ends with a curly quote. Use straight ones: "'
        return "this text does not end on its line. Add the quote, or write \\n for a line break"
    if error.msg.startswith(EXTRA):
        return "more text after the end. Remove it, or put everything in one array"
    for pattern_before, pattern_at, cause in CAUSES:
        if re.search(pattern_before, before) and re.match(pattern_at, after):
            return cause
    return "invalid from here on. Fix it here"
