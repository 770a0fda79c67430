"""Records: JSON in the store that several programs write, read field by field so that damage loses only itself."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from errors import NewerRecordError
from storage.store import Area, Store, StoredObject, Versioned

__all__ = ["NewerVersionError", "RecordType", "read_record", "set_aside"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# A place in JSON: names of fields and numbers of items, from the outside in.
Place = tuple[Any, ...]
# How many damaged fields a log line names.
MOST_NAMED = 5


@dataclass(frozen=True)
class RecordType(Generic[T]):
    """How a kind of record is read: its type, its newest version, and what some values are read as if damaged.

    ``damaged`` has these by the field's name, or as ``entries.*`` for each value in the mapping or list ``entries``;
    other damaged values are left out. ``required`` has what the record's own fields are read as if they are missing.
    """

    type: TypeAdapter[T]
    version: int = 1
    damaged: Mapping[str, Any] = field(default_factory=dict)
    required: Mapping[str, Any] = field(default_factory=dict)

    def salvage(self, data: bytes) -> tuple[T | None, list[str]]:
        """Return what can be read of a record, None if nothing can, and the names of the damaged fields.

        Raises:
            NewerVersionError: it has a newer version than this program knows.
        """
        try:
            raw = _loaded(data)
        except (ValueError, RecursionError) as error:
            return None, [f"it is not JSON: {error}"]
        version = raw.get("version") if isinstance(raw, dict) else None
        if isinstance(version, int) and version > self.version:
            raise NewerVersionError(version)
        damaged: list[str] = []
        while True:
            try:
                return self.type.validate_python(raw), damaged
            except ValidationError as error:
                errors = error.errors(include_input=False, include_url=False)
            damaged += [".".join(map(str, each["loc"])) for each in errors if each["loc"] and len(each["loc"]) == 1]
            missing = {str(each["loc"][0]) for each in errors if each["type"] == "missing" and len(each["loc"]) == 1}
            if missing and missing <= self.required.keys():
                raw |= deepcopy({name: self.required[name] for name in missing})
                continue
            places = _outermost(_place(raw, each["loc"]) for each in errors)
            damaged += [".".join(map(str, place)) or errors[0]["msg"] for place in places if len(place) != 1]
            if () in places:
                return None, damaged
            for place in reversed(places):
                self._mend(raw, place)

    def _mend(self, raw: Any, place: Place) -> None:
        """Replace the value at a place by what it is read as if damaged, or remove it."""
        for part in place[:-1]:
            raw = raw[part]
        name, within = place[-1], place[-2] if len(place) > 1 else ""
        instead = next((each for each in (str(name), f"{within}.*") if each in self.damaged), None)
        if instead is None or raw[name] == self.damaged[instead]:
            del raw[name]
        else:
            raw[name] = deepcopy(self.damaged[instead])


class NewerVersionError(ValueError):
    """The record has this newer version."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"version {version}")


async def read_record(store: Store, area: Area, key: str, kind: RecordType[T], found: Versioned | None) -> T | None:
    """Return a found record, or what can be read of it; None if there is none or nothing can be read.

    A damaged record is set aside first, so that writing the record anew loses nothing.

    Raises:
        NewerRecordError: a newer version of this program wrote it.
        StoreError: the store failed.
    """
    if found is None:
        return None
    try:
        record, damaged = kind.salvage(found.data)
    except NewerVersionError as newer:
        raise NewerRecordError(key, newer.version, kind.version) from None
    if damaged:
        aside = await set_aside(store, area, key, found.data)
        named = ", ".join(damaged[:MOST_NAMED]) + (
            f" and {len(damaged) - MOST_NAMED} more" * (len(damaged) > MOST_NAMED)
        )
        rest = "the rest was read" if record is not None else "nothing could be read"
        logger.warning("%s is damaged (%s); %s, and it is kept as %s", key, named, rest, aside)
    return record


async def set_aside(store: Store, area: Area, key: str, data: bytes) -> str:
    """Keep a damaged record under a key beside its own, and return that key."""
    aside = f"{key}.damaged-{hashlib.sha256(data).hexdigest()[:8]}"
    await store.write(area, aside, StoredObject(data, "application/octet-stream"))
    return aside


def _loaded(data: bytes) -> Any:
    """Return the value in JSON, in which half of a surrogate pair, which no text can hold, is a question mark."""
    raw = json.loads(data)
    if b"\\ud" not in data.lower():
        return raw
    return json.loads(json.dumps(raw, ensure_ascii=False).encode(errors="replace"))


def _place(raw: Any, loc: Sequence[Any]) -> Place:
    """Return the place of an error that Pydantic locates: the value itself, or if it is missing, what it belongs to.

    Pydantic's locations also have the names of union members, which are no places.
    """
    place: list[Any] = []
    for part in loc:
        if (isinstance(raw, dict) and part in raw) or (isinstance(raw, list) and isinstance(part, int)):
            raw = raw[part]
            place.append(part)
    return tuple(place)


def _outermost(places: Iterable[Place]) -> list[Place]:
    """Return the places in order, each once, without those inside another."""
    unique = dict.fromkeys(places)
    return [place for place in unique if not any(place[:size] in unique for size in range(len(place)))]
