"""A batch's record: updated while it runs, kept across reruns, and listed beside concurrent batches."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch.choices import apply_choices
from batch.pairs import pair_of
from batch.record import BatchRecord
from batch.requests import BatchRequest, Choice, ChoicesRequest, ThumbnailRequest
from errors import NewerRecordError, StoreFullError
from originals.ledger import Entry, LedgerFile
from outcomes import Outcome, Row
from settings import Settings, read_settings
from storage.keys import BATCHES_KEY, START_PAGE_KEY, account, manifest_key, page_key
from storage.opening import open_store
from storage.store import Area, StoredObject
from tests.support.batches import LOOK, missing, ok
from tests.support.clock import TestClock
from tests.support.memory_store import MemoryStore, plain
from tests.support.minio_server import MinioServer
from waiting import Attempt


@pytest.fixture(params=["directory", "minio"])
def configured(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Settings:
    if request.param == "directory":
        return read_settings({"THUMBNAILS_DIR": str(tmp_path / "out"), "MINIO_BUCKET": bucket})
    server: MinioServer = request.getfixturevalue("minio")
    return read_settings({**server.environment, "MINIO_BUCKET": bucket})


def asked(title: str = "One") -> BatchRequest:
    return BatchRequest(prompts=[title], models=["gpt-image-1", "dall-e-3"], **LOOK)  # type: ignore[arg-type]


def rows(*outcomes: Outcome) -> list[Row]:
    row: Any = {"title": outcomes[0]["title"], **LOOK, "results": list(outcomes)}
    return [row]


PENDING = rows(missing("pending", "One", "gpt-image-1"), missing("pending", "One", "dall-e-3"))
HALF = rows(ok("One", "gpt-image-1"), missing("pending", "One", "dall-e-3"))
DONE = rows(ok("One", "gpt-image-1"), ok("One", "dall-e-3"))


async def text(settings: Settings, key: str) -> str:
    found = await open_store(settings).read(Area.THUMBNAILS, key)
    assert found, key
    return found.data.decode()


async def only_batch(settings: Settings) -> dict[str, Any]:
    [batch] = json.loads(await text(settings, BATCHES_KEY))["batches"]
    return json.loads(await text(settings, manifest_key(batch["batch_id"])))  # type: ignore[no-any-return]


def unlinked(found: list[Row]) -> list[Any]:
    """Return the rows' outcomes without their pictures' addresses, which are the store's own."""
    return [[{**each, "image_url": ""} for each in row["results"]] for row in found]


async def test_a_batch_has_a_record_from_its_start_to_its_end(configured: Settings) -> None:
    await open_store(configured).prepare()
    record = BatchRecord(asked(), configured, Attempt())
    async with record.updating(lambda: PENDING):
        going = await only_batch(configured)
        assert (going["finished"], going["summary"]["pending"]) == (False, 2)
    result = await record.finish(DONE)
    done = await only_batch(configured)
    assert (done["finished"], done["batch_id"]) == (True, result["batch_id"])
    assert unlinked(done["rows"]) == unlinked(DONE)
    assert done["created_at"] == going["created_at"]
    assert f"batches/{result['batch_id']}/index.html" in await text(configured, START_PAGE_KEY)


async def test_a_stopped_batch_records_its_results_so_far(settings: Settings) -> None:
    seen = [PENDING, HALF]
    with pytest.raises(asyncio.CancelledError):
        async with BatchRecord(asked(), settings, Attempt()).updating(lambda: seen.pop(0)):
            raise asyncio.CancelledError
    assert unlinked((await only_batch(settings))["rows"]) == unlinked(HALF)


async def test_a_rerun_shows_earlier_pictures_until_it_reaches_them(settings: Settings) -> None:
    await BatchRecord(asked(), settings, Attempt()).finish(HALF)
    first = await only_batch(settings)
    async with BatchRecord(asked(), settings, Attempt()).updating(lambda: PENDING):
        [row] = (await only_batch(settings))["rows"]
    assert [outcome["status"] for outcome in row["results"]] == ["ok", "pending"]
    assert row["results"][0]["reused"]
    assert (await only_batch(settings))["created_at"] == first["created_at"]


