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
    out, opened = list[str](), list[str]()
    prefixes, root, entry = dict[str, None](), 0, 0
    for found in MARKUP.finditer(text):
        start, end = found["start"], found["end"]
        if start and ((root and not opened) or len(opened) > MAX_DEPTH):
            break  # What others add after the end, or no feed at all.
        if start:
            out += _closed(opened, start) if start in ENTRIES and start in opened else []
            root, entry = root or len(out) + 1, len(out) if start in ENTRIES else entry
            out += [f"<{start}", _attributes(found["attributes"], prefixes), ">"]
            opened.append(start)
            prefixes |= _prefix(start)
        if found["empty"] or end in opened:
            out += _closed(opened, end or start)
        elif found["text"]:
            out.append(_escaped(found["text"]) if opened else "")
        elif found["data"] or found["type"]:
            out.append(found[0] if found["type"] or found[0].endswith("]]>") else f"{found[0]}]]>")
    cut = next((number for number, name in enumerate(opened) if name in ENTRIES), None)
    if cut is not None:
        del out[entry:], opened[cut:]
    declared = [f' xmlns:{name}="{NAMESPACES.get(name, f"urn:undeclared:{name}")}"' for name in prefixes]
    out[root:root] = [each for each in declared if f"{each.partition('=')[0]}=" not in text]
    return "".join([*out, *(f"</{name}>" for name in reversed(opened))]), cut is not None


def _closed(opened: list[str], name: str) -> list[str]:
    """Return the end tags up to that of the last open element of a name, and forget those elements."""
    tags: list[str] = []
    while not tags or tags[-1] != f"</{name}>":
        tags.append(f"</{opened.pop()}>")
    return tags


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
