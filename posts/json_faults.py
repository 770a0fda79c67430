"""Why a text that is nearly JSON is none, and in which line."""

import json
import re

__all__ = ["probable_cause"]

TYPOGRAPHIC = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2039\u203a"
# What stands before the place where reading stopped, what stands there, and what that probably is. The first that fits.
CAUSES: list[tuple[str, str, str]] = [
    (r",\s*\Z", r"[\]}]", "the comma before the closing bracket is one too many. Take it out"),
    (r"", r"\s*,\s*[\]}]", "the comma before the closing bracket is one too many. Take it out"),
    (r"", r"//|/\*|#", "JSON has no comments. Take it out"),
    (r"", rf"[{TYPOGRAPHIC}]", 'these are typographic quotes. Write straight ones: "'),
    (r"", r"'", "these are single quotes. Write double ones"),
    (r"", r"(?:True|False|None)\b", "this is written as in Python. Write true, false or null"),
    (r"", r"[A-Za-z_]\w*\s*:", "this name has no quotes around it. Write them"),
    (r"", r"[A-Za-z_]", "this text has no quotes around it, or one within it needs a backslash before it"),
    (r"[\"\]}\w]\s*\Z", r"[\"\[{]", "a comma is missing before this. Write one"),
    (r"", r"\\", 'a backslash stands for no character. Write two, or "/"'),
    (r"\A\s*\Z", r"\Z", "it is empty"),
    (r"", r"\Z", "it ends before all is closed. Look for a bracket or a quote that is missing"),
]
EXTRA, UNENDED, CONTROL = "Extra data", "Unterminated string", "Invalid control character"


def probable_cause(text: str, error: json.JSONDecodeError, first_line: int = 1) -> str:
    """Return the line of a fault, its probable cause and what to do, and at the end what the parser says.

    ``first_line`` is the number of the text's own first line.
    """
    # The parser stops at the bracket, which may be some lines below the comma that is to be taken out.
    at = len(text[: error.pos].rstrip()) - 1
    at = at if text[at : at + 1] == "," and text[error.pos : error.pos + 1] in ("]", "}") else error.pos
    line, stopped = (first_line + text.count("\n", 0, place) for place in (at, error.pos))
    return f"line {line}: {_cause(text, error)} ({error.msg}: line {stopped} column {error.colno})"


def _cause(text: str, error: json.JSONDecodeError) -> str:
    before, after = text[max(0, error.pos - 200) : error.pos], text[error.pos : error.pos + 200]
    if error.msg.startswith((UNENDED, CONTROL)):
        rest = text[error.pos :].partition("\n")[0] if error.msg.startswith(UNENDED) else before.rpartition("\n")[2]
        if any(quote in rest for quote in TYPOGRAPHIC):
            return 'a text ends with a typographic quote. Write straight ones: "'
        return "a text is not closed on its line. Write the quote, or \\n for a line break"
    if error.msg.startswith(EXTRA):
        return "something follows the end. Take it out, or put all in one array"
    for just_before, there, cause in CAUSES:
        if re.search(just_before, before) and re.match(there, after):
            return cause
    return "it cannot be read from here on. Mend it there"
