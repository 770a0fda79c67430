"""The README names all that there is, and each message of its troubleshooting table comes when it says."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compositing.fonts import font_names
from compositing.templates import TEMPLATES
from errors import InvalidRequestError, ThumbnailError
from local.command_line import main
from providers.failures import Answer
from providers.prompt import STYLES
from providers.registry import MODELS
from providers.vendor import OPENAI
from settings import Settings, read_settings
from storage.choice import open_store
from storage.quota import too_long
from tasks.checks import check_request
from tasks.requests import BatchRequest
from tests.minio_server import MinioServer, free_port
from tests.project import ROOT
from tests.storage.test_minio_store import worker_that_may

README = (ROOT / "README.md").read_text()
TROUBLES = re.findall(r"^\| `(.+?)` \|", README.partition("## Troubleshooting")[2].partition("\n## ")[0], re.MULTILINE)
GOOD: dict[str, Any] = {
    "prompts": ["A title"],
    "models": ["gpt-image-2"],
    "style": "neon",
    "template": "left-panel",
    "font": "inter",
}


@pytest.mark.parametrize("name", [*MODELS, *STYLES, *TEMPLATES, *font_names()])
def test_every_model_style_template_and_font_is_named(name: str) -> None:
    found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", README)
    assert found, f"name {name} in README.md, under What to ask for"


@pytest.mark.parametrize("name", re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
def test_every_setting_is_in_the_table(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`.* \|", README, re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\((docs/[^)]+)\)|`((?:tests|gallery|deploy)/[\w./-]+)`", README)))
)
def test_every_file_that_is_named_is_there(path: tuple[str, str]) -> None:
    assert (ROOT / "".join(path)).exists()


def refused(settings: Settings, **values: Any) -> str:
    """Return why a request is refused."""
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
    """Return what a worker says that may write to a bucket, but not make it."""
    with (
        worker_that_may(minio, bucket, policy, "s3:GetObject", "s3:PutObject") as worker,
        pytest.raises(ThumbnailError) as caught,
    ):
        await open_store(worker).prepare()
    return str(caught.value)


def answered(status: int, code: str) -> str:
    """Return what is said of an answer of OpenAI's."""
    return str(OPENAI.failed(Answer(status, code), "gpt-image-2"))


def shown(capsys: pytest.CaptureFixture[str], folder: Path, text: str) -> str:
    """Return what the command line says of a file."""
    (folder / "batch.json").write_text(text)
    assert main([str(folder / "batch.json")]) == 2
    return capsys.readouterr().err


Produced = dict[str, Callable[[], Any]]  # By its beginning in the table: what produces a message.
FROM_MINIO = {"does not speak S3", "SignatureDoesNotMatch", "the bucket does not exist"}


@pytest.fixture
def messages(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Produced:
    """In the code that a person would meet them in."""
    for name in ("THUMBNAILS_DIR", "SIMULATE_PROVIDERS"):  # The command line chooses these.
        monkeypatch.setenv(name, "")
    return {
        "No store is set": lambda: refused(Settings(simulate_providers=True)),
        "THUMBNAILS_DIR is set on Render": lambda: refused(Settings(thumbnails_dir=tmp_path, on_render=True)),
        "OPENAI_API_KEY is not set": lambda: refused(Settings(thumbnails_dir=tmp_path)),
        "unknown model": lambda: refused(settings, models=["dalle-3"]),
        "The input lacks": lambda: shown(capsys, tmp_path, '[["A title"], ["gpt-image-2"], "neon"]'),
        "The request is for": lambda: refused(settings, prompts=[str(number) for number in range(51)]),
        "is the same as": lambda: refused(settings, prompts=["One", "One "]),
        'The font "inter" cannot set': lambda: refused(settings, prompts=["\ue000"]),
        "is not JSON": lambda: shown(capsys, tmp_path, "[1, 2"),
        "not reached": lambda: unready(MINIO_ENDPOINT=f"http://127.0.0.1:{free_port()}"),
        "refuses to draw this": lambda: answered(400, "moderation_blocked"),
        "does not accept the key": lambda: answered(401, "invalid_api_key"),
        "has no credit left": lambda: answered(429, "credit_balance_exhausted"),
        "does not let this account use": lambda: answered(404, "model_not_found"),
        "is not available where this runs": lambda: answered(403, "unsupported_country_region_territory"),
        "which gpt-image-2 does not offer": lambda: refused(replace(settings, openai_image_quality="max")),
        "in a way that is not documented": lambda: answered(418, "teapot"),
        "did not answer within": lambda: str(OPENAI.timed_out(240)),
        "is longer than this attempt has left": lambda: str(too_long("OpenAI asks to wait.", 900)),
    }


@pytest.fixture
def messages_of_minio(minio: MinioServer, bucket: str, tmp_path: Path) -> Produced:
    """In the same code, before a MinIO server."""
    there, user = minio.environment["MINIO_ENDPOINT"], minio.environment["MINIO_ACCESS_KEY"]
    console = f"http://127.0.0.1:{minio.console_port}"
    return {
        "does not speak S3": lambda: unready(MINIO_ENDPOINT=console),
        "SignatureDoesNotMatch": lambda: unready(MINIO_ENDPOINT=there, MINIO_ACCESS_KEY=user),
        "the bucket does not exist": lambda: no_bucket(minio, bucket, tmp_path / "policy.json"),
    }


async def produce(messages: Produced, beginning: str) -> str:
    produced = messages[beginning]()
    return str(produced if isinstance(produced, str) else await produced)


@pytest.mark.parametrize("beginning", [trouble for trouble in TROUBLES if trouble not in FROM_MINIO])
async def test_every_message_of_the_troubleshooting_table_comes_when_it_says(
    messages: Produced, beginning: str
) -> None:
    assert beginning in await produce(messages, beginning)


@pytest.mark.parametrize("beginning", [trouble for trouble in TROUBLES if trouble in FROM_MINIO])
async def test_every_message_about_a_minio_server_comes_when_it_says(
    messages_of_minio: Produced, beginning: str
) -> None:
    assert beginning in await produce(messages_of_minio, beginning)
