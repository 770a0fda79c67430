"""Every row of the tables of documented failures, over HTTP through the vendor's own SDK."""

import logging
from typing import NamedTuple

import pytest

from errors import (
    ProviderRejectedError,
    ProviderThrottledError,
    ProviderUnavailableError,
    ThumbnailError,
    UndocumentedAnswerError,
)
from providers.failures import MODEL_WIDE, VENDOR_WIDE, read_failures
from tests.providers.asking import GEMINI, OPENAI, answering, ask, google_detail, html
from tests.support.emulator import KEY, Emulator, Fault, Handler, Request, gemini_error, openai_error

# The other failures are the vendor's refusal to begin, or documented as not billed.
MAYBE_BILLED = {
    "timeout or server error",
    "timeout or cancellation",
    "a gateway that asks to wait",
    "a gateway's failure",
    "a redirect to a result",
}
REJECTED, THROTTLED, UNAVAILABLE = ProviderRejectedError, ProviderThrottledError, ProviderUnavailableError
GONE = "provider_unavailable"


class Example(NamedTuple):
    """A documented response, the row that it matches, and our error for it."""

    row: str
    answer: Fault
    error: type[ThumbnailError]
    code: str
    remedy: str


def openai_answer(status: int, code: str | None, kind: str | None, message: str, **headers: str) -> Fault:
    return answering(status, openai_error(code, message, kind), **headers)


def billing(code: str) -> Fault:
    return openai_answer(429, code, "insufficient_quota", "You exceeded your current quota.", Retry_After="1")


def gemini_answer(status: int, name: str, message: str, reason: str | None = None, **headers: str) -> Fault:
    details = [google_detail("ErrorInfo", reason=reason, domain="googleapis.com")] if reason else []
    return answering(status, gemini_error(status, name, message, details), **headers)


