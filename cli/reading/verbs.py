"""The verbs of the command line, and the options that each takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from cli.reading.options import DECLARED, INPUTS

__all__ = ["ALWAYS", "CHOOSING", "VERBS", "Verb"]

# What chooses among a source's posts.
CHOOSING = ("limit", "since", "only", "exclude", "with_images")
# What says which batch is meant: its source, or its name.
_BATCH = {"source", "kind", *CHOOSING, *INPUTS}
# What says which batch is meant that was made before: its source or its name, and where it is.
_MADE = ("source", "kind", "name", "on", "address")
_HERE = {"brand", "quality", "max_cost", "max_images"}
# Every verb takes these.
ALWAYS = frozenset({"folder", "env_file", "verbose"})


@dataclass(frozen=True)
class Verb:
    """One thing to do. ``about`` completes "it will ..."; ``options`` are the names of those that it takes."""

    about: str
    options: frozenset[str]


def _verb(about: str, *options: str) -> Verb:
    return Verb(about, frozenset(options) | ALWAYS)


VERBS: Mapping[str, Verb] = {
    "init": _verb(
        "write covers.toml for the blog in this folder, and ask what it cannot find", "source", "covers", "models"
    ),
    "plan": _verb(
        "show what draw would make and what it would cost",
        *_BATCH,
        *_HERE,
        "covers",
        "json",
        "on",
        "plan",
        "crash",
        "all",
    ),
    "draw": _verb(
        "draw what is missing, give each post a cover, and write the site's files",
        *(_BATCH | _HERE),
        *("covers", "json", "on", "plan", "crash", "all"),
    ),
    "choose": _verb("open the page, and make each choice there the cover at once", *_MADE, *_HERE, "covers"),
    "export": _verb("write the site's files again, as after a choice", *_MADE, "covers"),
    "status": _verb("count posts, covers, older looks, and dollars", *_MADE, "spent", "json"),
    "open": _verb("open the page to look at it", *_MADE),
}
assert all(verb.options <= DECLARED.keys() for verb in VERBS.values())  # noqa: S101
