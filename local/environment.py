"""The environment of a local run: ``.env`` files, and defaults that a worker does not have."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from errors import SettingsError

__all__ = ["local_environment", "read_env_files"]

ENV_FILE = Path(".env")


def read_env_files(named: Sequence[Path] = ()) -> dict[str, str]:
    """Return the variables of the named files, or else of ``.env`` in this folder, if it exists.

    As in ``render workflows dev``, they take precedence over the environment, and a later file over an earlier one. A
    line that its parser would read differently is refused.

    Raises:
        SettingsError: a file cannot be read, listing every line to fix.
    """
    variables: dict[str, str] = {}
    faults: list[str] = []
    for path in named or ([ENV_FILE] if ENV_FILE.is_file() else []):
        try:
            lines = list(parse_stream(io.StringIO(path.read_text(encoding="utf-8"))))
        except OSError as error:
            faults.append(f"{path} cannot be read: {error.strerror}. Check --env-file")
            continue
        except UnicodeDecodeError:
            faults.append(f"{path} is not in UTF-8: save it in UTF-8")
            continue
        faults += [f"{path}, line {line.original.line}: {fault}" for line in lines if (fault := _fault(line))]
        variables |= {line.key: line.value for line in lines if line.key and line.value is not None}
    if faults:
        raise SettingsError(faults)
    return variables


def _fault(line: Binding) -> str | None:
    """Return what is wrong with a line, without quoting it, because it may hold a key."""
    if line.error or (line.key and line.value is None):
        return "expected NAME=value, with quotes around a value that has spaces"
    if "$" in (line.value or "") and not line.original.string.partition("=")[2].lstrip().startswith("'"):
        return "a $ would begin another variable's name; put the value in single quotes"
    return None


def local_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, with ``out`` as the store and simulated pictures as the defaults."""
    chosen = {name: text for name, text in environ.items() if text}
    if "MINIO_ENDPOINT" not in chosen:
        chosen.setdefault("THUMBNAILS_DIR", "out")
    if not chosen.keys() & {"OPENAI_API_KEY", "GOOGLE_API_KEY"}:
        chosen.setdefault("SIMULATE_PROVIDERS", "1")
    return chosen