async def test_two_runs_of_a_batch_at_once_keep_each_others_rows_and_costs(configured: Settings) -> None:
    def record(title: str) -> BatchRecord:
        return BatchRecord(replace(asked(title), name="Blog"), configured, Attempt())

    await open_store(configured).prepare()
    one = record("One")
    async with one.updating(lambda: PENDING):
        await record("Two").finish(rows(ok("Two", "dall-e-3", cost_usd=0.02, reused=False)))
    result = await one.finish(rows(ok("One", "dall-e-3", cost_usd=0.01, reused=False)))
    batch = await only_batch(configured)
    assert (result["cost_usd"], batch["cost_usd"], batch["finished"]) == (0.01, 0.03, True)
    assert sorted(each["cost_usd"] for each in batch["spent_by_run"].values()) == [0.01, 0.02]
    assert [row["title"] for row in batch["rows"]] == ["One", "Two"]
    page = await text(configured, page_key(batch["batch_id"]))
    assert "Two" in page


async def test_a_retry_knows_that_it_has_run_before_whoever_wrote_the_record_since(settings: Settings) -> None:
    def record(run: str) -> BatchRecord:
        return BatchRecord(replace(asked(), name="Blog"), settings, Attempt(run, paying_run=run))

    async with record("first").updating(lambda: PENDING), record("second").updating(lambda: PENDING):
        pass
    assert await record("first").begin()
    assert await record("second").begin()
    assert not await record("third").begin()


async def test_batches_that_finish_together_are_all_on_the_start_page(configured: Settings) -> None:
    await open_store(configured).prepare()
    titles = [f"Title {number}" for number in range(8)]
    await asyncio.gather(
        *(BatchRecord(asked(title), configured, Attempt()).finish(rows(ok(title, "dall-e-3"))) for title in titles)
    )
    page = await text(configured, START_PAGE_KEY)
    assert all(title in page for title in titles)


