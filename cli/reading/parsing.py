"""Reads the command line: its words, its options, its help, and what completes it."""

import argparse
import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import shtab

from cli.reading.help import GROUPS, OVERVIEW, OVERVIEW_END, USAGE, about, names
from cli.reading.options import DECLARED, OURS, Options, flag
from cli.reading.verbs import ALWAYS, VERBS

__all__ = ["OWN", "help_of", "parse"]

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
CALL = GROUPS["folder"]
VERSION = tomllib.loads(PROJECT.read_text())["project"]["version"]
# The options that are none of a run's.
OWN: dict[tuple[str, ...], dict[str, Any]] = {
    ("-h", "--help"): {"action": "store_true", "help": "show this, and exit"},
    ("--names",): {"action": "store_true", "help": "list models, styles, templates and fonts, and exit"},
    ("--version",): {"action": "version", "version": f"blog-thumbnails {VERSION}", "help": "show it, and exit"},
    ("--print-completion",): {
        "choices": ("bash", "zsh"),
        "help": "print what completes this command; see docs/command-line.md",
    },
}


def parse(arguments: Iterable[str]) -> Options:
    """Return what the command line gives. Ends the process if that is invalid, or asks for help, names or version."""
    parser = _parser(DECLARED, OWN)
    given, unknown = parser.parse_known_intermixed_args(list(arguments))
    values = vars(given)
    words, asks_for_help, shell = (values.pop(name) for name in ("words", "help", "print_completion"))
    verb = words[0] if words and words[0] in VERBS else ""
    if asks_for_help:
        _end_with(help_of(verb))
    if values.pop("names"):
        _end_with(names())
    if unknown:
        known = [*map(flag, DECLARED), *(long for *_, long in OWN)]
        parser.error(f"unknown argument {unknown[0]}{_near(unknown[0], known)}")
    if shell:
        _end_with(shtab.complete(_parser(DECLARED, OWN, completing=True), shell))
    source = _source(parser.error, words[1:] if verb else words, verb, values["folder"])
    return Options(**values, source=source, verb=verb)


def help_of(verb: str = "") -> str:
    """Return what ``covers VERB --help`` prints; without a verb, the verbs and what belongs to none of them."""
    if not verb:
        return _parser(ALWAYS | {"choose"}, OWN, description=OVERVIEW, epilog=OVERVIEW_END).format_help().rstrip()
    usage = USAGE.replace("[verb]", verb)
    return _parser(VERBS[verb].options - ALWAYS, [*OWN][:1], usage, description=about(verb)).format_help().rstrip()


def _end_with(text: str) -> None:
    print(text, flush=True)
    raise SystemExit(0)


def _source(fail: Callable[[str], Any], words: list[str], verb: str, folder: Path | None) -> str | None:
    """Return the word that names the source, if there is one. A source with a verb's name is written as ``./draw``."""
    if len(words) > 1:
        fail(f"unknown verb {words[0]}{_near(words[0], VERBS)}" if not verb else f"unknown argument {words[1]}")
    if words and not verb and (near := _near(words[0], VERBS)) and not (folder or Path()).joinpath(words[0]).exists():
        fail(f"{words[0]} is neither a verb nor a file here{near}")
    return words[0] if words else None


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=2)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _parser(
    shown: Collection[str], own: Iterable[tuple[str, ...]], usage: str = USAGE, *, completing: bool = False, **more: str
) -> argparse.ArgumentParser:
    """Return a parser of these options, in their groups; for completion, one that knows the valid names."""
    parser = argparse.ArgumentParser(
        prog="covers",
        usage=usage,
        allow_abbrev=False,
        add_help=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        **more,  # type: ignore[arg-type]
    )
    groups: dict[str, argparse._ActionsContainer] = {}
    title = ""
    for name, declared in DECLARED.items():
        title = GROUPS.get(name, title)
        if name in shown:
            group = groups.setdefault(title, groups.get(title) or parser.add_argument_group(title))
            _add(group, name, declared, completing=completing)
    for flags in own:
        groups.get(CALL, parser).add_argument(*flags, **OWN[flags])
    return parser


def _add(group: argparse._ActionsContainer, name: str, declared: Mapping[str, Any], *, completing: bool) -> None:
    more = {key: value for key, value in declared.items() if key not in OURS}
    if completing and "valid" in declared:
        more["choices"] = list(declared["valid"])
    if name == "source":
        more |= {"choices": list(VERBS)} if completing else {}
        action = group.add_argument("words", nargs="*", metavar="source", **more)
    else:
        action = group.add_argument(*declared.get("short", ()), flag(name), dest=name, **more)
    if "complete" in declared:
        action.complete = declared["complete"]  # type: ignore[attr-defined]
