"""The command line's frame: reads options and environment, does what is asked, and turns errors into exit codes."""

import asyncio
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler

from cli.modes import mode_of
from cli.reading.blog_file import with_blog_file
from cli.reading.environment import read_env_files
from cli.reading.faults import with_option_names
from cli.reading.parsing import parse
from errors import InvalidRequestError, StoppedError, ThumbnailError
from settings import log_level

__all__ = ["main"]

SOME_MISSING, BAD_INPUT, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and return the exit code: 0 all there, 1 some missing, 2 invalid input, 130 interrupted."""
    try:
        options = parse(arguments)
    except BrokenPipeError:
        return _reader_left()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A title in letters that the terminal lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    screen = Console(stderr=True, highlight=False)
    try:
        _enter(options.folder)
        options = with_blog_file(options)
        variables = read_env_files(options.env_file or ())
        # The vendors' SDKs read there too. In UTF-8, as the dev server sets them, whatever the locale.
        os.environb.update({name.encode(): value.encode() for name, value in variables.items()})
        _log_to(screen, verbose=options.verbose)
        code = mode_of(options)(options, screen)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # The reader of the output, such as `head`, has seen enough.
        return _reader_left()
    except StoppedError as error:
        print(error, file=sys.stderr)
        return INTERRUPTED
    except (ThumbnailError, OSError) as error:
        if options.verbose:
            screen.print_exception()
        if isinstance(error, InvalidRequestError):
            print(with_option_names(error, options), file=sys.stderr)
            return BAD_INPUT
        print(error, file=sys.stderr)
        return SOME_MISSING
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Interrupted. Run it again to continue; what is finished stays.", file=sys.stderr)
        return INTERRUPTED


def _reader_left() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return SOME_MISSING


def _enter(folder: Path | None) -> None:
    """Work in a folder, as if this had been called there.

    Raises:
        InvalidRequestError: there is no such folder.
    """
    try:
        os.chdir(folder or ".")
    except OSError as error:
        raise InvalidRequestError([f"-C {folder}: {error.strerror}. Name a folder, such as your blog's"]) from None


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
