"""Keys under which finished work is found instead of being done again.

An original's key is a digest of everything that was asked for, so an equal request finds it, however the prompt is
worded by then. A thumbnail's key is readable, and ends in a digest of everything that determines the JPEG.
"""

import hashlib
import json
import unicodedata

__all__ = [
    "BATCHES_KEY",
    "CLAIMS",
    "START_PAGE_KEY",
    "account",
    "batch_id",
    "cover_key",
    "is_slug",
    "ledger_key",
    "manifest_key",
    "original_key",
    "page_key",
    "slug",
    "thumbnail_key",
    "unusable_key",
]

# A made slug's limit, in bytes of UTF-8.
MADE_BYTES = 80
# A given slug's, in characters and bytes: a file system allows 255 for a name, of which a cover's needs some more.
MOST_CHARACTERS, MOST_BYTES = 100, 240
# What turns the character before it into an emoji: variation selectors and the keycap.
EMOJI_MARKS = frozenset("\ufe0e\ufe0f\u20e3")
START_PAGE_KEY = "index.html"
BATCHES_KEY = "batches/index.json"
# The folder of claims, the only objects that a worker may delete.
CLAIMS = "claims/"


def original_key(*, served_by: str, identity: str, size: str, quality: str, variation: int) -> str:
    """Return the key of the provider's bytes, such as ``"gpt-image-2/5f0c...e1"``.

    ``identity`` is what was asked for, whatever words the prompt put it in.
    """
    return f"{served_by}/{_digest(served_by, identity, size, quality, variation)}"


def thumbnail_key(
    *,
    original: str,
    title: str,
    drawn: str,
    model: str,
    style: str,
    template: str,
    font: str,
    compositor_version: int,
    brand: str = "",
) -> str:
    """Return the key of a finished JPEG, such as ``"neon/why-fan-out/gpt-image-2-0123456789ab.jpg"``.

    ``drawn`` is the title with the author's layout characters, such as no-break spaces; ``brand`` is a digest of the
    brand, or "" without one.
    """
    branded = [brand] if brand else []
    digest = _digest(original, drawn, template, font, compositor_version, *branded)[:12]
    return f"{style}/{slug(title)}/{model}-{digest}.jpg"


def ledger_key(original: str) -> str:
    """Return the key of an original's ledger."""
    return f"history/{original}.json"


def unusable_key(original: str, digest: str) -> str:
    """Return where an answer that is no picture is kept, by the digest of its bytes."""
    return f"unusable/{original}/{digest}"


def account(run: str, thumbnail: str) -> str:
    """Return the id under which a run's payments for one thumbnail are recorded: a digest that reveals neither."""
    return _digest(run, thumbnail)[:16]


def batch_id(request: object) -> str:
    """Return the id of a request (any JSON value). Equal requests have equal ids."""
    return _digest(request)[:16]


def manifest_key(batch: str) -> str:
    """Return the key of a batch's manifest."""
    return f"batches/{batch}/manifest.json"


def page_key(batch: str) -> str:
    """Return the key of a batch's gallery page."""
    return f"batches/{batch}/index.html"


def cover_key(slug: str) -> str:
    """Return the key of the cover of the post with this slug."""
    return f"covers/{slug}.jpg"


def slug(title: str, most_bytes: int = MADE_BYTES) -> str:
    """Return the title's letters and digits in lower case, joined by hyphens, at most ``most_bytes`` of UTF-8.

    Latin letters lose their accents; other scripts are kept, so that their titles stay readable.
    """
    plain = unicodedata.normalize("NFKD", title.casefold())
    plain = "".join(character for character in plain if not "\u0300" <= character <= "\u036f")
    kept = (
        character if unicodedata.category(character)[0] in "LNM" and character not in EMOJI_MARKS else "-"
        for character in unicodedata.normalize("NFC", plain)
    )
    words = "-".join(filter(None, "".join(kept).split("-")))
    return words.encode()[:most_bytes].decode(errors="ignore").strip("-") or "untitled"


def is_slug(text: str) -> bool:
    """Return whether a text is safe in a URL and as a file name.

    It may hold letters, digits and marks of any script, and ``-_.~``. It begins with a letter or digit and does not end
    in a dot, so it cannot name a hidden file or a folder above.
    """
    allowed = all(unicodedata.category(each)[0] in "LNM" or each in "-_.~" for each in text)
    fits = 0 < len(text) <= MOST_CHARACTERS and len(text.encode(errors="replace")) <= MOST_BYTES
    return allowed and fits and text[0].isalnum() and not text.endswith(".")


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
