"""The command line of a local run: what it takes, and what it answers."""

import argparse
import asyncio
import io
import json
import logging
import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from errors import InvalidRequestError, StoppedError, ThumbnailError
from local.board import Board
from local.choices import apply_choices, read_choices, read_covers, write_covers
from local.engine import Engine
from local.interrupt import interruptible
from local.live import LiveView
from local.plan import make_plan
from local.progress import PlainProgress
from local.report import report
from posts.choose import choose
from posts.posts import KINDS
from posts.read import read_posts
from providers.prompt import STYLES
from providers.registry import MODELS
from settings import Settings, log_level, read_settings
from storage.choice import open_store
from storage.keys import page_key
from tasks import app, generate_batch
from tasks.checks import check_request
from tasks.posts import posts_of
from tasks.record import id_of
from tasks.requests import BatchRequest, bind

__all__ = ["main"]

ALL_THERE, SOME_MISSING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

DESCRIPTION = """\
Make a thumbnail of every title by every model, here and now: the same tasks as on
Render, in one process. What is there already is reused and never paid for again.
"""
VALID: dict[str, Iterable[str]] = {"models": MODELS, "styles": STYLES, "templates": TEMPLATES, "fonts": font_names()}
EPILOGUE = """\
Without MINIO_ENDPOINT the store is the directory THUMBNAILS_DIR (out). Without
OPENAI_API_KEY and GOOGLE_API_KEY the pictures are simulated. docs/settings.md has
all settings.

Ctrl-C once starts nothing more and keeps what is in progress; twice stops at once.
Run it again to go on.

exit code:  0 all there; 1 some pair failed or was rejected, or the store did;
            2 bad input; 130 interrupted

examples:
  python -m local content/posts --limit 5 --plan
  python -m local https://blog.example.com/feed.xml --covers static/covers
  python -m local batch.json
  python -m local batch.json --plan
  python -m local --title "Hello" --model gpt-image-2 \\
                  --style neon --template center-box --font inter
"""


def main(arguments: Sequence[str]) -> int:
    """Run a batch and return the exit code: 0 all there, 1 some image is not, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A title in letters that the terminal lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    screen = Console(stderr=True, highlight=False)
    _log_to(screen, verbose=options.verbose)
    try:
        cap = {"MAX_COST_USD": options.max_cost} if options.max_cost else {}
        settings = read_settings({**_local_environment(os.environ), **cap})
        if options.choose:
            print(asyncio.run(apply_choices(open_store(settings), read_choices(options.choose))))
            return ALL_THERE
        batch = _input(options, settings)
        if options.crash is not None:
            settings = replace(settings, crash_model=options.crash or _first_model(batch))
        request = check_request(BatchRequest, bind(BatchRequest, [], batch), settings, any_size=options.plan)
        if options.plan:
            return _plan(request, settings, options)
        code = _run(batch, request, settings, options, screen)
        if options.covers:
            covers = asyncio.run(read_covers(open_store(settings), id_of(request, settings)))
            changed = write_covers(covers, options.covers)
            print(f"covers:   {options.covers}, {len(changed)} changed", file=sys.stderr)
        return code
    except (ThumbnailError, OSError) as error:
        if options.verbose:
            screen.print_exception()
        print(error, file=sys.stderr)
        return BAD_INPUT if isinstance(error, InvalidRequestError) else SOME_MISSING
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Interrupted. What is finished stays; run it again to go on.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        allow_abbrev=False,
        description=DESCRIPTION,
        epilog="\n".join(_listed(kind, names) for kind, names in VALID.items()) + f"\n\n{EPILOGUE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        nargs="?",
        help="a folder of Markdown posts, a feed (file or address), CSV, a list of titles, JSON or JSON Lines, "
        "generateBatch's own input, or - for standard input",
    )
    source = parser.add_argument_group("the posts")
    source.add_argument(
        "--kind", metavar="KIND", help=f"what the source is, where that is not told: {', '.join(KINDS)}"
    )
    source.add_argument("--limit", type=int, metavar="N", help="the first so many posts")
    source.add_argument("--since", metavar="DATE", help="posts from this day on, such as 2026-01-31")
    source.add_argument("--only", metavar="TEXT", help="posts with this text in title or slug")
    request = parser.add_argument_group("the request, instead of a file or over what it says")
    request.add_argument("--title", action="append", dest="prompts", metavar="TEXT", help="a title; give it repeatedly")
    request.add_argument("--model", action="append", dest="models", metavar="ID", help="a model; give it repeatedly")
    for name in ("style", "template", "font"):
        request.add_argument(f"--{name}", metavar="NAME")
    request.add_argument("--context", metavar="TEXT", help="what the posts are about")
    request.add_argument("--extra-prompt", metavar="TEXT", help="further guidelines for the pictures")
    request.add_argument("--max-cost", metavar="USD", help="refuse what would cost more than so many US dollars")
    request.add_argument("--variation", type=int, metavar="N", help="another picture, to be paid for: 1, 2, ...")
    output = parser.add_argument_group("what it does and says")
    output.add_argument("--plan", action="store_true", help="say what a run would generate and pay for; do nothing")
    output.add_argument(
        "--choose", type=Path, metavar="FILE", help="make the choices that a page saved the posts' covers"
    )
    output.add_argument(
        "--covers", type=Path, metavar="DIR", help="bring the batch's covers to a folder, as <slug>.jpg"
    )
    output.add_argument("--json", action="store_true", help="print the result as JSON on standard output, and no more")
    output.add_argument(
        "--crash",
        nargs="?",
        const="",
        metavar="ID",
        help="let one model's first attempt fail in every row, to watch the retry (the first model unless named)",
    )
    output.add_argument("-v", "--verbose", action="store_true", help="show what the tasks log, and tracebacks")
    return parser


def _listed(kind: str, names: Iterable[str]) -> str:
    return textwrap.fill(f"{kind + ':':<12}{', '.join(names)}", 80, subsequent_indent=12 * " ", break_on_hyphens=False)


def _local_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with a store and a provider where none is named. On Render neither is ever chosen."""
    chosen = {name: text for name, text in environ.items() if text}
    if "MINIO_ENDPOINT" not in chosen:
        chosen.setdefault("THUMBNAILS_DIR", "out")
    if not chosen.keys() & {"OPENAI_API_KEY", "GOOGLE_API_KEY"}:
        chosen.setdefault("SIMULATE_PROVIDERS", "1")
    return chosen


