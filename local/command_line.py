"""The command line of a local run: reads what ``render workflows start --input-file`` reads, and says what came out."""

import argparse
import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

from errors import InvalidRequestError, ThumbnailError
from local.engine import Engine
from local.progress import Progress, result_table
from settings import log_level, read_settings
from tasks import app, generate_batch
from tasks.app import name_arguments
from tasks.requests import BatchRequest, check_request

__all__ = ["main"]

ALL_THERE, SOME_MISSING, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run a batch and return the exit code: 0 all there, 1 some image is not, 2 bad input, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "file", type=Path, help="a JSON file with generateBatch's input: an array, or an object by names"
    )
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A title in letters that the terminal lacks must not end the run.
            stream.reconfigure(errors="backslashreplace")
    _choose_local_defaults(os.environ)
    logging.basicConfig(
        level=log_level() if os.environ.get("LOG_LEVEL") else logging.WARNING, format="%(levelname)s %(message)s"
    )
    try:
        batch = _read_input(options.file)
        request = _checked(batch)
        return _run(batch, request)
    except InvalidRequestError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except ThumbnailError as error:
        print(error, file=sys.stderr)
        return SOME_MISSING
    except KeyboardInterrupt:
        print("\nInterrupted. What is finished stays; run it again to go on.", file=sys.stderr)
        return INTERRUPTED


def _choose_local_defaults(environ: MutableMapping[str, str]) -> None:
    """Without a store use ``out/``; without any key use simulated pictures. On Render neither is ever chosen."""
    if not environ.get("MINIO_ENDPOINT") and not environ.get("THUMBNAILS_DIR"):
        environ["THUMBNAILS_DIR"] = "out"
    if not any(environ.get(name) for name in ("OPENAI_API_KEY", "GOOGLE_API_KEY", "SIMULATE_PROVIDERS")):
        environ["SIMULATE_PROVIDERS"] = "1"


def _read_input(path: Path) -> list[Any] | dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidRequestError([f"{path} cannot be read: {error.strerror}. Name a JSON file"]) from None
    except UnicodeDecodeError:
        raise InvalidRequestError([f"{path} is not in UTF-8. Save it so"]) from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError([f"{path} is not JSON: {error}. Mend it there"]) from None
    if not isinstance(values, list | dict):
        raise InvalidRequestError(
            [f"{path} holds neither an array nor an object; see the project's batch.json for an example"]
        )
    return values


def _checked(batch: list[Any] | dict[str, Any]) -> BatchRequest:
    args, kwargs = ([], batch) if isinstance(batch, dict) else (batch, {})
    return check_request(BatchRequest, name_arguments(generate_batch.func, args, kwargs), read_settings())


def _run(batch: list[Any] | dict[str, Any], request: BatchRequest) -> int:
    simulated = read_settings().simulate_providers
    if simulated:
        print("SIMULATED PICTURES: no provider is asked and nothing is paid.", file=sys.stderr)
        print("Set OPENAI_API_KEY and GOOGLE_API_KEY for real ones.\n", file=sys.stderr)
    progress = Progress(len(request.prompts) * len(request.models))
    result = asyncio.run(Engine(app, progress.observe).run(generate_batch.name, batch))
    summary = result["summary"]
    print(f"\n{result_table(result['rows'])}\n" if result["rows"] else f"\nThe rows are in {result['manifest_url']}\n")
    print(", ".join(f"{count} {name}" for name, count in summary.items()), "(simulated)" if simulated else "")
    print(f"gallery: {result['gallery_url']}")
    return ALL_THERE if summary["ok"] == summary["requested"] else SOME_MISSING
