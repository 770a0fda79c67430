"""The leaf, as a plain function: original, composite, upload, and never paying twice."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from errors import StoreError
from settings import Settings, read_settings
from tasks.leaf import make_thumbnail
from tasks.requests import ThumbnailRequest
from tests.emulator import Emulator

REQUEST = ThumbnailRequest(title="A title", model="dall-e-3", style="neon", template="bottom-bar", font="inter")


def files(settings: Settings, area: str) -> list[Path]:
    assert settings.thumbnails_dir
    return sorted(path for path in (settings.thumbnails_dir / area).rglob("*") if path.is_file())


async def test_a_thumbnail_is_made_and_its_outcome_says_how(settings: Settings) -> None:
    outcome = await make_thumbnail(REQUEST, settings)
    timings = {name: outcome.pop(name) for name in list(outcome) if name.endswith("_seconds")}
    assert outcome.pop("usage") == {"latency_seconds": 0}
    assert timings.keys() == {"original_seconds", "composite_seconds", "upload_seconds"}
    assert all(0 <= value < 30 for value in timings.values())
    [path] = files(settings, "thumbnails")
    assert outcome == {
        "status": "ok",
        "title": "A title",
        "model": "dall-e-3",
        "served_by": "simulated/gpt-image-2.5-sunburst",
        "image_url": path.as_uri(),
        "key": str(path.relative_to(settings.thumbnails_dir / "thumbnails")),  # type: ignore[operator]
        "template": "bottom-bar",
        "font": "inter",
        "reused": False,
    }
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 630))
    assert len(files(settings, "thumbnails-originals")) == 1


async def test_a_second_run_finds_it_finished(settings: Settings) -> None:
    first = await make_thumbnail(REQUEST, settings)
    [path] = files(settings, "thumbnails")
    written = path.stat().st_mtime_ns
    second = await make_thumbnail(REQUEST, settings)
    assert (second["reused"], second["key"]) == (True, first["key"])
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize("change", [{"template": "left-panel"}, {"font": "lora"}])
async def test_another_template_or_font_reuses_the_original(settings: Settings, change: dict[str, str]) -> None:
    first = await make_thumbnail(REQUEST, settings)
    second = await make_thumbnail(REQUEST.model_copy(update=change), settings)
    assert second["reused"]
    assert second["key"] != first["key"]
    assert len(files(settings, "thumbnails-originals")) == 1
    assert len(files(settings, "thumbnails")) == 2


@pytest.mark.parametrize(
    "change", [{"variation": 1}, {"style": "sketch"}, {"context": "c"}, {"extra_prompt": "e"}, {"model": "gpt-image-1"}]
)
async def test_whatever_changes_the_picture_is_generated_anew(settings: Settings, change: dict[str, str]) -> None:
    await make_thumbnail(REQUEST, settings)
    assert not (await make_thumbnail(REQUEST.model_copy(update=change), settings))["reused"]
    assert len(files(settings, "thumbnails-originals")) == 2


async def test_a_lost_thumbnail_costs_no_new_picture(settings: Settings) -> None:
    await make_thumbnail(REQUEST, settings)
    [path] = files(settings, "thumbnails")
    jpeg = path.read_bytes()
    path.unlink()
    assert (await make_thumbnail(REQUEST, settings))["reused"]
    assert path.read_bytes() == jpeg


async def test_titles_that_read_the_same_share_a_picture_but_keep_their_spelling(settings: Settings) -> None:
    await make_thumbnail(REQUEST, settings)
    spelled = await make_thumbnail(REQUEST.model_copy(update={"title": " A\ntitle "}), settings)
    assert (spelled["title"], spelled["reused"]) == (" A\ntitle ", True)


async def test_what_an_author_wrote_is_laid_out_under_the_key_of_its_plain_form(settings: Settings) -> None:
    plain, written = "Up to 10 000 a month", "Up to 10\u202f000 a month"
    title = {name: REQUEST.model_copy(update={"title": text}) for name, text in (("plain", plain), ("held", written))}
    keys, pictures = set(), set()
    for request in title.values():
        keys.add((await make_thumbnail(request.model_copy(update={"template": "left-panel"}), settings))["key"])
        [path] = [path for path in files(settings, "thumbnails") if path.suffix == ".jpg"]
        pictures.add(path.read_bytes())
        path.unlink()
    assert len(keys) == 1
    assert len(pictures) == 2


async def test_a_store_that_cannot_be_written_to_is_found_out_before_asking(settings: Settings) -> None:
    assert settings.thumbnails_dir
    settings.thumbnails_dir.write_text("in the way")
    with pytest.raises(StoreError):
        await make_thumbnail(REQUEST, settings)


async def test_a_title_that_had_to_be_shortened_is_said_to_be(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    long = REQUEST.model_copy(update={"title": "word " * 100})
    for _ in range(2):
        assert (await make_thumbnail(long, settings))["title_shortened"]
    assert "does not fit at any size and is shortened" in caplog.text
    assert "title_shortened" not in await make_thumbnail(REQUEST, settings)


async def test_a_leaf_that_lost_its_claim_while_it_was_throttled_does_not_ask_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run takes over, and finishes, while the provider has this one wait."""
    with Emulator() as emulator:
        for name, value in {**emulator.environment, "THUMBNAILS_DIR": str(settings.thumbnails_dir)}.items():
            monkeypatch.setenv(name, value)
        real = read_settings()
        emulator.faults.append(lambda handler, request: handler.throttle(request, 7))
        request = REQUEST.model_copy(update={"model": "gpt-image-2"})
        first = asyncio.create_task(make_thumbnail(request, real, "run-1"))
        while not emulator.requests:
            await asyncio.sleep(0.01)
        second = await make_thumbnail(request, real, "run-1")  # The run's own later attempt: it takes over at once.
        assert not second["reused"]
        assert (await first)["reused"]
    assert len(emulator.requests) == 2
    assert emulator.billed == 1
