"""The command line's options: what there are, and what each is for. All but a few can stand in covers.toml too."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import shtab

from batch.requests import BatchRequest
from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from posts.posts import KINDS
from providers.registry import MODELS
from settings import OPENAI_QUALITIES
from styles import STYLES

__all__ = [
    "DECLARED",
    "INPUTS",
    "OF_THE_SOURCE",
    "OURS",
    "SETTINGS",
    "Options",
    "flag",
    "given_inputs",
    "given_settings",
    "key",
    "place",
]


def _text(text: str) -> str:
    """Return the text unless it is blank: a shell variable that is not set must not change what is asked for."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the value is empty. Give one; if it comes from a shell variable, set that")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _option(about: str | None = None, metavar: str | None = None, **more: Any) -> Any:
    """Return an option as a dataclass's field. ``more`` is argparse's, but for what ``OURS`` names.

    Those are ``flag``, ``short`` and ``key``, if the field's name is not the option's here or in covers.toml;
    ``valid`` and ``complete``, for completion; ``once``, if it cannot stand in covers.toml; ``unquoted``, the types
    that may stand there for a text.
    """
    shown = {"metavar": metavar} if metavar else {}
    return field(metadata={"help": about, **shown, **more})


@dataclass(frozen=True)
class Options:
    """What the command line and covers.toml say. An option that neither gives is None, or False if it has no value.

    Any name of a model or style is accepted: the request is checked later, and as a whole. Only the modes that ``on``
    and ``choose`` choose read these two. ``places`` says of what covers.toml gives where it stands there.
    """

    source: str | None = _option(
        "a folder of Markdown posts, a feed (file or address), CSV, a list of titles, JSON or JSON Lines, "
        "generateBatch's own input, or - for standard input; covers.toml's, if none is given",
        flag="source",
        type=_text,
        complete=shtab.FILE,
    )
    kind: str | None = _option(
        f"what the source is, if its content does not tell: {', '.join(KINDS)}", "KIND", valid=KINDS
    )
    limit: int | None = _option("only the first N posts", "N", type=int)
    since: str | None = _option("only posts from this day on, such as 2026-01-31", "DATE", unquoted=(date,))
    only: str | None = _option(
        "only posts with this text in their title or slug, or only the one with this slug", "TEXT", type=_text
    )
    exclude: str | None = _option("no posts with this text in their title or slug", "TEXT", type=_text)
    with_images: bool = _option("posts with a picture of their own, too", action="store_true")
    prompts: list[str] | None = _option(
        "a title in place of a source; may be repeated", "TEXT", flag="--title", key="titles", action="append"
    )
    name: str | None = _option("the page's name, in place of the source's", "TEXT", type=_text)
    models: list[str] | None = _option(
        "a model; may be repeated", "ID", flag="--model", key="models", action="append", valid=MODELS
    )
    style: str | None = _option(metavar="NAME", valid=STYLES)
    template: str | None = _option(metavar="NAME", valid=TEMPLATES)
    font: str | None = _option(metavar="NAME", valid=font_names())
    brand: Path | None = _option("the folder of your brand: logo, colours, font", "DIR", type=_path)
    quality: str | None = _option(
        "OpenAI's: low, medium, high, auto, for some models xhigh and max", "NAME", type=_text, valid=OPENAI_QUALITIES
    )
    context: str | None = _option("what the posts are about", "TEXT", type=_text)
    extra_prompt: str | None = _option("further guidelines for the pictures", "TEXT", type=_text)
    variation: int | None = _option("1, 2, ...: another picture, paid for again", "N", type=int)
    redraw: list[str] | None = _option(
        "another picture of this post, paid for; may be repeated", "SLUG", action="append", type=_text, once=True
    )
    refresh_covers: bool = _option(
        "set every cover anew in the present look, from its own picture", action="store_true", once=True
    )
    all: bool = _option("pay for new pictures of posts that have a cover, unasked", action="store_true", once=True)
    max_cost: str | None = _option(
        "the most that a run may cost, in US dollars", "USD", type=_text, unquoted=(int, float)
    )
    max_images: int | None = _option("refuse more new pictures; 50 unless set", "N", type=int)
    covers: Path | None = _option(
        "the site's folder for the covers, as <slug>.jpg", "DIR", type=_path, complete=shtab.DIRECTORY
    )
    on: str | None = _option("run on Render, in this workflow; needs only RENDER_API_KEY", "SLUG", type=_text)
    address: str | None = _option(
        "where Render's covers are public: the page's address up to batches/", "URL", type=_text
    )
    folder: Path | None = _option(
        "work in this folder, such as your blog's", "FOLDER", flag="-C", type=_path, once=True, complete=shtab.DIRECTORY
    )
    choose: Path | None = _option(
        "apply the choices that a page saved as a file", "FILE", type=_path, once=True, complete=shtab.FILE
    )
    env_file: list[Path] | None = _option(
        "read the environment from this file instead of .env; may be repeated",
        "FILE",
        action="append",
        type=_path,
        complete=shtab.FILE,
    )
    spent: bool = _option("what all batches in the store cost, by month and model", action="store_true", once=True)
    json: bool = _option("print the result as JSON, and nothing else, to stdout", action="store_true")
    verbose: bool = _option(
        "show the tasks' log, every image and address, and tracebacks", short=("-v",), action="store_true"
    )
    plan: bool = _option("the same as the verb plan", action="store_true", once=True)
    crash: str | None = _option(
        "fail one model's first attempt for each title, to watch the retry (the first model unless named)",
        "ID",
        nargs="?",
        const="",
        valid=MODELS,
        once=True,
    )
    verb: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, str]:
        """What the command line gives, by name: the option, or the source itself."""
        said = [name for name in DECLARED if name not in self.places and self.has(name)]
        return {name: flag(name) for name in said} | ({"source": str(self.source)} if "source" in said else {})

    def has(self, name: str) -> bool:
        """Return whether the command line or covers.toml gives an option."""
        return getattr(self, name) is not None and getattr(self, name) is not False


