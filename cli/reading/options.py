"""The command line's options: what there are, and how they are read, listed and completed."""

import argparse
import difflib
import re
import textwrap
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import shtab

from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from posts.posts import KINDS
from providers.prompt import STYLES
from providers.registry import MODELS
from tasks.requests import BatchRequest

__all__ = ["INPUTS", "SETTINGS", "Options", "flag", "given_inputs", "given_settings", "parse"]

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"

DESCRIPTION = """\
Make a thumbnail of every title by every model: the tasks that run on Render, in one
process here. Existing thumbnails are reused and never paid for again.
"""
VALID: dict[str, Iterable[str]] = {"models": MODELS, "styles": STYLES, "templates": TEMPLATES, "fonts": font_names()}
EPILOGUE = """\
Paths are relative to the folder that you call this from, and a file named .env there is
read. Without MINIO_ENDPOINT, images go to the folder THUMBNAILS_DIR (out, in the same
folder). Without OPENAI_API_KEY and GOOGLE_API_KEY, pictures are simulated.
docs/settings.md lists all settings.

Press Ctrl-C once to start nothing more and keep what is in progress, twice to stop
at once. Run the same command again to continue.

exit code:  0 every image is there; 1 an image was rejected or failed, or the store
            failed; 2 invalid input; 130 interrupted

examples:
  covers content/posts --limit 5 --plan
  covers https://blog.example.com/feed.xml --covers static/covers
  covers batch.json
  covers batch.json --plan
  covers content/posts --on blog-thumbnails
  covers --title "Hello" --model gpt-image-2 \\
         --style neon --template center-box --font inter
"""
# The groups of the help, by their first option.
GROUPS = {
    "kind": "the posts",
    "prompts": "the request, on its own or in place of what the source says",
    "on": "what to do and show",
}