INVALID = "invalid_request_error"
OPENAI_EXAMPLES = [
    Example(
        "moderation",
        openai_answer(
            400, "moderation_blocked", "image_generation_user_error", "It was rejected. safety_violations=[violence]"
        ),
        REJECTED,
        "moderation",
        "OpenAI refuses to draw this: It was rejected. safety_violations=[violence]. Change the title",
    ),
    Example(
        "moderation",
        openai_answer(400, "content_policy_violation", INVALID, "Not allowed."),
        REJECTED,
        "moderation",
        "Not allowed. Change the title",
    ),
    Example(
        "moderation without a code",
        openai_answer(400, None, INVALID, "Your request was rejected as a result of our safety system."),
        REJECTED,
        "moderation",
        "Change the title",
    ),
    Example(
        "no prepaid credit", billing("credit_balance_exhausted"), REJECTED, "quota", "settings/organization/billing"
    ),
    Example(
        "organization's spend limit",
        billing("organization_spend_limit_exceeded"),
        REJECTED,
        "quota",
        "The OpenAI organization has reached its monthly spend limit: You exceeded your current quota. Raise or remove",
    ),
    Example(
        "project's spend limit",
        billing("project_spend_limit_exceeded"),
        REJECTED,
        "quota",
        "Raise or remove the limit in the project's settings",
    ),
    Example(
        "organization's usage limit",
        billing("organization_usage_limit_exceeded"),
        REJECTED,
        "quota",
        "Ask for a higher limit at https://platform.openai.com/settings/organization/limits, then run again",
    ),
    Example("billing", billing("insufficient_quota"), REJECTED, "quota", "cannot spend any more"),
    Example("billing", billing("a_code_of_next_year"), REJECTED, "quota", "cannot spend any more"),
    Example(
        "billing",
        openai_answer(400, "billing_hard_limit_reached", INVALID, "Billing hard limit has been reached."),
        REJECTED,
        "quota",
        "Add credit at https://platform.openai.com/settings/organization/billing or raise the limit",
    ),
    Example("billing", openai_answer(429, "billing_not_active", None, "Not active."), REJECTED, "quota", "Add credit"),
    Example("payment required", openai_answer(402, None, None, "Pay."), REJECTED, "quota", "Pay. Add credit"),
    Example(
        "restricted key",
        openai_answer(
            401, None, INVALID, "You have insufficient permissions. Missing scopes: api.model.images.request."
        ),
        REJECTED,
        "bad_key",
        "The key in OPENAI_API_KEY is not allowed to generate images",
    ),
    Example(
        "no member of an organization",
        openai_answer(401, None, INVALID, "You must be a member of an organization to use the API."),
        REJECTED,
        "account",
        "belongs to no organization",
    ),
    Example(
        "address not on the allowlist",
        openai_answer(401, None, INVALID, "IP not authorized"),
        REJECTED,
        "account",
        "Add the worker's outbound addresses to the allowlist",
    ),
    Example(
        "invalid key",
        openai_answer(401, "invalid_api_key", INVALID, f"Incorrect API key provided: {KEY}."),
        REJECTED,
        "bad_key",
        "OpenAI does not accept the key in OPENAI_API_KEY: Incorrect API key provided: [key]. Set the variable",
    ),
    Example(
        "unsupported country",
        openai_answer(403, "unsupported_country_region_territory", "request_forbidden", "Not supported."),
        REJECTED,
        "region",
        "Run it in a supported country; on Render, change the region in render.yaml.",
    ),
    Example(
        "unsupported country in words",
        openai_answer(403, None, None, "Country, region, or territory not supported"),
        REJECTED,
        "region",
        "Run it in a supported country",
    ),
    Example(
        "organization not verified",
        openai_answer(403, None, INVALID, "Your organization must be verified to use the model `gpt-image-2`."),
        REJECTED,
        "model_unavailable",
        "Verify yours at https://platform.openai.com/settings/organization/general",
    ),
    Example(
        "unknown model",
        openai_answer(404, "model_not_found", INVALID, "The model does not exist."),
        REJECTED,
        "model_unavailable",
        "OpenAI does not let this account use gpt-image-2: The model does not exist. Choose another model",
    ),
    Example(
        "wrong address",
        openai_answer(404, None, INVALID, "Invalid URL (POST /v1/v1/images/generations)"),
        REJECTED,
        "address",
        "Correct OPENAI_BASE_URL.",
    ),
    Example(
        "no access to the model",
        openai_answer(403, None, INVALID, "No access."),
        REJECTED,
        "model_unavailable",
        "No access. Choose another model, or ask for access.",
    ),
    Example(
        "no allowance for the model",
        openai_answer(429, "rate_limit_exceeded", "requests", "Rate limit for images per minute. Limit: 0/1min."),
        REJECTED,
        "model_quota",
        "The account's tier allows no pictures of gpt-image-2",
    ),
    Example(
        "larger than the rate limit",
        openai_answer(429, "rate_limit_exceeded", "tokens", "Request too large: Limit 1000, Requested 2000."),
        REJECTED,
        "invalid_request",
        "Shorten the context and the guidelines",
    ),
    Example(
        "rate limit",
        openai_answer(429, "rate_limit_exceeded", "requests", "Rate limit reached.", Retry_After="7"),
        THROTTLED,
        "throttled",
        "OpenAI asks to wait: Rate limit reached.",
    ),
    Example(
        "rate limit",
        openai_answer(429, "slow_down", "rate_limit_error", "Slow down."),
        THROTTLED,
        "throttled",
        "OpenAI asks to wait: Slow down.",
    ),
    Example(
        "traffic that grows too fast",
        openai_answer(503, "slow_down", "service_unavailable_error", "Slow down."),
        THROTTLED,
        "throttled",
        "OpenAI asks to wait: Slow down.",
    ),
    Example(
        "overloaded, with a time to wait",
        openai_answer(503, "server_is_overloaded", "service_unavailable_error", "Busy.", Retry_After="7"),
        THROTTLED,
        "throttled",
        "OpenAI asks to wait: Busy.",
    ),
    Example(
        "overloaded",
        openai_answer(503, "server_is_overloaded", "service_unavailable_error", "Busy."),
        UNAVAILABLE,
        GONE,
        "OpenAI is overloaded: Busy. Run again later.",
    ),
    Example(
        "invalid request",
        openai_answer(400, "invalid_value", INVALID, "Invalid size."),
        REJECTED,
        "invalid_request",
        "OpenAI calls the request invalid: Invalid size. Change the request or the settings.",
    ),
    Example("invalid request", openai_answer(422, None, INVALID, "No."), REJECTED, "invalid_request", "No. Change"),
    Example(
        "Azure's moderation",
        openai_answer(400, "content_filter", None, "The prompt triggered the content policy."),
        REJECTED,
        "moderation",
        "OpenAI refuses to draw this: The prompt triggered the content policy. Change the title",
    ),
    Example(
        "Azure's moderation", openai_answer(400, "contentFilter", None, "No."), REJECTED, "moderation", "No. Change"
    ),
    *(
        Example(
            "conflict" if status == 409 else "timeout or server error",
            openai_answer(status, None, "server_error", "Oops."),
            UNAVAILABLE,
            GONE,
            f"OpenAI failed with status {status}: Oops. Run again; if it lasts, see https://status.openai.com.",
        )
        for status in (408, 409, 500, 502, 504)
    ),
]