def _log_to(screen: Console, *, verbose: bool) -> None:
    """Log to the screen without breaking what is drawn there."""
    level = log_level() if os.environ.get("LOG_LEVEL") else (logging.INFO if verbose else logging.WARNING)
    handler: logging.Handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    if screen.is_terminal:
        handler = RichHandler(console=screen, show_time=False, show_path=False, highlighter=None)
    if not verbose:
        handler.addFilter(lambda record: record.name != "tasks.progress")  # The view says the same.
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler])


def _input(options: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Return generateBatch's input by names: the source's, with what the options say in its place."""
    said = ("prompts", "models", "style", "template", "font", "context", "extra_prompt", "variation")
    over = {name: value for name in said if (value := getattr(options, name)) is not None}
    if options.source is None:
        if options.crash and Path(options.crash).suffix == ".json":
            raise InvalidRequestError([f"--crash took {options.crash} for a model: put the file before it"])
        if not over:
            raise InvalidRequestError(["There is no input. Name a source of posts, or give the options; see --help"])
        return over
    posts = read_posts(options.source, kind=options.kind)
    if isinstance(posts.request, list):
        return bind(BatchRequest, posts.request, over)
    if posts.request is not None:
        return {**posts.request, **over}
    chosen = choose(posts, options.limit, options.since, options.only)
    values = {"prompts": chosen.prompts, "name": chosen.name, **_default_look(settings), **over}
    look = ", ".join([values["style"], values["template"], values["font"], *values["models"]])
    print(f"{len(chosen.posts)} posts of {chosen.name} ({chosen.kind}), by {look}", file=sys.stderr)
    for counted in chosen.left_out:
        print(f"left out: {counted}", file=sys.stderr)
    for counted in chosen.remarks:
        print(f"note: {counted}", file=sys.stderr)
    return values


def _default_look(settings: Settings) -> dict[str, Any]:
    """Return how posts look where nothing is said: a model of each vendor whose key is set, or of both to try."""
    keys = {"gpt-image-2.5-flare": settings.openai_api_key, "gemini-nano-banana-2.1": settings.google_api_key}
    models = [model for model, key in keys.items() if key or settings.simulate_providers]
    return {"models": models, "style": "photorealistic", "template": "bottom-bar", "font": "inter"}


def _first_model(batch: dict[str, Any]) -> str:
    models = batch.get("models")
    return models[0] if isinstance(models, list) and models and isinstance(models[0], str) else ""


def _plan(request: BatchRequest, settings: Settings, options: argparse.Namespace) -> int:
    plan = asyncio.run(make_plan(request, settings))
    print(json.dumps(plan.as_dict(), ensure_ascii=False, indent=1) if options.json else plan)
    return ALL_THERE


def _run(
    batch: dict[str, Any], request: BatchRequest, settings: Settings, options: argparse.Namespace, screen: Console
) -> int:
    simulated = settings.simulate_providers
    if simulated:
        print("SIMULATED PICTURES: no provider is asked and nothing is paid.", file=sys.stderr)
        has_keys = settings.openai_api_key or settings.google_api_key
        remedy = "Unset SIMULATE_PROVIDERS" if has_keys else "Set OPENAI_API_KEY and GOOGLE_API_KEY"
        print(f"{remedy} for real ones.\n", file=sys.stderr)
    page = open_store(settings).link(page_key(id_of(request, settings))).url
    print(f"page: {page}", file=sys.stderr)
    board = Board([post.title for post in posts_of(request.prompts)], request.models)
    view = LiveView(board, screen) if screen.is_terminal else PlainProgress(board)

    async def run() -> Any:
        engine = Engine(app, view.observe, settings)
        with interruptible(engine, view.say):
            return await engine.run(generate_batch.name, batch)

    try:
        with view:
            result = asyncio.run(run())
    except (asyncio.CancelledError, StoppedError):
        there, left = board.ended["done"] + board.ended["reused"], board.total - board.done
        print(f"Interrupted: {there} of {board.total} images are there, {left} are left.", file=sys.stderr)
        print(f"Run it again to go on; what is there costs nothing. The page: {page}", file=sys.stderr)
        return INTERRUPTED
    if options.crash is not None and not board.retries:
        print("Nothing crashed: every picture was there. --variation 1 asks for new ones.", file=sys.stderr)
    print(
        json.dumps(result, ensure_ascii=False)
        if options.json
        else f"\n{report(result, board.arrived, simulated=simulated)}"
    )
    return ALL_THERE if result["summary"]["ok"] == result["summary"]["requested"] else SOME_MISSING
