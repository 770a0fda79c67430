"""The leaf as a plain function: original, composite, upload, and never paying twice."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from batch.requests import ThumbnailRequest
from outcomes import Finished
from settings import Settings
from tasks.leaf import make_thumbnail
from tests.support.clock import TestClock
from waiting import Attempt

REQUEST = ThumbnailRequest(title="A title", model="dall-e-3", style="neon", template="bottom-bar", font="inter")


def files(settings: Settings, area: str) -> list[Path]:
    assert settings.thumbnails_dir
    found = (settings.thumbnails_dir / area).rglob("*")
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def originals(settings: Settings) -> list[Path]:
    return [path for path in files(settings, "thumbnails-originals") if path.suffix != ".json"]


async def made(request: ThumbnailRequest, settings: Settings) -> Finished:
    outcome = await make_thumbnail(request, settings)
    assert outcome["status"] == "ok"
    return outcome


def same_pixels(one: bytes, other: bytes) -> bool:
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        return ImageChops.difference(first, second).getbbox() is None


async def test_a_thumbnail_is_made_and_described_by_its_outcome(settings: Settings) -> None:
    outcome: dict[str, Any] = {**await made(REQUEST, settings)}
    timings = {name: outcome.pop(name) for name in list(outcome) if name.endswith("_seconds")}
    assert outcome.pop("usage") == {"latency_seconds": 0}
    assert timings.keys() == {"original_seconds", "composite_seconds", "upload_seconds"}
    assert all(0 <= value < 30 for value in timings.values())
    [path], [original] = files(settings, "thumbnails"), originals(settings)
    assert outcome == {
        "status": "ok",
        "title": "A title",
        "model": "dall-e-3",
        "served_by": "simulated/gpt-image-2.5-sunburst",
        "image_url": path.as_uri(),
        "key": str(path.relative_to(settings.thumbnails_dir / "thumbnails")),  # type: ignore[operator]
        "original": str(original.relative_to(settings.thumbnails_dir / "thumbnails-originals")),  # type: ignore[operator]
        "alt": 'The title "A title" on a picture in neon colours.',
        "variation": 0,
        "cost_usd": 0.0,
        "pictures_made": 1,
        "template": "bottom-bar",
        "font": "inter",
        "reused": False,
    }
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 630))
    assert len(originals(settings)) == 1


async def test_a_thumbnails_xmp_has_its_source_model_and_date(settings: Settings) -> None:
    await make_thumbnail(REQUEST, settings, Attempt(clock=TestClock(date=1_795_262_400.0)))
    [path] = files(settings, "thumbnails")
    with Image.open(path) as image:
        xmp = image.info["xmp"].decode()
    assert "digitalsourcetype/algorithmicMedia" in xmp
    assert 'CreatorTool="simulated/gpt-image-2.5-sunburst"' in xmp
    assert 'CreateDate="2026-11-21T12:00:00+00:00"' in xmp
    assert ">The title &quot;A title&quot; on a picture in neon colours.<" in xmp


async def test_a_second_run_finds_the_thumbnail(settings: Settings) -> None:
    first = await made(REQUEST, settings)
    [path] = files(settings, "thumbnails")
    written = path.stat().st_mtime_ns
    second = await made(REQUEST, settings)
    assert (second["reused"], second["key"]) == (True, first["key"])
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize("change", [{"template": "left-panel"}, {"font": "lora"}])
async def test_another_template_or_font_reuses_the_original(settings: Settings, change: dict[str, Any]) -> None:
    first = await made(REQUEST, settings)
    second = await made(replace(REQUEST, **change), settings)
    assert second["reused"]
    assert second["key"] != first["key"]
    assert len(originals(settings)) == 1
    assert len(files(settings, "thumbnails")) == 2


@pytest.mark.parametrize(
    "change", [{"variation": 1}, {"style": "sketch"}, {"context": "c"}, {"extra_prompt": "e"}, {"model": "gpt-image-1"}]
)
async def test_another_picture_request_generates_a_new_original(settings: Settings, change: dict[str, Any]) -> None:
    await made(REQUEST, settings)
    assert not (await made(replace(REQUEST, **change), settings))["reused"]
    assert len(originals(settings)) == 2


async def test_equivalent_titles_share_a_picture_but_keep_their_spelling(settings: Settings) -> None:
    await made(REQUEST, settings)
    spelled = await made(replace(REQUEST, title=" A\ntitle "), settings)
    assert (spelled["title"], spelled["reused"]) == (" A\ntitle ", True)


async def test_a_layout_character_changes_the_thumbnail_but_not_the_original(settings: Settings) -> None:
    plain, held = [
        await made(replace(REQUEST, title=title, template="left-panel"), settings)
        for title in ("Up to 10 000 a month", "Up to 10\u202f000 a month")
    ]
    assert (plain["reused"], held["reused"]) == (False, True)
    assert plain["key"].rpartition("/")[0] == held["key"].rpartition("/")[0]
    first, second = (path.read_bytes() for path in files(settings, "thumbnails") if path.suffix == ".jpg")
    assert first != second


async def test_a_read_only_store_is_reported_before_anything_is_paid_for(settings: Settings) -> None:
    assert settings.thumbnails_dir
    settings.thumbnails_dir.write_text("in the way")
    outcome = await make_thumbnail(REQUEST, settings)
    assert outcome["status"] == "failed"
    assert outcome["error"]["code"] == "store"
    assert "Check that THUMBNAILS_DIR names a writable directory." in outcome["error"]["message"]


@pytest.mark.parametrize("damaged", [None, b"", b"\xff\xd8\xff", b"garbage" * 1000])
async def test_a_lost_or_damaged_thumbnail_is_made_from_the_same_original(
    settings: Settings, damaged: bytes | None
) -> None:
    await made(REQUEST, settings)
    [path] = files(settings, "thumbnails")
    whole = path.read_bytes()
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    assert (await made(REQUEST, settings))["reused"]
    assert same_pixels(path.read_bytes(), whole)


async def test_a_model_that_has_ended_is_not_asked(settings: Settings) -> None:
    request = replace(REQUEST, model="gpt-image-1-mini")
    clock = TestClock(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    outcome: dict[str, Any] = {**await make_thumbnail(request, settings, Attempt(clock=clock))}
    assert (outcome["status"], outcome["error"]["code"]) == ("rejected", "model_ended")
    assert "choose gpt-image-2.6-flare" in outcome["error"]["message"]


async def test_a_shortened_title_is_reported(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    long = replace(REQUEST, title="word " * 100)
    for _ in range(2):
        assert (await made(long, settings))["title_shortened"]
    assert "does not fit at any size, so it ends in an ellipsis; shorten it" in caplog.text
    assert "title_shortened" not in await made(REQUEST, settings)
