"""Records that are partly damaged: what is lost, what is kept, and what is named."""

import json
import logging
from copy import deepcopy
from typing import Any

import pytest

from gallery.batches import BATCHES, batch_of
from gallery.manifest import MANIFEST
from money import Money
from originals.ledger import LEDGER, Entry, Ledger, Refusal
from storage.records import read_record
from storage.store import Area
from tests.support.large_batch import sample_manifest
from tests.support.memory_store import MemoryStore, plain

JUNK: list[Any] = [None, True, -1, 1e300, "", "\ud800", [], {}, ["x"], {"x": 1}, 2**70, float("inf"), float("nan")]


def ledger() -> Ledger:
    paid = Entry(
        date=1.7e9,
        account="a",
        cost_usd=0.03,
        cost_is_estimate=True,
        pictures_made=1,
        cost_reason="none",
        usage={"output_tokens": 1000, "size": "1200x640"},
        digest="d1",
        size=5,
    )
    unusable = Entry(date=1.7e9, account="a", cost_usd=0.03, pictures_made=1, digest="d2", size=3, unusable="half")
    maybe = Entry(date=1.7e9, account="a", cost_usd=0.0, maybe_billed=1, cost_unknown=0)
    refusal = Refusal(date=1.7e9, code="moderation", message="no")
    return Ledger(entries={"one": paid, "two": unusable, "three": maybe}, refusal=refusal)


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(sample_manifest(8)))
    found["spent_by_run"] = {"run": Money(pictures=2, maybe_billed=1).record}
    return {**found, **Money(pictures=2, maybe_billed=1).record}


def places(raw: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the place of every value in JSON, however deep."""
    inside = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [place, *(each for key, value in inside for each in places(value, (*place, key)))]


def damaged(raw: Any, place: tuple[str | int, ...], junk: Any) -> bytes:
    """Return the JSON with junk in that place."""
    if not place:
        return json.dumps(junk).encode()
    copy = at = deepcopy(raw)
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = junk
    return json.dumps(copy).encode()


def without(raw: Any, place: tuple[str | int, ...]) -> bytes:
    copy = at = deepcopy(raw)
    for part in place[:-1]:
        at = at[part]
    del at[place[-1]]
    return json.dumps(copy).encode()


def test_every_damaged_field_of_a_ledger_leaves_the_refusal_and_the_unusable_answer() -> None:
    whole = ledger()
    raw = whole.model_dump(mode="json")
    for place in places(raw):
        versions = [damaged(raw, place, junk) for junk in JUNK] + ([without(raw, place)] if place else [])
        for data in versions:
            found, names = LEDGER.salvage(data)
            if not place:
                continue  # Then nothing can be read; it must only not fail.
            assert found, (place, data)
            if place[0] != "refusal":
                assert found.refusal == whole.refusal
            elif data in versions[1:-1] and place != ("refusal",):
                assert found.refusal, "a refusal whose date or code is damaged is still one"
            if place[:1] != ("entries",) or len(place) == 1:
                continue
            if place[1] != "two" or place[-1] not in ("two", "unusable"):
                assert len(found.unusable) >= 1, (place, data)
            untouched = [name for name in whole.entries if name != place[1]]
            assert all(found.entries[name] == whole.entries[name] for name in untouched), (place, names)


@pytest.mark.parametrize("name", ["cost_usd", "cost_unknown", "maybe_billed"])
@pytest.mark.parametrize("junk", [-1, 1e300, "much", [], -1.5])
def test_a_damaged_amount_is_unknown_and_never_zero(name: str, junk: object) -> None:
    raw = ledger().model_dump(mode="json")
    raw["entries"]["one"][name] = junk
    found, names = LEDGER.salvage(json.dumps(raw).encode())
    assert found
    assert found.entries["one"].cost.unknown or found.entries["one"].cost.maybe_billed
    assert names == [f"entries.one.{name}"]


def test_every_damaged_field_of_a_manifest_or_the_list_loses_itself_and_never_fails() -> None:
    raw = manifest()
    listed = {
        "version": 1,
        "batches": [batch_of(manifest_of(raw)), {**batch_of(manifest_of(raw)), "batch_id": "f" * 16}],
    }
    for kind, record in ((MANIFEST, raw), (BATCHES, listed)):
        for place in places(record):
            for junk in JUNK:
                if place == ("version",):
                    continue
                found, names = kind.salvage(damaged(record, place, junk))
                if found is None:
                    assert kind is BATCHES or not place, f"{place} = {junk!r} loses the whole record: {names}"


def manifest_of(raw: Any) -> Any:
    found, names = MANIFEST.salvage(json.dumps(raw).encode())
    assert found, names
    assert not names, names
    return found


@pytest.mark.parametrize("name", ["summary", "request", "created_at", "batch_id", "finished", "spent_by_run"])
def test_a_damaged_field_of_a_manifest_loses_neither_the_rows_nor_the_sums(name: str) -> None:
    raw = manifest()
    for data in (damaged(raw, (name,), [7]), without(raw, (name,))):
        found, names = MANIFEST.salvage(data)
        assert found
        assert len(found["rows"]) == 2
        assert Money.of(found).pictures == 2
        assert name in names or (name == "spent_by_run" and data == without(raw, (name,)))


def test_half_of_a_surrogate_pair_is_a_question_mark_and_can_be_written_again() -> None:
    found, names = LEDGER.salvage(b'{"refusal": {"date": 1, "code": "moderation", "message": "no \\ud800"}}')
    assert found
    assert found.refusal
    assert (found.refusal.message, names) == ("no ?", [])
    assert found.model_dump_json()


def test_a_bad_row_loses_itself_and_no_other() -> None:
    raw = manifest()
    raw["rows"][0]["title"] = 7
    raw["rows"][1]["results"][0]["cost_usd"] = -1
    found, names = MANIFEST.salvage(json.dumps(raw).encode())
    assert found
    assert [row["title"] for row in found["rows"]] == [raw["rows"][1]["title"]]
    assert Money.of(found["rows"][0]["results"][0]).unknown == 1
    assert found["created_at"] == raw["created_at"]
    assert "rows.0.title" in names


async def test_a_damaged_record_is_set_aside_and_its_damage_named(caplog: pytest.LogCaptureFixture) -> None:
    store, data = MemoryStore(), b'{"entries": {"one": {"account": 7, "cost_usd": 0.03}}}'
    await store.write(Area.ORIGINALS, "history/a.json", plain(data))
    with caplog.at_level(logging.WARNING):
        found = await read_record(
            store, Area.ORIGINALS, "history/a.json", LEDGER, await store.read(Area.ORIGINALS, "history/a.json")
        )
    assert found
    assert found.entries["one"].cost_usd == 0.03
    [aside] = [key for key in store.objects[Area.ORIGINALS] if "damaged" in key]
    assert store.objects[Area.ORIGINALS][aside].data == data
    assert "history/a.json is damaged (entries.one.account); the rest was read, and it is kept as" in caplog.text
