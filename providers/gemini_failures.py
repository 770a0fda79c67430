"""Gemini's documented failures: Google's troubleshooting, billing and rate limit pages, as of 2026-11."""

from providers.failures import (
    ABANDONED,
    BAD_KEY,
    COUNTRY,
    FAILED,
    INVALID,
    KEY_RESTRICTED,
    MODERATION,
    NO_MODEL,
    OVERLOADED,
    THROTTLED,
    Failure,
    Remedy,
    quota,
    rejected,
)

__all__ = ["GEMINI_FAILURES", "GEMINI_REFUSALS"]

PROJECTS_PAGE = "https://aistudio.google.com/projects"
SPEND_PAGE = "https://aistudio.google.com/spend"
RATE_LIMIT_PAGE = "https://aistudio.google.com/rate-limit"

NO_CREDIT = quota("The Gemini account has no prepaid credit left", f"Add credit at {PROJECTS_PAGE}")
SPEND_CAP = quota("The Gemini project has reached its spend cap", f"Raise the cap at {SPEND_PAGE}")
DAY_USED_UP = quota(
    "The Gemini project has used up its quota for today",
    f"Wait until midnight Pacific time, or ask for a higher limit at {RATE_LIMIT_PAGE}",
    "model_quota",
)
NO_ALLOWANCE = quota(
    "The Gemini project's tier allows no pictures of {model}",
    f"Enable billing for the project at {PROJECTS_PAGE}",
    "model_quota",
)
NOT_BILLED = rejected(
    "account", f"Gemini needs billing for this: {{reason}} Enable it for the key's project at {PROJECTS_PAGE}."
)

API_DISABLED = rejected(
    "account",
    "The Gemini API is not enabled for the key's project: {reason} Enable it in the Google Cloud console, or use a key "
    f"from {PROJECTS_PAGE}.",
)
SUSPENDED = rejected(
    "account",
    f"Google has suspended the key's project, or does not know it: {{reason}} See {PROJECTS_PAGE}, or use a key from "
    "another project.",
)
LIMITED = rejected(
    "account", f"Google has limited this account for breaking its use policy: {{reason}} See {PROJECTS_PAGE}."
)

# The finish reasons of a response with status 200 that no retry changes.
GEMINI_REFUSALS: dict[str, Remedy] = {
    "SAFETY": MODERATION,
    "RECITATION": MODERATION,
    "LANGUAGE": MODERATION,
    "BLOCKLIST": MODERATION,
    "PROHIBITED_CONTENT": MODERATION,
    "SPII": MODERATION,
    "IMAGE_SAFETY": MODERATION,
    "IMAGE_PROHIBITED_CONTENT": MODERATION,
    "IMAGE_RECITATION": MODERATION,
    "ESCALATION": MODERATION,
    "MODEL_ARMOR": MODERATION,
    "PUP_LIMITED_DISABLED": LIMITED,
}

GEMINI_FAILURES = (
    Failure("payment required", NO_CREDIT, {402}),
    Failure("no prepaid credit", NO_CREDIT, {429}, words=("credits are depleted",)),
    Failure("spend cap", SPEND_CAP, {429}, words=("spending cap", "spend cap")),
    Failure("no allowance for the model", NO_ALLOWANCE, {429}, words=("limit: 0", "free quota tier")),
    Failure("quota of the day", DAY_USED_UP, {429}, words=("perday", "per day")),
    Failure("rate limit", THROTTLED, {429}),
    Failure("invalid key", BAD_KEY, names={"API_KEY_INVALID"}),
    Failure("no credentials", BAD_KEY, {401}),
    Failure(
        "restricted key",
        KEY_RESTRICTED,
        {403},
        {
            "API_KEY_SERVICE_BLOCKED",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "API_KEY_ANDROID_APP_BLOCKED",
            "API_KEY_IOS_APP_BLOCKED",
        },
    ),
    Failure("API not enabled", API_DISABLED, {403}, {"SERVICE_DISABLED"}),
    Failure("billing disabled", NOT_BILLED, {403}, {"BILLING_DISABLED"}),
    Failure("suspended project", SUSPENDED, {403}, {"CONSUMER_SUSPENDED", "CONSUMER_INVALID"}),
    Failure("leaked key", BAD_KEY, {403}, words=("api key",)),
    Failure("no key", BAD_KEY, {403}, words=("unregistered callers",)),
    Failure("no free tier in the country", NOT_BILLED, {400}, words=("free tier is not available",)),
    Failure(
        "unsupported country",
        COUNTRY,
        {400, 403},
        {"FAILED_PRECONDITION", "PERMISSION_DENIED"},
        words=("location is not supported", "country", "territory"),
    ),
    Failure("billing not enabled", NOT_BILLED, {400}, {"FAILED_PRECONDITION"}),
    Failure("no access to the model", NO_MODEL, {403, 404}),
    Failure("invalid request", INVALID, {400}),
    Failure("overloaded, with a time to wait", THROTTLED, {503}, with_wait=True),
    Failure("overloaded", OVERLOADED, {503}),
    Failure("timeout or cancellation", ABANDONED, {408, 499, 502, 504, *range(520, 600)}),
    Failure("conflict or server error", FAILED, {409, *range(500, 600)}),
)