EXHAUSTED, DENIED, PRECONDITION = "RESOURCE_EXHAUSTED", "PERMISSION_DENIED", "FAILED_PRECONDITION"
QUOTA = "You exceeded your current quota, please check your plan and billing details."
PER_DAY = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "100"}
PER_MINUTE = {"quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "quotaValue": "10"}


def gemini_quota(message: str, violation: dict[str, str], delay: str) -> Fault:
    details = [google_detail("QuotaFailure", violations=[violation]), google_detail("RetryInfo", retryDelay=delay)]
    return answering(429, gemini_error(429, EXHAUSTED, message, details))


GEMINI_EXAMPLES = [
    Example(
        "payment required",
        gemini_answer(402, EXHAUSTED, "Your prepayment credits are depleted."),
        REJECTED,
        "quota",
        "The Gemini account has no prepaid credit left: Your prepayment credits are depleted. Add credit at https://",
    ),
    Example(
        "no prepaid credit",
        gemini_answer(429, EXHAUSTED, "Your prepayment credits are depleted."),
        REJECTED,
        "quota",
        "Add credit",
    ),
    Example(
        "spend cap",
        gemini_answer(429, EXHAUSTED, "Your project has exceeded its monthly spending cap."),
        REJECTED,
        "quota",
        "Raise the cap",
    ),
    Example(
        "no allowance for the model",
        gemini_quota(f"{QUOTA} Quota exceeded for metric: free_tier_requests, limit: 0, model: x", PER_DAY, "25s"),
        REJECTED,
        "model_quota",
        "The Gemini project's tier allows no pictures of gemini-3-pro-image",
    ),
    Example(
        "quota of the day", gemini_quota(QUOTA, PER_DAY, "30s"), REJECTED, "model_quota", "Wait until midnight Pacific"
    ),
    Example(
        "rate limit",
        gemini_quota(QUOTA, PER_MINUTE, "7.5s"),
        THROTTLED,
        "throttled",
        "Gemini asks to wait: You exceeded your current quota",
    ),
    Example(
        "invalid key",
        gemini_answer(400, "INVALID_ARGUMENT", "API key not valid.", "API_KEY_INVALID"),
        REJECTED,
        "bad_key",
        "Gemini does not accept the key in GOOGLE_API_KEY: API key not valid. Set the variable to a valid key.",
    ),
    Example(
        "no credentials",
        gemini_answer(401, "UNAUTHENTICATED", "Invalid credentials.", "CREDENTIALS_MISSING"),
        REJECTED,
        "bad_key",
        "does not accept the key in GOOGLE_API_KEY",
    ),
    *(
        Example(
            "restricted key",
            gemini_answer(403, DENIED, "Requests to this API are blocked.", reason),
            REJECTED,
            "bad_key",
            "The key in GOOGLE_API_KEY is not allowed to generate images from here",
        )
        for reason in ("API_KEY_SERVICE_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED")
    ),
    Example(
        "API not enabled",
        gemini_answer(403, DENIED, "Generative Language API is disabled.", "SERVICE_DISABLED"),
        REJECTED,
        "account",
        "Enable it in the Google Cloud console",
    ),
    Example(
        "billing disabled",
        gemini_answer(403, DENIED, "This API method requires billing.", "BILLING_DISABLED"),
        REJECTED,
        "account",
        "Enable it for the key's project at https://aistudio.google.com/projects.",
    ),
    Example(
        "suspended project",
        gemini_answer(403, DENIED, f"Consumer 'api_key:{KEY}' has been suspended.", "CONSUMER_SUSPENDED"),
        REJECTED,
        "account",
        "Consumer 'api_key:[key]' has been suspended. See",
    ),
    Example(
        "leaked key",
        gemini_answer(403, DENIED, f"Your API key {KEY} was reported as leaked."),
        REJECTED,
        "bad_key",
        "Your API key [key] was reported as leaked. Set the variable to a valid key.",
    ),
    Example(
        "no key",
        gemini_answer(403, DENIED, "Method doesn't allow unregistered callers."),
        REJECTED,
        "bad_key",
        "does not accept the key in GOOGLE_API_KEY",
    ),
    Example(
        "no free tier in the country",
        gemini_answer(400, PRECONDITION, "Gemini API free tier is not available in your country."),
        REJECTED,
        "account",
        "Enable it for the key's project",
    ),
    Example(
        "unsupported country",
        gemini_answer(400, PRECONDITION, "User location is not supported for the API use."),
        REJECTED,
        "region",
        "Run it in a supported country; on Render, change the region in render.yaml.",
    ),
    Example(
        "unsupported country",
        gemini_answer(403, DENIED, "The service is not available in your country."),
        REJECTED,
        "region",
        "Run it in a supported country",
    ),
    Example(
        "billing not enabled",
        gemini_answer(400, PRECONDITION, "Please enable billing."),
        REJECTED,
        "account",
        "Gemini needs billing for this: Please enable billing.",
    ),
    Example(
        "no access to the model",
        gemini_answer(403, DENIED, "The caller does not have permission."),
        REJECTED,
        "model_unavailable",
        "Gemini does not let this account use gemini-3-pro-image",
    ),
    Example(
        "no access to the model",
        gemini_answer(404, "NOT_FOUND", "models/x is not found."),
        REJECTED,
        "model_unavailable",
        "models/x is not found. Choose another model",
    ),
    Example(
        "invalid request",
        gemini_answer(400, "INVALID_ARGUMENT", "Invalid imageSize."),
        REJECTED,
        "invalid_request",
        "Gemini calls the request invalid: Invalid imageSize.",
    ),
    Example(
        "overloaded, with a time to wait",
        gemini_answer(503, "UNAVAILABLE", "The model is overloaded.", Retry_After="7"),
        THROTTLED,
        "throttled",
        "Gemini asks to wait: The model is overloaded.",
    ),
    Example(
        "overloaded",
        gemini_answer(503, "UNAVAILABLE", "The model is overloaded."),
        UNAVAILABLE,
        GONE,
        "Gemini is overloaded: The model is overloaded. Run again later.",
    ),
    *(
        Example(
            "timeout or cancellation" if status in (499, 504) else "conflict or server error",
            gemini_answer(status, name, "Oops."),
            UNAVAILABLE,
            GONE,
            f"Gemini failed with status {status}: Oops. Run again; if it lasts, see https://aistudio.google.com/status.",
        )
        for status, name in ((409, "ABORTED"), (499, "CANCELLED"), (500, "INTERNAL"), (504, "DEADLINE_EXCEEDED"))
    ),
]
GATEWAY_EXAMPLES = [
    Example("a gateway's rate limit", html(429), THROTTLED, "throttled", "asks to wait: Bad gateway nginx."),
    Example("a gateway that asks to wait", html(503, Retry_After="7"), THROTTLED, "throttled", "asks to wait"),
    *(
        Example(
            "a gateway's failure", html(status), UNAVAILABLE, GONE, f"failed with status {status}: Bad gateway nginx."
        )
        for status in (408, 502, 503, 504)
    ),
    Example(
        "a redirect to a result",
        html(303, Location="https://api.example.com/result/7"),
        REJECTED,
        "invalid_request",
        "redirects the request (status 303): to https://api.example.com. No paid request is sent on",
    ),
    *(
        Example(
            "a redirect",
            html(status, Location=f"https://api.example.com:8443/login?key={KEY}"),
            REJECTED,
            "invalid_request",
            f"redirects the request (status {status}): to https://api.example.com:8443. No paid request is sent on",
        )
        for status in (301, 302, 307, 308)
    ),
    Example("a redirect", html(302), REJECTED, "invalid_request", "(status 302): to an unreadable address."),
    Example("a redirect", html(302, Location="http://[::1"), REJECTED, "invalid_request", "to an unreadable address."),
]
CASES = [
    *((OPENAI, example) for example in OPENAI_EXAMPLES + GATEWAY_EXAMPLES),
    *((GEMINI, example) for example in GEMINI_EXAMPLES + GATEWAY_EXAMPLES),
]


@pytest.mark.parametrize(
    ("examples", "table"),
    [(OPENAI_EXAMPLES, "openai_failures"), (GEMINI_EXAMPLES, "gemini_failures"), (GATEWAY_EXAMPLES, "failures")],
    ids=["OpenAI", "Gemini", "gateways"],
)
def test_every_row_has_an_example(examples: list[Example], table: str) -> None:
    names = [failure.name for failure in read_failures(table).failures]
    assert len(set(names)) == len(names)
    assert {example.row for example in examples} == set(names)


def test_the_codes_that_concern_more_than_one_picture_are_codes_of_failures() -> None:
    tables = map(read_failures, ("openai_failures", "gemini_failures"))
    codes = {remedy.code for table in tables for remedy in table.remedies.values()}
    assert codes | {"model_ended"} >= VENDOR_WIDE | MODEL_WIDE


@pytest.mark.parametrize(("model", "example"), CASES, ids=lambda value: value if isinstance(value, str) else value.row)
async def test_each_failure_meets_its_row_after_one_request(
    model: str, example: Example, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "providers")
    emulator.faults.append(example.answer)
    with pytest.raises(example.error) as caught:
        await ask(emulator, model, monkeypatch)
    assert type(caught.value) is example.error
    assert caught.value.code == example.code
    assert example.remedy in str(caught.value)
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [example.row]
    assert len(emulator.requests) == 1
    assert KEY not in f"{caught.getrepr(chain=True, style='native')}{caplog.text}"
    assert getattr(caught.value, "maybe_billed", False) is (example.row in MAYBE_BILLED)


@pytest.mark.parametrize(
    ("model", "replacements"),
    [
        ("gemini-3.1-flash-image", "gemini-nano-banana-2.1"),
        ("gpt-image-1-mini", "gpt-image-2.6-flare or gpt-image-2.6-sunburst"),
    ],
)
async def test_a_removed_model_is_reported_with_its_replacements(
    model: str, replacements: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"error": {"code": 404, "status": "NOT_FOUND", "message": "Not found."}}
    emulator.faults.append(answering(404, error))
    with pytest.raises(ProviderRejectedError, match=rf"use {model}: Not found\. Choose {replacements} instead\.$"):
        await ask(emulator, model, monkeypatch)


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_an_undocumented_response_is_unavailable_and_logged_without_key_and_prompt(
    model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(handler: Handler, request: Request) -> None:
        words = f"{KEY} may not have {request.prompt}"
        facts = {
            "code": "teapot",
            "type": "odd",
            "status": "odd",
            "details": [google_detail("ErrorInfo", reason="teapot")],
        }
        handler.reply(418, {"error": {**facts, "message": words}})

    caplog.set_level(logging.INFO)
    emulator.faults.append(echo)
    with pytest.raises(
        UndocumentedAnswerError, match=r"\(status 418, code teapot, type odd\): \[key\] may not have"
    ) as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.code == GONE
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.getMessage().endswith("status 418, code teapot, type odd")
    for text in (str(caught.value), f"{caught.getrepr(chain=True, style='native')}", caplog.text):
        assert KEY not in text
        assert "A neon scene" not in text


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_arbitrary_text_in_an_undocumented_responses_fields_is_not_logged(
    model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    details = [google_detail("ErrorInfo", reason=KEY)]
    emulator.faults.append(
        answering(418, {"error": {"code": KEY, "type": "two\nlines", "status": "two\nlines", "details": details}})
    )
    with pytest.raises(UndocumentedAnswerError):
        await ask(emulator, model, monkeypatch)
    assert "status 418, code [key], type unreadable" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("status", [403, 405])
@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_a_gateways_undocumented_response_is_unavailable_too(
    model: str, status: int, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(html(status))
    with pytest.raises(
        UndocumentedAnswerError,
        match=rf"^Something on the way to .* \(status {status}, code none, type none\): Bad gateway nginx\.",
    ):
        await ask(emulator, model, monkeypatch)


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
async def test_a_prompt_is_redacted_even_if_it_spans_the_cut_of_a_long_message(
    model: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(handler: Handler, request: Request) -> None:
        handler.reply(400, {"error": {"code": 400, "message": f"{'word ' * 52}{request.prompt}"}})

    emulator.faults.append(echo)
    with pytest.raises(ProviderRejectedError) as caught:
        await ask(emulator, model, monkeypatch)
    assert "word word [prompt]" in str(caught.value)
    assert "neon" not in str(caught.value)
