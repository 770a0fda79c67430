"""A brand restyles thumbnails at no cost; an invalid brand is rejected before anything is paid for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch.checks import check_request
from batch.requests import BatchRequest, ThumbnailRequest
from errors import InvalidRequestError
from settings import Settings
from tasks.leaf import make_thumbnail
from tests.compositing.brands import FONT, write_brand

REQUEST = ThumbnailRequest(title="A title", model="dall-e-3", style="neon", template="bottom-bar", font="inter")
BATCH = {"prompts": ["A title"], "models": ["dall-e-3"], "style": "neon", "template": "bottom-bar", "font": "inter"}
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "docs" / "brand"


async def made(request: ThumbnailRequest, settings: Settings) -> dict[str, Any]:
    outcome = await make_thumbnail(request, settings)
    assert outcome["status"] == "ok"
    return {**outcome}


async def test_another_brand_makes_another_thumbnail_from_the_same_original(settings: Settings, tmp_path: Path) -> None:
    plain = await made(REQUEST, settings)
    branded = replace(settings, brand_dir=write_brand(tmp_path / "brand", colour="#123c69", name="Ours"))
    first = await made(REQUEST, branded)
    write_brand(tmp_path / "brand", colour="#123c68", name="Ours")
    second = await made(REQUEST, branded)
    assert [outcome["reused"] for outcome in (plain, first, second)] == [False, True, True]
    assert len({outcome["key"] for outcome in (plain, first, second)}) == 3
    assert first["alt"] == 'The title "A title" on a picture in neon colours, with the name Ours.'


async def test_an_empty_brand_shares_thumbnails_with_no_brand(settings: Settings, tmp_path: Path) -> None:
    plain = await made(REQUEST, settings)
    assert (await made(REQUEST, replace(settings, brand_dir=write_brand(tmp_path / "brand"))))["key"] == plain["key"]


async def test_a_title_is_set_in_the_brands_own_font(settings: Settings, tmp_path: Path) -> None:
    branded = replace(settings, brand_dir=write_brand(tmp_path / "brand", {"own.ttf": FONT}, font="own.ttf"))
    request = check_request(ThumbnailRequest, {**vars(REQUEST), "font": "brand"}, branded)
    assert (await made(request, branded))["font"] == "brand"


def test_the_example_is_a_brand(settings: Settings) -> None:
    check_request(BatchRequest, BATCH, replace(settings, brand_dir=EXAMPLE))


def test_an_invalid_brand_is_reported_with_all_other_faults(settings: Settings, tmp_path: Path) -> None:
    branded = replace(settings, brand_dir=write_brand(tmp_path / "brand", colour="amber", logo="none.png"))
    with pytest.raises(InvalidRequestError) as caught:
        check_request(BatchRequest, {**BATCH, "models": ["dalle-3"]}, branded)
    assert len(caught.value.faults) == 3
    assert "colour 'amber' is not a colour" in str(caught.value)


def test_the_brands_font_is_rejected_if_the_brand_has_none(settings: Settings) -> None:
    with pytest.raises(InvalidRequestError, match=r"put a TTF or OTF beside brand\.json and name it there"):
        check_request(BatchRequest, {**BATCH, "font": "brand"}, settings)


def test_a_character_that_no_font_has_is_rejected_for_the_brands_font_too(settings: Settings, tmp_path: Path) -> None:
    branded = replace(settings, brand_dir=write_brand(tmp_path / "brand", {"own.ttf": FONT}, font="own.ttf"))
    with pytest.raises(InvalidRequestError, match='The font "brand" cannot draw \ue000'):
        check_request(BatchRequest, {**BATCH, "prompts": ["A \ue000"], "font": "brand"}, branded)
