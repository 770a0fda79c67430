"""A bug in the compositing is called one: the picture is not to blame, is kept, and is not paid for again."""

import io
import logging
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from batch.pairs import pair_of
from batch.requests import ThumbnailRequest
from cli.here.engine import Engine
from compositing import canvas, drawing, thumbnail, xmp
from errors import CompositingError
from originals.ledger import read_ledger
from settings import Settings
from storage.opening import open_store
from tasks import app, leaf
from tasks.leaf import make_thumbnail
from tests.support.emulator import KEY, Emulator, Handler, Request

REQUEST = ThumbnailRequest(title="A title", model="gpt-image-2", style="neon", template="bottom-bar", font="inter")
# Every step after the decoding, by the function that does it.
STEPS: list[tuple[ModuleType | type, str]] = [
    (Image.Image, "transpose"),
    (canvas, "covering_box"),
    (canvas, "_scalable"),
    (Image.Image, "resize"),
    (canvas, "_rgb"),
    (Image.Image, "paste"),
    (leaf, "lay_out"),
    (xmp, "xmp_packet"),
    (thumbnail, "draw_cover"),
    (drawing, "arrange"),
    (drawing, "scheme_of"),
    (thumbnail, "encode_jpeg"),
]


@pytest.fixture
def configured(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A store of the test's own, and OpenAI's SDK led to the emulator, whose picture lies on its side."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (640, 1200), "#336699").save(out, "JPEG", exif=exif)

    def turned(handler: Handler, request: Request) -> None:
        handler.picture(request, out.getvalue(), "image/jpeg")

    emulator.choose_fault = lambda _: turned
    return Settings(openai_api_key=KEY, thumbnails_dir=tmp_path / "out")


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
async def test_a_bug_in_any_step_after_the_decoding_costs_no_second_picture(
    owner: Any,
    step: str,
    configured: Settings,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("box offset can't be negative")

    with monkeypatch.context() as broken:
        broken.setattr(owner, step, fail)
        for _ in range(3):
            with pytest.raises(CompositingError, match=r"ValueError: box offset .* bug of this program.* report"):
                await make_thumbnail(REQUEST, configured)
    [entry, *_] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert entry.exc_info
    assert "A title, gpt-image-2: composing failed" in entry.message
    assert emulator.billed == (0 if step == "lay_out" else 1), "before the picture, nothing was paid for"
    outcome = await make_thumbnail(REQUEST, configured)
    assert outcome["status"] == "ok"
    assert emulator.billed == 1
    work = pair_of(REQUEST, configured)
    assert not (await read_ledger(open_store(configured), work.original_key)).unusable


async def test_a_lack_of_memory_is_no_bug(
    configured: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(thumbnail, "draw_cover", fail)
    with pytest.raises(MemoryError):
        await make_thumbnail(REQUEST, configured)
    assert not any(record.levelno == logging.ERROR for record in caplog.records)


async def test_a_bug_is_not_retried_here_and_its_picture_is_counted(
    configured: Settings, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail, "draw_cover", lambda *_: 1 / 0)
    result = await Engine(app, lambda _: None, configured).run(
        "generateBatch", [["A title"], ["gpt-image-2"], "neon", "bottom-bar", "inter"]
    )
    [[outcome]] = [row["results"] for row in result["rows"]]
    assert outcome["status"] == "failed"
    assert "ZeroDivisionError" in outcome["error"]["message"]
    assert outcome["cost_usd"] == float(emulator.bill) > 0
