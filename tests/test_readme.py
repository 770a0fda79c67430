"""The README and its pages are complete and correct: names, prices, links, commands and messages."""

import inspect
import io
import json
import re
import ssl
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import urllib3
from PIL import Image

from batch import choices
from batch.budget import Budget
from batch.checks import check_request
from batch.pairs import Pair, pair_of
from batch.plan import Plan
from batch.requests import BatchRequest, ChoicesRequest, ThumbnailRequest
from cli.command_line import main
from cli.covers import fetch_covers, write_covers
from cli.on_render.api import Workflow
from cli.on_render.run import run_there
from cli.reading.inputs import DEFAULT_MODELS
from cli.reading.options import DECLARED, flag
from cli.reading.parsing import OWN
from compositing.canvas import open_on_canvas
from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from errors import (
    CompositingError,
    InvalidRequestError,
    NewerRecordError,
    PictureError,
    QuotaWaitTooLongError,
    SettingsError,
    ThumbnailError,
)
from money import NOTHING, Money
from network import proxy_for
from posts.read import read_posts
from providers.cost import estimate
from providers.failures import Answer
from providers.opening import ended_faults, picture_request
from providers.prices import read_prices
from providers.provider import PictureRequest
from providers.registry import MODELS
from providers.vendor import OPENAI
from settings import Settings, read_settings
from storage.minio_failures import NOT_PUBLIC, UnsuitableError, store_error
from storage.opening import open_store
from styles import STYLES
from tasks import apply_choices, generate_batch, generate_thumbnail, generate_thumbnails
from tasks.windows import Windows
from tests.storage.test_minio_store import worker_that_may
from tests.support.batches import LOOK, missing
from tests.support.clock import SkippingClock
from tests.support.minio_server import MinioServer, free_port
from tests.support.project import ROOT, TUTORIAL_BATCH
from tests.support.render_api import RenderApi
from waiting import Clock

PAGES = {
    path.relative_to(ROOT): path.read_text()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / ".github").rglob("*.md"))
}
README = PAGES[Path("README.md")]
REQUESTS = PAGES[Path("docs/requests.md")]
TROUBLES = re.findall(r"^\| `(.+?)` \|", PAGES[Path("docs/troubleshooting.md")], re.MULTILINE)
LINKS = sorted((page, link) for page, text in PAGES.items() for link in re.findall(r"\]\(([^)\s]+)\)", text))
ROOMS = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isalpha() and path.name != "out")
SHOWN = sorted(
    {line for text in PAGES.values() for line in re.findall(r"^ {4,}(?:\S*/)?covers .*", text, re.MULTILINE)}
)
GOOD: dict[str, Any] = {
    "prompts": ["A title"],
    "models": ["gpt-image-2"],
    "style": "neon",
    "template": "left-panel",
    "font": "inter",
}


@pytest.mark.parametrize("name", [*MODELS, *STYLES, *TEMPLATES, *font_names()])
def test_every_model_style_template_and_font_is_documented(name: str) -> None:
    found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", REQUESTS + PAGES[Path("docs/models.md")])
    assert found, f"name {name} in docs/requests.md, or a model in docs/models.md"