# What is not argparse's in an option's declaration.
OURS = frozenset({"flag", "key", "short", "valid", "complete", "once", "unquoted"})
DECLARED = {each.name: each.metadata for each in fields(Options) if each.metadata}
# The options that give generateBatch's inputs, and those that give settings.
INPUTS = [name for name in DECLARED if name in BatchRequest.__dataclass_fields__]
SETTINGS = {
    "BRAND_DIR": "brand",
    "OPENAI_IMAGE_QUALITY": "quality",
    "MAX_COST_USD": "max_cost",
    "MAX_IMAGES_PER_BATCH": "max_images",
    "CRASH_FIRST_ATTEMPT_OF_MODEL": "crash",
}
# What covers.toml says of its own source, and of no other.
OF_THE_SOURCE = frozenset(
    {"source", "kind", "limit", "since", "only", "exclude", "with_images", "name", "prompts", "covers"}
)


def flag(name: str) -> str:
    """Return an option as it is written on the command line, such as ``--extra-prompt``."""
    return DECLARED[name].get("flag") or f"--{name.replace('_', '-')}"


def place(name: str, options: Options) -> str:
    """Return what gave an option: itself on the command line, or its line in covers.toml."""
    return options.places.get(name) or flag(name)


def key(name: str) -> str:
    """Return an option as it is written in covers.toml, such as ``extra_prompt``."""
    return DECLARED[name].get("key") or flag(name).lstrip("-").replace("-", "_")


def given_inputs(options: Options, *, by_file: bool = True) -> dict[str, object]:
    """Return the inputs of generateBatch that options give; without ``by_file``, only the command line's."""
    names = [name for name in INPUTS if by_file or name not in options.places]
    return {name: getattr(options, name) for name in names if options.has(name)}


def given_settings(options: Options) -> dict[str, str]:
    """Return the variables that options give."""
    return {
        variable: str(value)
        for variable, name in SETTINGS.items()
        if (value := getattr(options, name)) not in (None, "")
    }
