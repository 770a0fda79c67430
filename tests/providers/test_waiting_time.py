"""How long a vendor asks to wait: by headers and message, and over HTTP through its own SDK."""

import email.utils

import pytest

from errors import ProviderThrottledError
from providers.waiting_time import duration, expected_reset, requested_wait
from tests.providers.asking import GEMINI, OPENAI, answering, ask, google_detail, html
from tests.support.emulator import Emulator, Fault, gemini_error, openai_error

NOW = 1_795_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", None), ("12", 12), ("0.25", 0.25), ("-5", 0), ("soon", None), ("inf", None), ("nan", None)],
)
def test_retry_after_may_be_seconds(header: str, seconds: float | None) -> None:
    assert requested_wait({"retry-after": header}) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(30, 30), (-30, 0)])
def test_retry_after_may_be_a_date(ahead: float, seconds: float) -> None:
    date = email.utils.formatdate(NOW + ahead, usegmt=True)
    assert requested_wait({"retry-after": date}, now=lambda: NOW) == seconds


@pytest.mark.parametrize(("milliseconds", "seconds"), [("1500", 1.5), ("0", 0), ("soon", 7), ("", 7)])
def test_milliseconds_take_precedence_over_seconds(milliseconds: str, seconds: float) -> None:
    assert requested_wait({"retry-after-ms": milliseconds, "retry-after": "7"}) == seconds


def test_without_a_header_there_is_no_wait() -> None:
    assert requested_wait({}) is None
    assert expected_reset({}, "Slow down.") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("7.5s", 7.5),
        ("6m0s", 360),
        ("1h2m3s", 3723),
        ("120ms", 0.12),
        ("1m120ms", 60.12),
        ("1d", 86_400),
        ("", None),
        ("12", None),
        ("1 s", None),
        ("soon", None),
        ("1s later", None),
    ],
)
def test_a_duration_needs_units(text: str, seconds: float | None) -> None:
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached on requests per min (RPM): Limit 3, Used 3. Please try again in 20s.", 20),
        ("Rate limit reached on requests per day (RPD). Please try again in 7m12s. Visit us.", 432),
        ("You exceeded your current quota. Please retry in 25.465784708s.", 25.465784708),
        ("Try again in 12ms", 0.012),
        ("Please try again in a while.", None),
    ],
)
def test_a_message_may_say_when_to_try_again(message: str, seconds: float | None) -> None:
    assert expected_reset({}, message) == seconds
    assert expected_reset({"x-ratelimit-reset-requests": "60s"}, message) == (seconds or 60)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "12s"}, 12),
        ({"x-ratelimit-reset-requests": "12s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "12s",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            12,
        ),
        (
            {
                "x-ratelimit-remaining-requests": "3",
                "x-ratelimit-reset-requests": "12s",
                "x-ratelimit-remaining-tokens": "10",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            360,
        ),
        ({"x-ratelimit-reset-requests": "1795000000"}, None),
    ],
)
def test_the_reset_time_is_that_of_the_exhausted_limit(headers: dict[str, str], seconds: float | None) -> None:
    assert expected_reset(headers, "Rate limit reached.") == seconds


RATE_LIMIT = openai_error("rate_limit_exceeded", "Rate limit reached.", "requests")
OVERLOADED = openai_error("server_is_overloaded", "Busy.", "service_unavailable_error")
EXHAUSTED = gemini_error(429, "RESOURCE_EXHAUSTED", "Slow down.", [google_detail("RetryInfo", retryDelay="12.5s")])


@pytest.mark.parametrize(
    ("model", "answer", "seconds"),
    [
        (OPENAI, answering(429, RATE_LIMIT, Retry_After="7"), 7),
        (OPENAI, answering(429, RATE_LIMIT, Retry_After_Ms="250", Retry_After="7"), 0.25),
        (OPENAI, answering(429, RATE_LIMIT, Retry_After="7", X_RateLimit_Reset_Requests="60s"), 7),
        (OPENAI, answering(429, RATE_LIMIT, X_RateLimit_Reset_Requests="6m0s"), 360),
        (OPENAI, answering(429, RATE_LIMIT), None),
        (OPENAI, answering(503, OVERLOADED, Retry_After="9"), 9),
        (OPENAI, html(429, Retry_After="3"), 3),
        (OPENAI, html(503, Retry_After="3"), 3),
        (GEMINI, answering(429, EXHAUSTED), 12.5),
        (GEMINI, answering(429, EXHAUSTED, Retry_After="60"), 12.5),
        (GEMINI, answering(429, gemini_error(429, "RESOURCE_EXHAUSTED", "Please retry in 8s.")), 8),
        (GEMINI, answering(503, gemini_error(503, "UNAVAILABLE", "Busy."), Retry_After="9"), 9),
        (GEMINI, html(429), None),
        (GEMINI, html(503, Retry_After="3"), 3),
    ],
)
async def test_the_wait_arrives_with_the_error(
    model: str, answer: Fault, seconds: float | None, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults.append(answer)
    with pytest.raises(ProviderThrottledError) as caught:
        await ask(emulator, model, monkeypatch)
    assert caught.value.wait_seconds == seconds
    assert len(emulator.requests) == 1
