"""Mends XML that is not well-formed as readers of feeds do: bare ampersands, HTML's entities, tags that do not match.

What it returns is parsed as safely as any other XML: a document type with entities of its own is refused there.
"""

import html
import re
from html.entities import html5

__all__ = ["mended", "without_forbidden"]

# What XML 1.0 forbids, raw and as a reference.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
AMPERSAND = re.compile(r"&(?:#x?[0-9a-fA-F]{1,8};|([A-Za-z][A-Za-z0-9]{1,31};)|)")
OF_XML = ("amp;", "lt;", "gt;", "quot;", "apos;")
VALUE = r"\"[^\"<]{0,5000}\"|'[^'<]{0,5000}'"
MARKUP = re.compile(
    rf"""(?P<data><!\[CDATA\[.*?(?:\]\]>|\Z)) | <!--.*?(?:-->|\Z) | <\?.*?(?:\?>|\Z)
      | (?P<type><!DOCTYPE[^<>\[]*(?:\[[^\]]{{0,2000}}\]\s*)?>)
      | </(?P<end>[A-Za-z_][\w:.-]*)\s*>
      | <(?P<start>[A-Za-z_][\w:.-]*)(?P<attributes>(?:{VALUE}|[^<>"']|["']){{0,5000}}?)(?P<empty>/?)>
      | (?P<text>[^<]+|<)""",
    re.VERBOSE | re.DOTALL,
)
ATTRIBUTE = re.compile(rf"([A-Za-z_][\w:.-]*)\s*=\s*({VALUE}|[^\s\"'<>]+)")
ENTRIES = ("item", "entry")
# No feed nests deeper; its parser refuses it.
MAX_DEPTH = 200
# The namespaces that feeds use, by the prefixes under which some forget to declare them.
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "wp": "http://wordpress.org/export/1.2/",
}


def without_forbidden(text: str) -> tuple[str, int]:
    """Return a text without the characters that XML forbids, and how many there were, raw or as references."""
    text, raw = FORBIDDEN.subn("", text)
    count = 0

    def allowed(found: re.Match[str]) -> str:
        nonlocal count
        number = int(found[1], 16) if found[1] else int(found[2])
        if number < 0x110000 and not FORBIDDEN.match(chr(number)):
            return found[0]
        count += 1
        return ""

    return REFERENCE.sub(allowed, text), raw + count


def mended(text: str) -> tuple[str, bool]:
    """Return well-formed XML for a text that is not, and whether it lost a last entry that has no end."""
    mending = _Mending()
    for found in MARKUP.finditer(text):
        if not mending.takes(found):
            break
    return mending.finished(text)


class _Mending:
    """The well-formed beginning of a document, and its elements that are still open."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._opened: list[str] = []
        self._prefixes: dict[str, None] = {}
        # Where in the output the root's name ends, and where the last entry begins.
        self._root = self._entry = 0

    def takes(self, found: re.Match[str]) -> bool:
        """Add a piece of the text. Return False instead at what others add after its end, and where no feed nests."""
        start, end = found["start"], found["end"]
        if start and ((self._root and not self._opened) or len(self._opened) > MAX_DEPTH):
            return False
        if start:
            self._open(start, found["attributes"])
        if found["empty"] or end in self._opened:
            self._close(end or start)
        elif found["text"] and self._opened:
            self._out.append(_escaped(found["text"]))
        elif found["data"] or found["type"]:
            self._out.append(found[0] if found["type"] or found[0].endswith("]]>") else f"{found[0]}]]>")
        return True

    def finished(self, text: str) -> tuple[str, bool]:
        """Return the document with its end, and whether an entry was cut off; ``text`` is the original."""
        cut = next((number for number, name in enumerate(self._opened) if name in ENTRIES), None)
        if cut is not None:
            del self._out[self._entry :], self._opened[cut:]
        declared = [f' xmlns:{name}="{NAMESPACES.get(name, f"urn:undeclared:{name}")}"' for name in self._prefixes]
        self._out[self._root : self._root] = [each for each in declared if f"{each.partition('=')[0]}=" not in text]
        return "".join([*self._out, *(f"</{name}>" for name in reversed(self._opened))]), cut is not None

    def _open(self, name: str, attributes: str) -> None:
        if name in ENTRIES and name in self._opened:
            self._close(name)
        if name in ENTRIES:
            self._entry = len(self._out)
        self._root = self._root or len(self._out) + 1
        self._out += [f"<{name}", _attributes(attributes, self._prefixes), ">"]
        self._opened.append(name)
        self._prefixes |= _prefix(name)

    def _close(self, name: str) -> None:
        """Close the last open element of a name, and those in it."""
        while (last := self._opened.pop()) != name:
            self._out.append(f"</{last}>")
        self._out.append(f"</{name}>")


def _attributes(text: str, prefixes: dict[str, None]) -> str:
    attributes: dict[str, str] = {}
    for name, value in ATTRIBUTE.findall(text):
        attributes.setdefault(name, value.strip("\"'") if value[0] in "\"'" else value)
        prefixes |= {} if name.startswith("xmlns") else _prefix(name)
    return "".join(f' {name}="{html.escape(html.unescape(value))}"' for name, value in attributes.items())


def _prefix(name: str) -> dict[str, None]:
    prefix, colon, _ = name.partition(":")
    return {prefix: None} if colon and prefix != "xml" else {}


def _escaped(text: str) -> str:
    return AMPERSAND.sub(_reference, text).replace("<", "&lt;").replace("]]>", "]]&gt;")


def _reference(found: re.Match[str]) -> str:
    """Return a reference that XML knows, for HTML's entities their characters, and for a bare ampersand its own."""
    name = found[1]
    if name in OF_XML or (found[0].endswith(";") and not name):
        return found[0]
    return html.escape(html5[name]) if name in html5 else f"&amp;{found[0][1:]}"