def _text(text: str) -> str:
    """Return the text unless it is blank: a shell variable that is not set must not change what is asked for."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the value is empty. Give one; if it comes from a shell variable, set that")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def _option(about: str | None = None, metavar: str | None = None, **more: Any) -> Any:
    """Return an option as a dataclass's field; ``more`` is argparse's, but for ``flag``, ``valid`` and ``complete``."""
    shown = {"metavar": metavar} if metavar else {}
    return field(metadata={"help": about, **shown, **more})


@dataclass(frozen=True)
class Options:
    """What the command line says. An option that is not given is None, or False if it has no value.

    Any name of a model or style is accepted: the request is checked later, and as a whole. Only the modes that ``on``
    and ``choose`` choose read these two.
    """

    source: str | None = _option(
        "a folder of Markdown posts, a feed (file or address), CSV, a list of titles, JSON or JSON Lines, "
        "generateBatch's own input, or - for standard input",
        flag="source",
        nargs="?",
        type=_text,
        complete=shtab.FILE,
    )
    kind: str | None = _option(
        f"what the source is, if its content does not tell: {', '.join(KINDS)}", "KIND", valid=KINDS
    )
    limit: int | None = _option("only the first N posts", "N", type=int)
    since: str | None = _option("only posts from this day on, such as 2026-01-31", "DATE")
    only: str | None = _option(
        "only posts with this text in their title or slug, or only the one with this slug", "TEXT", type=_text
    )
    exclude: str | None = _option("no posts with this text in their title or slug", "TEXT", type=_text)
    with_images: bool = _option("posts with a picture of their own, too", action="store_true")
    prompts: list[str] | None = _option("a title; may be repeated", "TEXT", flag="--title", action="append")
    models: list[str] | None = _option("a model; may be repeated", "ID", flag="--model", action="append", valid=MODELS)
    style: str | None = _option(metavar="NAME", valid=STYLES)
    template: str | None = _option(metavar="NAME", valid=TEMPLATES)
    font: str | None = _option(metavar="NAME", valid=font_names())
    context: str | None = _option("what the posts are about", "TEXT", type=_text)
    extra_prompt: str | None = _option("further guidelines for the pictures", "TEXT", type=_text)
    variation: int | None = _option("1, 2, ...: another picture, paid for again", "N", type=int)
    max_cost: str | None = _option("the most that a run may cost, in US dollars", "USD", type=_text)
    on: str = _option("run on Render, in this workflow; needs only RENDER_API_KEY", "SLUG", type=_text)
    plan: bool = _option("show what a run would make and cost, and do nothing", action="store_true")
    choose: Path = _option("apply the choices that a batch's page saved", "FILE", type=_path, complete=shtab.FILE)
    covers: Path | None = _option(
        "copy the covers to a folder, as <slug>.jpg", "DIR", type=_path, complete=shtab.DIRECTORY
    )
    json: bool = _option("print the result as JSON, and nothing else, to stdout", action="store_true")
    crash: str | None = _option(
        "fail one model's first attempt for each title, to watch the retry (the first model unless named)",
        "ID",
        nargs="?",
        const="",
        valid=MODELS,
    )
    env_file: list[Path] | None = _option(
        "read the environment from this file instead of .env; may be repeated",
        "FILE",
        action="append",
        type=_path,
        complete=shtab.FILE,
    )
    verbose: bool = _option("show the tasks' log, every image, and tracebacks", short=("-v",), action="store_true")

    @property
    def given(self) -> dict[str, str]:
        """What is given, by name: the option, or the source itself."""
        names = [name for name, value in vars(self).items() if value is not None and value is not False]
        return {name: flag(name) for name in names} | ({"source": self.source} if self.source else {})


OURS = {"flag", "short", "valid", "complete"}
DECLARED = {each.name: each.metadata for each in fields(Options)}
# The options that give generateBatch's inputs, and those that give settings.
INPUTS = [name for name in DECLARED if name in BatchRequest.__dataclass_fields__]
SETTINGS = {"MAX_COST_USD": "max_cost", "CRASH_FIRST_ATTEMPT_OF_MODEL": "crash"}


def flag(name: str) -> str:
    """Return an option as it is written, such as ``--extra-prompt``."""
    return DECLARED[name].get("flag") or f"--{name.replace('_', '-')}"


def parse(arguments: Iterable[str]) -> Options:
    """Return the options. Ends the process if they are invalid, or ask for help, the version or completion."""
    parser = _parser()
    given, unknown = parser.parse_known_args(list(arguments))
    if unknown:
        near = difflib.get_close_matches(unknown[0], sorted(set(re.findall(r"--[a-z-]+", parser.format_help()))), n=2)
        parser.error(f"unknown argument {unknown[0]}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
    values = vars(given)
    if shell := values.pop("print_completion"):
        print(shtab.complete(_parser(completing=True), shell))
        raise SystemExit(0)
    return Options(**values)


def given_inputs(options: Options) -> dict[str, object]:
    """Return the inputs of generateBatch that options give."""
    return {name: value for name in INPUTS if (value := getattr(options, name)) is not None}


def given_settings(options: Options) -> dict[str, str]:
    """Return the variables that options give."""
    return {variable: value for variable, name in SETTINGS.items() if (value := getattr(options, name))}


def _parser(*, completing: bool = False) -> argparse.ArgumentParser:
    """Return the parser; for completion, one that knows the valid names."""
    parser = argparse.ArgumentParser(
        prog="covers",
        usage="%(prog)s [source] [options]; --help lists them",
        allow_abbrev=False,
        description=DESCRIPTION,
        epilog="\n".join(_listed(kind, valid) for kind, valid in VALID.items()) + f"\n\n{EPILOGUE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group: argparse._ActionsContainer = parser
    for name, declared in DECLARED.items():
        if name in GROUPS:
            group = parser.add_argument_group(GROUPS[name])
        more = {key: value for key, value in declared.items() if key not in OURS}
        if completing and "valid" in declared:
            more["choices"] = list(declared["valid"])
        if flag(name) != name:
            more["dest"] = name
        action = group.add_argument(*declared.get("short", ()), flag(name), **more)
        if "complete" in declared:
            action.complete = declared["complete"]  # type: ignore[attr-defined]
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    group.add_argument("--version", action="version", version=f"blog-thumbnails {version}")
    completion = "print what completes this command; see docs/command-line.md"
    group.add_argument("--print-completion", choices=("bash", "zsh"), help=completion)
    return parser


def _listed(kind: str, names: Iterable[str]) -> str:
    return textwrap.fill(f"{kind + ':':<12}{', '.join(names)}", 80, subsequent_indent=12 * " ", break_on_hyphens=False)
