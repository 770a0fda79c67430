"""The command line's options: how they are read, listed and completed, and how an error names them."""

import argparse
import difflib
import re
import textwrap
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shtab

from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from errors import InvalidRequestError, SettingsError
from posts.posts import KINDS
from providers.registry import MODELS
from styles import STYLES

__all__ = ["given_inputs", "parse", "refuse_beside_choose", "with_option_names"]

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
# The shell function whose options are completed, as `python -m local` is three words. docs/covers.md defines it.
FUNCTION = "covers"

DESCRIPTION = """\
Make a thumbnail of every title by every model: the tasks that run on Render, in one
process here. Existing thumbnails are reused and never paid for again.
"""
VALID: dict[str, Iterable[str]] = {"models": MODELS, "styles": STYLES, "templates": TEMPLATES, "fonts": font_names()}
EPILOGUE = """\
Without MINIO_ENDPOINT, images go to the folder THUMBNAILS_DIR (out). Without
OPENAI_API_KEY and GOOGLE_API_KEY, pictures are simulated. docs/settings.md lists all
settings; a file named .env in the current folder is read as well.

Press Ctrl-C once to start nothing more and keep what is in progress, twice to stop
at once. Run the same command again to continue.

exit code:  0 every image is there; 1 an image was rejected or failed, or the store
            failed; 2 invalid input; 130 interrupted

examples:
  python -m local content/posts --limit 5 --plan
  python -m local https://blog.example.com/feed.xml --covers static/covers
  python -m local batch.json
  python -m local batch.json --plan
  python -m local content/posts --on blog-thumbnails
  python -m local --title "Hello" --model gpt-image-2 \\
                  --style neon --template center-box --font inter
"""
# The option that gives each of generateBatch's inputs.
INPUTS = {
    "prompts": "--title",
    "models": "--model",
    "style": "--style",
    "template": "--template",
    "font": "--font",
    "context": "--context",
    "extra_prompt": "--extra-prompt",
    "variation": "--variation",
}
# The option that gives each setting.
SETTINGS = {"MAX_COST_USD": ("max_cost", "--max-cost"), "CRASH_FIRST_ATTEMPT_OF_MODEL": ("crash", "--crash")}