@pytest.mark.parametrize("name", re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
def test_every_setting_is_documented(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`.* \|", PAGES[Path("docs/settings.md")], re.MULTILINE)


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.metadata["variable"])
def test_every_default_is_documented(each: Any) -> None:
    row = re.search(
        rf"^\| .*`{each.metadata['variable']}`.*? \| (.*?)\|", PAGES[Path("docs/settings.md")], re.MULTILINE
    )
    default = f"{each.default:g}" if isinstance(each.default, float) else str(each.default or "")
    assert each.name == "on_render" if row is None else row[1].strip() == default


@pytest.mark.parametrize(
    "task", [generate_batch, generate_thumbnails, generate_thumbnail, apply_choices], ids=lambda task: task.name
)
def test_every_argument_is_documented_in_order(task: Any) -> None:
    [first, *_] = re.findall(rf"^\| `{task.name}`.*?\| (.*?) \|", REQUESTS, re.MULTILINE)
    named = re.findall(r"`(\w+)`", first)
    inputs = list(inspect.signature(task.func).parameters)[1:]
    assert named == inputs if "and the same" not in first else [inputs[0], inputs[1]] == named[:2]


@pytest.mark.parametrize(
    "path", sorted({path for text in PAGES.values() for path in re.findall(rf"`((?:{ROOMS})/[\w./-]+)`", text)})
)
def test_every_named_file_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("page", "link"), LINKS, ids=str)
def test_every_link_has_a_target(page: Path, link: str) -> None:
    if link.startswith("https://"):
        return
    file, _, anchor = link.partition("#")
    target = (ROOT / page).parent / file if file else ROOT / page
    assert target.exists()
    headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if anchor else []
    assert not anchor or anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("command", SHOWN)
def test_every_shown_command_line_option_exists(command: str) -> None:
    options = {*map(flag, DECLARED), *(long for *_, long in OWN)}
    assert set(re.findall(r"(?<= )--[a-z][a-z-]*", command.partition("covers ")[2].partition("#")[0])) <= options


def test_the_projects_own_batch_asks_live_models_for_the_tutorials_pictures() -> None:
    """So a newcomer sees ids that exist, and running the tutorial's file afterwards costs nothing."""
    (titles, models, *look), tutorial = (json.loads(path.read_text()) for path in (ROOT / "batch.json", TUTORIAL_BATCH))
    assert [titles, *look] == [tutorial[0], *tutorial[2:5]]
    assert models == [MODELS[model].successor for model in tutorial[1]]


# The part of a page that may name models which end.
ENDING = "## Models that end"


def named_although_they_end(texts: Mapping[str, str], today: date) -> list[str]:
    """Return a sentence for each model that a text names, outside the part on those, within 60 days of its end."""
    ending = [model for model in MODELS.values() if model.has_ended(today + timedelta(days=60))]
    return [
        f"{name} names {model.id}, which ends on {model.ends}: name another"
        for name, text in texts.items()
        for model in ending
        if re.search(rf"(?<![\w-]){re.escape(model.id)}(?![\w-]|\.\d)", text.partition(ENDING)[0])
    ]


def test_no_example_default_or_page_names_a_model_that_ends_soon() -> None:
    """It only warns, as the suite passes on every day."""
    examples = [
        ROOT / "batch.json",
        TUTORIAL_BATCH,
        ROOT / ".env.example",
        ROOT / "render.yaml",
        ROOT / "deploy/nightly.sh",
    ]
    pages = {str(page): text for page, text in PAGES.items() if page.name != "command-line.md"}  # It lists every model.
    texts = {path.name: path.read_text() for path in examples} | pages
    # What serves the tutorial's own ids is named nowhere but asked for.
    asked = [*DEFAULT_MODELS, *(model.successor for model in MODELS.values() if model.successor)]
    for sentence in named_although_they_end(texts | {"a default or a successor": " ".join(asked)}, Clock().today()):
        warnings.warn(sentence, FutureWarning, stacklevel=1)


def test_a_page_that_names_a_model_before_its_end_is_noticed() -> None:
    texts = {"one": "gpt-image-1-mini, gpt-image-2", "two": f"gpt-image-2 {ENDING} gpt-image-1.5"}
    assert named_although_they_end(texts, date(2026, 10, 1)) == []
    for day in (date(2026, 10, 2), date(2030, 1, 1)):
        [sentence] = named_although_they_end(texts, day)
        assert sentence == "one names gpt-image-1-mini, which ends on 2026-12-01: name another"


def about(model: str, titles: Sequence[str], **settings: Any) -> Money:
    """Return what is estimated for the tutorial's pictures, under settings."""
    look: Any = {"style": "photorealistic", "context": "", "extra_prompt": "", "variation": 0}
    asked = [picture_request(MODELS[model], Settings(**settings), title=title, **look) for title in titles]
    return estimate(asked, read_prices()).cost


def test_the_tutorials_batch_costs_what_the_readme_says() -> None:
    titles, models = json.loads(TUTORIAL_BATCH.read_text())[:2]
    header, *rows = re.findall(r"^\| (.*) \|$", README.partition("\n## What it costs\n")[2], re.MULTILINE)[:4]
    qualities = [cell.split()[0] for cell in header.split(" | ")[1:]]
    flare, both = (row.split(" | ")[1:] for row in rows[1:])
    for quality, alone, together in zip(qualities, flare, both, strict=True):
        costs = {model: about(model, titles, openai_image_quality=quality) for model in models}
        assert str(costs["gpt-image-1"]) == f"about {alone}"
        assert str(sum(costs.values(), NOTHING)) == f"about {together}"


@pytest.mark.parametrize(
    ("row", "setting"),
    [
        (row, setting)
        for heading, setting in (("| OpenAI, by ", "openai_image_quality"), ("| Gemini, by ", "gemini_image_size"))
        for row in (PAGES[Path("docs/models.md")].partition(heading)[2].partition("\n\n")[0].splitlines()[2:])
    ],
)
def test_a_picture_costs_what_the_models_page_says(row: str, setting: str) -> None:
    [title, *_] = json.loads(TUTORIAL_BATCH.read_text())[0]
    names, *prices = (cell.strip() for cell in row.strip("|").split("|"))
    values = ("low", "medium", "high", "xhigh", "max") if "quality" in setting else ("1K", "2K", "4K")
    for model in re.findall(r"`([^`]+)`", names):
        offered = MODELS[model].qualities if "quality" in setting else MODELS[model].sizes
        for value, price in zip(values, prices, strict=True):
            assert bool(price) == (value in offered)
            if price:
                assert str(about(model, [title], **{setting: value})) == f"about {price}"


def refused(settings: Settings, **values: Any) -> str:
    """Return why a request is rejected."""
    with pytest.raises(InvalidRequestError) as caught:
        check_request(BatchRequest, {**GOOD, **values}, settings)
    return str(caught.value)


async def unready(**variables: str) -> str:
    """Return why a MinIO store cannot be used."""
    keys = {"MINIO_ACCESS_KEY": "someone", "MINIO_SECRET_KEY": "canary-secret", **variables}
    with pytest.raises(ThumbnailError) as caught:
        await open_store(read_settings(keys)).prepare()
    return str(caught.value)


async def no_bucket(minio: MinioServer, bucket: str, policy: Path) -> str:
    """Return the error of a worker that may write to a bucket but not create it."""
    with (
        worker_that_may(minio, bucket, policy, "s3:GetObject", "s3:PutObject") as worker,
        pytest.raises(ThumbnailError) as caught,
    ):
        await open_store(worker).prepare()
    return str(caught.value)


def answered(status: int, code: str) -> str:
    """Return the error for an answer from OpenAI."""
    return str(OPENAI.failed(Answer(status, code), "gpt-image-2"))


def shown(capsys: pytest.CaptureFixture[str], folder: Path, text: str) -> str:
    """Return the command line's message about a file."""
    (folder / "batch.json").write_text(text)
    assert main([str(folder / "batch.json")]) == 2
    return capsys.readouterr().err


def capped(pictures: int, model: str) -> str:
    """Return the fault of so many pictures by a model, under a cap of one dollar."""
    request = PictureRequest(model, "", "neon", "1200x640", "high", 0)
    [fault] = estimate([request] * pictures, read_prices()).faults(Decimal(1))
    return fault


def a_pair(settings: Settings, title: str = "One") -> Pair:
    return pair_of(ThumbnailRequest(title=title, model="gpt-image-2", **LOOK), settings)  # type: ignore[arg-type]


def too_many(settings: Settings) -> str:
    """Return the fault of a plan with one new picture more than the limit."""
    pair = a_pair(settings)
    [fault] = Plan([pair], payers=[pair] * (settings.max_images_per_batch + 1)).faults(settings)
    return str(fault)


async def withheld(settings: Settings) -> str:
    """Return why a picture is not asked for once another was refused with the key."""
    first, second = a_pair(settings), a_pair(settings, "Two")
    windows = Windows([first, second], 1, Budget([], settings))
    start = await windows.start()
    assert start
    await windows.end(start, missing("rejected", "One", "gpt-image-2", code="bad_key"))
    return str(second.so_far)


def undecodable() -> str:
    """Return why a picture is not decoded that takes few bytes and much memory."""
    picture = io.BytesIO()
    Image.new("RGB", (7000, 5700)).save(picture, "WEBP")
    with pytest.raises(PictureError) as caught:
        open_on_canvas(picture.getvalue())
    return str(caught.value)


def untrusted() -> str:
    """Return the error for a server whose certificate is from an unknown authority."""
    failed = ssl.SSLCertVerificationError(1, "certificate verify failed")
    failed.verify_message = "self-signed certificate"
    return str(store_error("MinIO", urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.SSLError(failed))))  # type: ignore[arg-type]


def socks(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return why a SOCKS proxy cannot be used."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(SettingsError) as caught:
        proxy_for("https://s3.example.com")
    return str(caught.value)


def unread(source: Path, data: bytes) -> str:
    """Return why no posts can be read from a file."""
    source.write_bytes(data)
    with pytest.raises(InvalidRequestError) as caught:
        read_posts(str(source))
    return str(caught.value)


async def unapplied(settings: Settings) -> str:
    """Return why choices of a batch cannot be applied to a store that does not have it."""
    with pytest.raises(InvalidRequestError) as caught:
        await choices.apply_choices(open_store(settings), ChoicesRequest(version=1, batch_id="0" * 16, choices=[]))
    return str(caught.value)


async def not_run_there(monkeypatch: pytest.MonkeyPatch, slug: str = "blog-thumbnails", **variables: str) -> str:
    """Return the error of a run on Render, whose worker refuses it."""
    batch = BatchRequest(**GOOD)
    with RenderApi() as api:
        for name, value in {**api.environment, **variables}.items():
            monkeypatch.setenv(name, value)
        api.on_start = lambda run: run.update(status="failed", error=str(InvalidRequestError(["It is too large"])))
        with pytest.raises(ThumbnailError) as caught:
            await run_there(Workflow(slug, SkippingClock()), batch, lambda event: None, lambda text: None)
    return str(caught.value)


def unfetched() -> str:
    """Return the error of fetching covers when the batch's manifest was not written."""
    with pytest.raises(ThumbnailError) as caught:
        fetch_covers(None)
    return str(caught.value)


Produced = dict[str, Callable[[], Any]]  # What produces each message, by its beginning in the table.
FROM_MINIO = {"does not speak S3", "SignatureDoesNotMatch", "the bucket does not exist"}


@pytest.fixture
def messages(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Produced:
    """The messages, from the code that a user runs."""
    nobody = f"http://127.0.0.1:{free_port()}"
    for name in ("THUMBNAILS_DIR", "SIMULATE_PROVIDERS"):  # The command line chooses these.
        monkeypatch.setenv(name, "")
    return {
        "No store is set": lambda: refused(Settings(simulate_providers=True)),
        "THUMBNAILS_DIR is set on Render": lambda: refused(Settings(thumbnails_dir=tmp_path, on_render=True)),
        "OPENAI_API_KEY is not set": lambda: refused(Settings(thumbnails_dir=tmp_path)),
        "was shut down on": lambda: ended_faults([MODELS["gpt-image-1.5"]], date(2026, 12, 1))[0],
        "unknown model": lambda: refused(settings, models=["dalle-3"]),
        "The input is missing": lambda: shown(capsys, tmp_path, '[["A title"], ["gpt-image-2"], "neon"]'),
        "The request is for": lambda: too_many(settings),
        "That is above the cap of": lambda: capped(99, "gpt-image-2"),
        "Not asked for: this run has cost": lambda: Budget([], settings).refusal(a_pair(settings))["message"],
        "Not asked for, as another picture was refused": lambda: withheld(settings),
        "as the cost is unknown": lambda: capped(1, "new-model"),
        "is not a supported source": lambda: unread(tmp_path / "a.bin", b"\0\1"),
        "is a web page, not a feed": lambda: unread(tmp_path / "a.html", b"<!doctype html>"),
        "is a ZIP archive": lambda: unread(tmp_path / "a.zip", b"PK\3\4"),
        "The covers were not written": lambda: unwritten(tmp_path / "covers"),
        "has no posts": lambda: unread(tmp_path / "a.md", b"---\ndraft: true\n---\n"),
        "There is no batch": lambda: unapplied(settings),
        "RENDER_API_KEY is not set": partial(not_run_there, monkeypatch, RENDER_API_KEY="", RENDER_LOCAL_DEV_URL=""),
        "Render does not accept RENDER_API_KEY": partial(not_run_there, monkeypatch, RENDER_API_KEY="rnd_no"),
        "Render does not know": partial(not_run_there, monkeypatch, "blog"),
        "The worker on Render refused this": partial(not_run_there, monkeypatch),
        "Render's API failed": partial(not_run_there, monkeypatch, RENDER_LOCAL_DEV_URL=nobody),
        "The covers were not fetched": unfetched,
        "is a duplicate": lambda: refused(settings, prompts=["One", "One "]),
        'The font "inter" cannot draw': lambda: refused(settings, prompts=["\ue000"]),
        "is not JSON": lambda: shown(capsys, tmp_path, "[1, 2"),
        "cannot be reached": lambda: unready(MINIO_ENDPOINT=nobody),
        "refuses to draw this": lambda: answered(400, "moderation_blocked"),
        "does not accept the key": lambda: answered(401, "invalid_api_key"),
        "has no credit left": lambda: answered(429, "credit_balance_exhausted"),
        "does not let this account use": lambda: answered(404, "model_not_found"),
        "is not available where this runs": lambda: answered(403, "unsupported_country_region_territory"),
        "which gpt-image-2 does not offer": lambda: refused(replace(settings, openai_image_quality="max")),
        "This is a bug of this program": lambda: str(CompositingError(ValueError("box offset can't be negative"))),
        "in a way that is not documented": lambda: answered(418, "teapot"),
        "did not answer within": lambda: str(OPENAI.timed_out(240)),
        "The connection to OpenAI broke": lambda: str(OPENAI.disconnected("reset by peer", sent=True)),
        "redirects the request": lambda: str(OPENAI.redirected(307, "https://images.example.com")),
        "larger than 64 MB": lambda: str(OPENAI.no_picture("the answer is larger than 64 MB, which no picture takes")),
        "MB to decode": undecodable,
        "may not be made public": lambda: str(store_error("MinIO", UnsuitableError(NOT_PUBLIC))),
        "its certificate is not trusted": untrusted,
        "names a SOCKS proxy": lambda: socks(monkeypatch),
        "and this program knows version": lambda: str(NewerRecordError("batches/a/manifest.json", 2, 1)),
        "is longer than this attempt has left": lambda: str(QuotaWaitTooLongError("OpenAI asks to wait.", 900)),
    }


@pytest.fixture
def messages_of_minio(minio: MinioServer, bucket: str, tmp_path: Path) -> Produced:
    """The messages about a running MinIO server."""
    there, user = minio.environment["MINIO_ENDPOINT"], minio.environment["MINIO_ACCESS_KEY"]
    console = f"http://127.0.0.1:{minio.console_port}"
    return {
        "does not speak S3": lambda: unready(MINIO_ENDPOINT=console),
        "SignatureDoesNotMatch": lambda: unready(MINIO_ENDPOINT=there, MINIO_ACCESS_KEY=user),
        "the bucket does not exist": lambda: no_bucket(minio, bucket, tmp_path / "policy.json"),
    }


def unwritten(folder: Path) -> str:
    (folder / "covers.json").mkdir(parents=True)
    with pytest.raises(ThumbnailError) as caught:
        write_covers([], folder)
    return str(caught.value)


async def produce(messages: Produced, beginning: str) -> str:
    produced = messages[beginning]()
    return str(produced if isinstance(produced, str) else await produced)


@pytest.mark.parametrize("beginning", [trouble for trouble in TROUBLES if trouble not in FROM_MINIO])
async def test_every_message_in_the_troubleshooting_table_is_real(messages: Produced, beginning: str) -> None:
    assert beginning in await produce(messages, beginning)


@pytest.mark.parametrize("beginning", [trouble for trouble in TROUBLES if trouble in FROM_MINIO])
async def test_every_message_about_a_minio_server_is_real(messages_of_minio: Produced, beginning: str) -> None:
    assert beginning in await produce(messages_of_minio, beginning)
