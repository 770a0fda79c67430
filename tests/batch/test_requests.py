"""Invalid input: one message lists every fault with its remedy, before anything is started."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from batch.checks import check_request
from batch.requests import BatchRequest, ThumbnailRequest
from errors import InvalidRequestError
from providers.opening import log_models
from providers.registry import MODELS
from settings import Settings
from styles import STYLES
from tests.support.clock import TestClock
from text import clean_text

GOOD: dict[str, Any] = {
    "prompts": ["One", "Two"],
    "models": ["gpt-image-1"],
    "style": "neon",
    "template": "bottom-bar",
    "font": "inter",
}


def refusal(settings: Settings, **changes: Any) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        check_request(BatchRequest, {**GOOD, **changes}, settings)
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    assert str(caught.value).encode()  # Any input gives a printable message.
    assert str(caught.value).startswith("Nothing was started and nothing was paid for")
    return [str(fault) for fault in caught.value.faults]


def test_a_valid_request_passes(settings: Settings) -> None:
    request = check_request(BatchRequest, GOOD, settings)
    assert (request.prompts, request.variation, request.context) == (["One", "Two"], 0, "")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"prompts": []}, "prompts: must have at least one entry, not []"),
        ({"models": []}, "models: must have at least one entry, not []"),
        ({"prompts": "One"}, "prompts: must be a list in square brackets, not 'One'"),
        ({"prompts": ["One", 7]}, "prompts[1]: must be text in quotes, or an object with a title, not 7"),
        ({"prompts": ["One", None]}, "prompts[1]: must be text in quotes, or an object with a title, not None"),
        ({"prompts": ["One", "  \n\t "]}, "prompts[1]: has no visible characters; write a title"),
        ({"prompts": ["One", "\u200b\u202e"]}, "prompts[1]: has no visible characters; write a title"),
        ({"prompts": ["One", "\ufe0f\u2800\u115f"]}, "prompts[1]: has no visible characters; write a title"),
        ({"prompts": [5, "a", "a"]}, 'prompts[2] ("a"): is a duplicate; keep one, or give each its own slug'),
        ({"prompts": [{"titel": "One"}]}, 'prompts[0]: unknown name "titel". Did you mean "title"? Valid: '),
        ({"prompts": [{"slug": "a"}]}, "prompts[0]: has no title"),
        ({"prompts": [{"title": 7}]}, "prompts[0]: title: must be text in quotes, not 7"),
        (
            {"prompts": [{"title": "A b", "slug": "../a b"}]},
            'prompts[0] ("A b"): slug: "../a b" is not safe in an address; write "a-b"',
        ),
        (
            {"prompts": [{"title": "A", "variation": -1}]},
            'prompts[0] ("A"): variation: must be 0 or more, not -1',
        ),
        (
            {"prompts": [{"title": "A", "slug": "x"}, {"title": "B", "slug": "x"}]},
            'prompts[1] ("B"): has the same slug as prompts[0]; change one of them',
        ),
        ({"name": 7}, "name: must be text in quotes, not 7"),
        ({"models": ["gpt-\udc00"]}, "models[0]: contains half of a surrogate pair"),
        ({"prompts": ["One", "Two \ud800"]}, 'prompts[1] ("Two ?"): contains half of a surrogate pair, which is no'),
        ({"prompts": ["One", "Two", " One "]}, 'prompts[2] ("One"): is a duplicate; keep one'),
        ({"models": ["gpt-image-1", "gpt-image-1"]}, 'models[1]: "gpt-image-1" is a duplicate; keep one'),
        ({"variation": -1}, "variation: must be 0 or more, not -1"),
        ({"variation": "1"}, "variation: must be a whole number without quotes, not '1'"),
        ({"variation": True}, "variation: must be a whole number without quotes, not True"),
        ({"context": None}, "context: must be text in quotes, not None"),
        ({"extra_prompt": ["x"]}, "extra_prompt: must be text in quotes, not ['x']"),
        ({"models": ["gpt-imge-1"]}, 'models[0]: unknown model "gpt-imge-1". Did you mean "gpt-image-1"? Valid: '),
        ({"style": "Neon"}, 'style: unknown style "Neon". Did you mean "neon"? Valid: photorealistic, cinematic'),
        ({"template": "bottombar"}, 'template: unknown template "bottombar". Did you mean "bottom-bar"? Valid: '),
        ({"font": "comic-sans"}, 'font: unknown font "comic-sans". Valid: inter, roboto'),
    ],
)
def test_each_fault_is_reported_with_its_place_and_remedy(
    settings: Settings, changes: dict[str, Any], fault: str
) -> None:
    assert [found for found in refusal(settings, **changes) if found.startswith(fault)]


def test_an_unknown_name_lists_every_valid_one(settings: Settings) -> None:
    [fault] = refusal(settings, style="art")
    assert all(style in fault for style in STYLES)


def test_all_faults_are_reported_together(settings: Settings) -> None:
    faults = refusal(
        settings,
        prompts=["", 1, "a", "a "],
        models=["x"],
        style="y",
        template="z",
        font="w",
        variation=-1,
    )
    places = [
        "prompts[0]",
        "prompts[1]",
        'prompts[3] ("a"): is a duplicate',
        "models[0]",
        "style",
        "template",
        "font",
        "variation",
    ]
    for place in places:
        assert any(fault.startswith(place) for fault in faults), place
    assert len(faults) == 8


def test_three_hundred_faults_of_one_kind_take_one_line(settings: Settings) -> None:
    titles = [{"title": f"Post {number}", "slug": "a b"} for number in range(300)]
    unsafe, same = refusal(replace(settings, max_images_per_batch=300), prompts=titles)
    assert unsafe.startswith('prompts[0] ("Post 0"), prompts[1] ("Post 1"), prompts[2] ("Post 2") and 297 more: slug: ')
    assert same.endswith("and 296 more: has the same slug as prompts[0]; change one of them")


def test_posts_with_different_slugs_may_share_a_title(settings: Settings) -> None:
    posts = [{"title": "One", "slug": "one"}, {"title": "One", "slug": "one-again"}]
    assert check_request(BatchRequest, {**GOOD, "prompts": posts}, settings).prompts == posts


def test_a_character_that_no_font_has_is_rejected(settings: Settings) -> None:
    [fault] = refusal(settings, prompts=["One \ue000"])
    assert fault.startswith('The font "inter" cannot draw \ue000 in the title "One \ue000", and neither can any other')


@pytest.mark.parametrize("title", ["日本", "שלום", "नमस्ते", "🚀"])
def test_titles_in_other_scripts_use_fallback_fonts(settings: Settings, title: str) -> None:
    check_request(BatchRequest, {**GOOD, "prompts": [title], "font": "bangers"}, settings)


def test_a_missing_store_names_the_variable() -> None:
    [fault] = refusal(Settings(simulate_providers=True))
    assert "set MINIO_ENDPOINT to a MinIO server's URL, or THUMBNAILS_DIR to a directory" in fault


def test_a_directory_on_render_is_rejected(tmp_path: Path) -> None:
    [fault] = refusal(Settings(simulate_providers=True, thumbnails_dir=tmp_path, on_render=True))
    assert "an instance's disk is discarded" in fault


def test_a_missing_key_names_the_variable(tmp_path: Path) -> None:
    [fault] = refusal(Settings(thumbnails_dir=tmp_path))
    assert fault.startswith("OPENAI_API_KEY is not set, and gpt-image-1 needs it: set it")


def test_only_the_vendors_of_the_requested_models_need_a_key(tmp_path: Path) -> None:
    settings = Settings(thumbnails_dir=tmp_path, openai_api_key="k")
    models = ["gpt-image-1", "gemini-3-pro-image", "gemini-3.1-flash-image"]
    [fault] = refusal(settings, models=models)
    assert fault.startswith("GOOGLE_API_KEY is not set")
    check_request(BatchRequest, {**GOOD, "models": models[:1]}, settings)


def test_ids_served_by_the_same_model_are_logged_as_a_warning(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    log_models(["gpt-image-1", "gpt-image-2.5-flare"], date(2026, 11, 30))
    assert "gpt-image-1, gpt-image-2.5-flare are all served by gpt-image-2.5-flare" in caplog.text


def test_a_retired_id_logs_its_successor(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_models(["dall-e-3", "gpt-image-1-mini"], date(2026, 11, 30))
    assert "dall-e-3 was shut down; gpt-image-2.5-sunburst serves it" in caplog.text
    assert "gpt-image-1-mini will be shut down on 2026-12-01" in caplog.text


# When OpenAI shuts down gpt-image-1.5 and gpt-image-1-mini, in UTC.
THE_END = datetime(2026, 12, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("kind", ["with settings", "for another machine"])
def test_a_model_that_has_ended_is_refused_with_its_replacements(settings: Settings, kind: str) -> None:
    values = {**GOOD, "models": ["gpt-image-1.5", "gpt-image-2", "gpt-image-1-mini"]}
    given = settings if kind == "with settings" else None
    check_request(BatchRequest, values, given, clock=TestClock(THE_END - 1))
    with pytest.raises(InvalidRequestError) as caught:
        check_request(BatchRequest, values, given, clock=TestClock(THE_END))
    assert tuple(map(str, caught.value.faults)) == (
        "gpt-image-1.5 was shut down on 2026-12-01: choose gpt-image-2.6-flare or gpt-image-2.6-sunburst instead",
        "gpt-image-1-mini was shut down on 2026-12-01: choose gpt-image-2.6-flare or gpt-image-2.6-sunburst instead",
    )


def test_a_leafs_request_for_a_model_that_has_ended_is_left_to_the_leaf(settings: Settings) -> None:
    values = {"title": "A", "model": "gpt-image-1.5", **{name: GOOD[name] for name in ("style", "template", "font")}}
    check_request(ThumbnailRequest, values, settings, clock=TestClock(THE_END))


def test_ids_that_share_a_model_share_its_notice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    end = date(2026, 12, 1)
    serving = replace(MODELS["gpt-image-2.5-flare"], deprecated=end, ends=end, replacements=("gpt-image-2",))
    monkeypatch.setitem(MODELS, serving.id, serving)
    log_models(["gpt-image-1", "gpt-image-2.5-flare"], date(2026, 11, 30))
    assert caplog.messages.count(str(serving.notice(date(2026, 11, 30)))) == 1


def test_a_leafs_request_is_checked_too(settings: Settings) -> None:
    with pytest.raises(InvalidRequestError, match="title: must be text in quotes, not 5"):
        check_request(
            ThumbnailRequest,
            {"title": 5, "model": "gpt-image-1", "style": "neon", "template": "bottom-bar", "font": "inter"},
            settings,
        )


def test_emoji_newer_than_python_are_valid_titles(settings: Settings) -> None:
    newer = ["\U0001fae8", "\U0001fae9", "\U0001fac6", "\U0001fa7c"]  # Unicode 15 and 16; Python 3.11 knows 14.
    assert check_request(BatchRequest, {**GOOD, "prompts": newer}, settings).prompts == newer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \n b\t\tc ", "a b c"),
        ("e\u0301", "é"),
        ("a\x1b[31mb\x00c", "a [31mb c"),
        ("soft\u00adhyphen", "softhyphen"),
        ("a\u2028b\u00a0c", "a b c"),
        ("a\u202eb\u2066c\u200f", "abc"),
    ],
)
def test_clean_text_returns_one_printable_line(text: str, expected: str) -> None:
    assert clean_text(text) == expected