def parse(arguments: Iterable[str]) -> argparse.Namespace:
    """Return the options. Ends the process if they are invalid, or ask for help, the version or completion."""
    parser = _parser()
    options, unknown = parser.parse_known_args(list(arguments))
    if unknown:
        near = difflib.get_close_matches(unknown[0], sorted(set(re.findall(r"--[a-z-]+", parser.format_help()))), n=2)
        parser.error(f"unknown argument {unknown[0]}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
    if options.print_completion:
        print(shtab.complete(_parser(FUNCTION, completing=True), options.print_completion))
        raise SystemExit(0)
    return options


def given_inputs(options: argparse.Namespace) -> dict[str, Any]:
    """Return the inputs of generateBatch that options give."""
    return {name: value for name in INPUTS if (value := getattr(options, name)) is not None}


def refuse_beside_choose(options: argparse.Namespace) -> None:
    """Refuse what ``--choose``, which only applies choices, would ignore.

    Raises:
        InvalidRequestError: naming all of it.
    """
    ignored = {"source": options.source, **{option: getattr(options, name) for name, option in INPUTS.items()}}
    for name in ("kind", "limit", "since", "only", "max_cost", "plan", "covers", "json", "crash"):
        ignored[f"--{name.replace('_', '-')}"] = getattr(options, name)
    given = [str(value) if name == "source" else name for name, value in ignored.items() if value not in (None, False)]
    if options.choose and given:
        raise InvalidRequestError([f"--choose only applies choices: give {', '.join(given)} in a command of its own"])


def with_option_names(error: InvalidRequestError, options: argparse.Namespace) -> InvalidRequestError:
    """Return the error with inputs and settings named by the options that gave them."""
    names = {name: INPUTS[name] for name in INPUTS if options.source is None or getattr(options, name) is not None}
    faults = list(error.faults)
    if names:
        place = re.compile(rf"(?:^|\b(?=\w+\[))({'|'.join(names)})\b(\[\d+\])?")
        faults = [place.sub(lambda found: names[found[1]], fault) for fault in faults]
    for name, (dest, option) in SETTINGS.items():
        if getattr(options, dest) is not None and not options.on:  # With --on, a setting is the worker's.
            faults = [fault.replace(name, option) for fault in faults]
    if faults == list(error.faults):
        return error
    return InvalidRequestError(faults) if isinstance(error, SettingsError) else type(error)(faults)


def _parser(prog: str = "python -m local", *, completing: bool = False) -> argparse.ArgumentParser:
    """Return the parser. It accepts any name of a model or style: the request is checked later, and as a whole."""

    def names(valid: Iterable[str]) -> list[str] | None:
        return list(valid) if completing else None

    parser = argparse.ArgumentParser(
        prog=prog,
        usage="%(prog)s [source] [options]; --help lists them",
        allow_abbrev=False,
        description=DESCRIPTION,
        epilog="\n".join(_listed(kind, valid) for kind, valid in VALID.items()) + f"\n\n{EPILOGUE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        nargs="?",
        type=_text,
        help="a folder of Markdown posts, a feed (file or address), CSV, a list of titles, JSON or JSON Lines, "
        "generateBatch's own input, or - for standard input",
    ).complete = shtab.FILE  # type: ignore[attr-defined]
    source = parser.add_argument_group("the posts")
    source.add_argument(
        "--kind",
        metavar="KIND",
        choices=names(KINDS),
        help=f"what the source is, if its content does not tell: {', '.join(KINDS)}",
    )
    source.add_argument("--limit", type=int, metavar="N", help="only the first N posts")
    source.add_argument("--since", metavar="DATE", help="only posts from this day on, such as 2026-01-31")
    source.add_argument("--only", type=_text, metavar="TEXT", help="only posts with this text in their title or slug")
    request = parser.add_argument_group("the request, on its own or in place of what the source says")
    request.add_argument("--title", action="append", dest="prompts", metavar="TEXT", help="a title; may be repeated")
    request.add_argument(
        "--model",
        action="append",
        dest="models",
        metavar="ID",
        choices=names(MODELS),
        help="a model; may be repeated",
    )
    request.add_argument("--style", metavar="NAME", choices=names(STYLES))
    request.add_argument("--template", metavar="NAME", choices=names(TEMPLATES))
    request.add_argument("--font", metavar="NAME", choices=names(font_names()))
    request.add_argument("--context", type=_text, metavar="TEXT", help="what the posts are about")
    request.add_argument("--extra-prompt", type=_text, metavar="TEXT", help="further guidelines for the pictures")
    request.add_argument("--variation", type=int, metavar="N", help="1, 2, ...: another picture, paid for again")
    request.add_argument(
        "--max-cost", type=_text, metavar="USD", help="refuse a request estimated to cost more, in US dollars"
    )
    output = parser.add_argument_group("what to do and show")
    output.add_argument(
        "--on", type=_text, metavar="SLUG", help="run on Render, in this workflow; needs only RENDER_API_KEY"
    )
    output.add_argument("--plan", action="store_true", help="show what a run would make and cost, and do nothing")
    output.add_argument(
        "--choose", type=_path, metavar="FILE", help="apply the choices that a batch's page saved"
    ).complete = shtab.FILE  # type: ignore[attr-defined]
    output.add_argument(
        "--covers", type=_path, metavar="DIR", help="copy the covers to a folder, as <slug>.jpg"
    ).complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    output.add_argument("--json", action="store_true", help="print the result as JSON, and nothing else, to stdout")
    output.add_argument(
        "--crash",
        nargs="?",
        const="",
        metavar="ID",
        choices=names(MODELS),
        help="fail one model's first attempt for each title, to watch the retry (the first model unless named)",
    )
    output.add_argument(
        "--env-file",
        action="append",
        type=_path,
        metavar="FILE",
        help="read the environment from this file instead of .env; may be repeated",
    ).complete = shtab.FILE  # type: ignore[attr-defined]
    output.add_argument("-v", "--verbose", action="store_true", help="show the tasks' log, every image, and tracebacks")
    output.add_argument("--version", action="version", version=f"blog-thumbnails {_version()}")
    output.add_argument(
        "--print-completion",
        choices=("bash", "zsh"),
        help=f"print what completes the shell function {FUNCTION}; see docs/covers.md",
    )
    return parser


def _listed(kind: str, names: Iterable[str]) -> str:
    return textwrap.fill(f"{kind + ':':<12}{', '.join(names)}", 80, subsequent_indent=12 * " ", break_on_hyphens=False)


def _version() -> str:
    return str(tomllib.loads(PROJECT.read_text())["project"]["version"])


def _text(text: str) -> str:
    """Return the text unless it is blank: a shell variable that is not set must not change what is asked for."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the value is empty. Give one; if it comes from a shell variable, set that")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))