@pytest.mark.parametrize("damage", ["cut off", "nothing left"])
async def test_a_damaged_list_is_set_aside_and_rebuilt_from_its_readable_entries(
    settings: Settings, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(settings)
    first = await BatchRecord(asked("First"), settings, Attempt()).finish(rows(ok("First", "dall-e-3")))
    whole = (await text(settings, BATCHES_KEY)).encode()
    damaged = whole[: len(whole) // 2] if damage == "cut off" else b"not a list"
    await store.write(Area.THUMBNAILS, BATCHES_KEY, StoredObject(damaged, "application/json", immutable=False))
    result = await BatchRecord(asked("Second"), settings, Attempt()).finish(rows(ok("Second", "dall-e-3")))
    assert "batches/index.json is damaged" in caplog.text
    [aside] = set(re.findall(r"batches/index\.json\.damaged-[0-9a-f]{8}", caplog.text))
    assert (await text(settings, aside)).encode() == damaged
    listed = [batch["batch_id"] for batch in json.loads(await text(settings, BATCHES_KEY))["batches"]]
    assert listed == [result["batch_id"], first["batch_id"]][: 2 if damage == "cut off" else 1]


async def test_the_last_manifest_waits_for_an_unavailable_store() -> None:
    """So does the first. Those in between are written again a few seconds later."""
    store, clock = MemoryStore(), TestClock()
    record = BatchRecord(asked(), read_settings({}), Attempt(clock=clock), store)

    async def come_back() -> None:
        store.down = True
        await clock.sleep(45)
        store.down = False

    result, _ = await clock.play(asyncio.gather(record.finish(DONE), come_back()))
    assert result["gallery_url"]
    assert clock.now() >= 45


async def test_a_batch_whose_first_manifest_finds_no_room_does_not_begin() -> None:
    """Nobody could find out later what such a run paid."""
    store = MemoryStore()
    store.room = 0
    with pytest.raises(StoreFullError):
        async with BatchRecord(asked(), read_settings({}), Attempt(), store).updating(lambda: PENDING):
            pytest.fail("it began")


async def test_everything_at_a_batchs_end_shares_one_wait_for_the_store(caplog: pytest.LogCaptureFixture) -> None:
    store, clock = MemoryStore(), TestClock()
    settings = read_settings({"STORE_PATIENCE_SECONDS": "60"})
    record = BatchRecord(asked(), settings, Attempt(clock=clock), store)
    await record.begin()
    store.down = True
    posts: Any = [{**row, "slug": f"post-{number}"} for number in range(300) for row in DONE]
    result = await clock.play(record.finish(posts))
    assert clock.now() <= 60
    assert result["gallery_url"] is None
    assert "the cover of post-299 was not written" in caplog.text


async def test_what_a_dead_runs_leaf_pays_while_the_next_run_goes_on_is_counted(settings: Settings) -> None:
    request = ThumbnailRequest(title="One", model="gpt-image-2", **LOOK)  # type: ignore[arg-type]
    store, work = open_store(settings), pair_of(request, settings)
    died = BatchRecord(asked(), settings, Attempt("run-1", paying_run="run-1"))
    keys = {"original": work.original_key, "thumbnail": work.thumbnail_key}
    pending: Any = [{**PENDING[0], "results": [{**PENDING[0]["results"][0], **keys}]}]
    with pytest.raises(asyncio.CancelledError):
        async with died.updating(lambda: pending):
            raise asyncio.CancelledError
    record = BatchRecord(asked(), settings, Attempt("run-2", paying_run="run-2"))
    await record.begin()
    paid = Entry(account=account("run-1", work.thumbnail_key), cost_usd=0.05, pictures_made=1)
    await LedgerFile(work.original_key).enter(store, {"request": paid})
    await record.finish(DONE)
    assert (await only_batch(settings))["spent_by_run"] == {"run-1": {"cost_usd": 0.05, "pictures_made": 1}}


async def test_choices_that_are_applied_while_a_batch_ends_are_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts: Any = [{**row, "slug": "one"} for row in DONE]
    store = open_store(settings)
    for outcome in DONE[0]["results"]:
        assert outcome["status"] == "ok"
        await store.write(Area.THUMBNAILS, outcome["key"], StoredObject(b"a picture", "image/jpeg"))
    record = BatchRecord(asked(), settings, Attempt(), store)
    result = await record.finish(posts)
    create = store.replace

    async def applied_first(area: Area, key: str, stored: StoredObject, version: str) -> str | None:
        monkeypatch.setattr(store, "replace", create)
        thumbnail = DONE[0]["results"][1]["key"]  # type: ignore[typeddict-item]
        choice: Choice = {"slug": "one", "title": "One", "model": "dall-e-3", "thumbnail": thumbnail}
        await apply_choices(store, ChoicesRequest(version=1, batch_id=result["batch_id"], choices=[choice]))
        return await create(area, key, stored, version)

    monkeypatch.setattr(store, "replace", applied_first)
    await record.finish(posts)
    [row] = (await only_batch(settings))["rows"]
    assert (row["cover"]["model"], row["cover"]["chosen"]) == ("dall-e-3", True)


@pytest.mark.parametrize(
    "damage",
    [{"updated_at": "yesterday"}, {"updated_at": ""}, {"cost_usd": 1e30}, {"cost_usd": float("inf")}],
    ids=str,
)
async def test_a_value_that_cannot_be_shown_is_damage(settings: Settings, damage: dict[str, object]) -> None:
    store, first = open_store(settings), await BatchRecord(asked("First"), settings, Attempt()).finish(DONE)
    for key in (BATCHES_KEY, manifest_key(first["batch_id"])):
        values = json.loads(await text(settings, key))
        [*values.get("batches", []), values][0].update(damage)
        await store.write(Area.THUMBNAILS, key, plain(json.dumps(values).encode()))
    result = await BatchRecord(asked("First"), settings, Attempt()).finish(DONE)
    assert (await only_batch(settings))["batch_id"] == result["batch_id"]


async def test_an_unreadable_manifest_is_replaced(settings: Settings) -> None:
    result = await BatchRecord(asked(), settings, Attempt()).finish(HALF)
    key = manifest_key(result["batch_id"])
    await open_store(settings).write(Area.THUMBNAILS, key, StoredObject(b"{", "application/json", immutable=False))
    await BatchRecord(asked(), settings, Attempt()).finish(DONE)
    assert unlinked((await only_batch(settings))["rows"]) == unlinked(DONE)


async def test_rows_that_can_be_read_and_the_start_time_outlive_a_damaged_manifest(settings: Settings) -> None:
    store = open_store(settings)
    record = BatchRecord(replace(asked(), name="Blog"), settings, Attempt())
    await record.finish([*rows(ok("One", "dall-e-3", cost_usd=0.15)), *rows(ok("Two", "dall-e-3"))])
    first = await only_batch(settings)
    key = manifest_key(first["batch_id"])
    damaged = {
        **first,
        "rows": [first["rows"][0], {**first["rows"][1], "title": 7}],
        "created_at": "2026-11-01T00:00:00",
    }
    await store.write(Area.THUMBNAILS, key, plain(json.dumps(damaged).encode()))
    await BatchRecord(replace(asked(), name="Blog"), settings, Attempt()).finish(rows(ok("Three", "dall-e-3")))
    second = await only_batch(settings)
    assert [row["title"] for row in second["rows"]] == ["Three", "One"]
    assert (second["created_at"], second["cost_usd"]) == ("2026-11-01T00:00:00", 0.15)
    aside = next(path for path in store_files(settings) if f"{key}.damaged-" in path)
    assert json.loads(await text(settings, aside)) == damaged


def store_files(settings: Settings) -> list[str]:
    assert settings.thumbnails_dir
    root = settings.thumbnails_dir / settings.minio_bucket
    return [str(path.relative_to(root)) for path in root.rglob("*")]


async def test_a_batch_does_not_begin_if_a_newer_version_wrote_its_manifest(settings: Settings) -> None:
    store, result = open_store(settings), await BatchRecord(asked(), settings, Attempt()).finish(DONE)
    key, newer = manifest_key(result["batch_id"]), b'{"version": 2, "posts": "in another shape"}'
    await store.write(Area.THUMBNAILS, key, plain(newer))
    with pytest.raises(NewerRecordError, match=r"manifest\.json has version 2.*Update this one"):
        await BatchRecord(asked(), settings, Attempt()).begin()
    assert (await text(settings, key)).encode() == newer


async def test_a_page_shows_the_choice_that_was_applied_while_it_was_written(settings: Settings) -> None:
    """A page is not written conditionally, so the record is looked at once more afterwards."""
    posts: Any = [{**row, "slug": "one"} for row in DONE]
    store, record = open_store(settings), BatchRecord(asked(), settings, Attempt())
    for outcome in DONE[0]["results"]:
        assert outcome["status"] == "ok"
        await store.write(Area.THUMBNAILS, outcome["key"], StoredObject(b"a picture", "image/jpeg"))
    result = await record.finish(posts)
    write, page = store.write, page_key(result["batch_id"])
    thumbnail = DONE[0]["results"][1]["key"]  # type: ignore[typeddict-item]
    choice: Choice = {"slug": "one", "title": "One", "model": "dall-e-3", "thumbnail": thumbnail}

    async def overtaken(area: Area, key: str, stored: StoredObject) -> None:
        if key == page:
            store.write = write  # type: ignore[method-assign]
            await apply_choices(store, ChoicesRequest(version=1, batch_id=result["batch_id"], choices=[choice]))
        await write(area, key, stored)

    store.write = overtaken  # type: ignore[method-assign]
    await record.finish(posts)
    assert re.search(r'data-cover="[^"]*dall-e-3[^"]*"[^>]* data-decided', await text(settings, page))


async def test_links_that_expire_are_made_anew_whenever_a_batch_is_written(tmp_path: Path) -> None:
    store = MemoryStore()
    first = rows(
        ok("One", "dall-e-3", image_url="http://h/old?expired", image_url_expires_at="2026-11-02T00:00:00+00:00")
    )
    await BatchRecord(replace(asked(), name="Blog"), read_settings({}), Attempt(), store).finish(first)
    await BatchRecord(replace(asked(), name="Blog"), read_settings({}), Attempt(), store).finish(
        rows(ok("Two", "dall-e-3"))
    )
    [manifest] = [each for key, each in store.objects[Area.THUMBNAILS].items() if key.endswith("manifest.json")]
    outcomes = [outcome for row in json.loads(manifest.data)["rows"] for outcome in row["results"]]
    assert [outcome["image_url"] for outcome in outcomes] == [store.link(outcome["key"]).url for outcome in outcomes]
    assert not any("image_url_expires_at" in outcome for outcome in outcomes)


async def test_a_store_that_stalls_once_delays_the_next_update_by_little() -> None:
    """The pause is by the time that an update works, not by the time that the store takes."""
    clock = TestClock()

    class Stalling(MemoryStore):
        async def stat(self, area: Area, key: str) -> Any:
            if not written:
                await clock.sleep(30)
            return await super().stat(area, key)

        async def replace(self, area: Area, key: str, stored: StoredObject, version: str) -> str | None:
            written.append(clock.now())
            return await super().replace(area, key, stored, version)

    written = list[float]()
    record = BatchRecord(asked(), read_settings({}), Attempt(clock=clock), Stalling())

    async def batch() -> None:
        async with record.updating(lambda: PENDING):
            await clock.sleep(600)

    await clock.play(batch())
    assert written[0] < 100
    assert len(written) > 10
