"""OpenAI's documented failures: the error codes guide, the image guide and the SDK's reference, as of 2026-11."""

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
    quota,
    rejected,
)

__all__ = ["OPENAI_FAILURES", "STATUSES"]

BILLING_PAGE = "https://platform.openai.com/settings/organization/billing"
LIMITS_PAGE = "https://platform.openai.com/settings/organization/limits"
GENERAL_PAGE = "https://platform.openai.com/settings/organization/general"

NO_CREDIT = quota("The OpenAI account has no credit left", f"Add credit at {BILLING_PAGE}")
ORGANIZATION_LIMIT = quota(
    "The OpenAI organization has reached its monthly spend limit",
    f"Raise or remove the limit at {LIMITS_PAGE}, or wait for next month",
)
PROJECT_LIMIT = quota(
    "The OpenAI project has reached its monthly spend limit",
    "Raise or remove the limit in the project's settings, under Limits, or wait for next month",
)
USAGE_LIMIT = quota(
    "The OpenAI organization has reached the usage limit that OpenAI set for it",
    f"Ask for a higher limit at {LIMITS_PAGE}",
)
NOT_BILLED = quota(
    "The OpenAI account cannot spend any more", f"Add credit at {BILLING_PAGE} or raise the limit at {LIMITS_PAGE}"
)
NO_ALLOWANCE = quota(
    "The account's tier allows no pictures of {model}",
    f"Add credit at {BILLING_PAGE} to reach a higher tier",
    "model_quota",
)
TOO_LARGE = rejected(
    "invalid_request",
    "The request is larger than the account's rate limit: {reason} Shorten the context and the guidelines, choose a "
    "smaller size or quality, or raise the limit.",
)
UNVERIFIED = rejected(
    "model_unavailable",
    "OpenAI lets only verified organizations use {model}: {reason} "
    f"Verify yours at {GENERAL_PAGE}, or choose another model.",
)
NO_MEMBER = rejected(
    "account",
    "The key in {key_variable} belongs to no organization: {reason} Join one, or use the key of an account in one.",
)
ADDRESS_NOT_ALLOWED = rejected(
    "account",
    "OpenAI does not accept requests from this address: {reason} Add the worker's outbound addresses to the allowlist "
    "of the organization or the project.",
)

WRONG_ADDRESS = rejected("address", "There is no image API at this address: {reason} Correct {base_url_variable}.")

OPENAI_FAILURES = (
    Failure("moderation", MODERATION, {400, 403}, {"moderation_blocked", "content_policy_violation"}),
    Failure("Azure's moderation", MODERATION, {400, 403}, {"content_filter", "contentFilter"}),
    Failure("moderation without a code", MODERATION, {400}, words=("safety system",)),
    Failure("no prepaid credit", NO_CREDIT, names={"credit_balance_exhausted"}),
    Failure("organization's spend limit", ORGANIZATION_LIMIT, names={"organization_spend_limit_exceeded"}),
    Failure("project's spend limit", PROJECT_LIMIT, names={"project_spend_limit_exceeded"}),
    Failure("organization's usage limit", USAGE_LIMIT, names={"organization_usage_limit_exceeded"}),
    Failure("billing", NOT_BILLED, names={"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}),
    Failure("payment required", NOT_BILLED, {402}),
    Failure("restricted key", KEY_RESTRICTED, {401, 403}, words=("missing scopes", "insufficient permissions")),
    Failure("no member of an organization", NO_MEMBER, {401}, words=("member of an organization",)),
    Failure("address not on the allowlist", ADDRESS_NOT_ALLOWED, {401, 403}, words=("ip not authorized", "ip address")),
    Failure("invalid key", BAD_KEY, {401}),
    Failure("unsupported country", COUNTRY, {403}, {"unsupported_country_region_territory"}),
    Failure("unsupported country in words", COUNTRY, {403}, words=("country, region, or territory",)),
    Failure("organization not verified", UNVERIFIED, {400, 403}, words=("must be verified",)),
    Failure("unknown model", NO_MODEL, names={"model_not_found"}),
    Failure("wrong address", WRONG_ADDRESS, {404}, words=("invalid url",)),
    Failure("no access to the model", NO_MODEL, {403, 404}),
    Failure("no allowance for the model", NO_ALLOWANCE, {429}, words=("limit: 0/", "limit 0,")),
    Failure("larger than the rate limit", TOO_LARGE, {429}, words=("request too large",)),
    Failure("rate limit", THROTTLED, {429}),
    Failure("traffic that grows too fast", THROTTLED, {503}, {"slow_down"}),
    Failure("overloaded, with a time to wait", THROTTLED, {503}, with_wait=True),
    Failure("overloaded", OVERLOADED, {503}),
    Failure("invalid request", INVALID, {400, 422}),
    Failure("conflict", FAILED, {409}),
    # OpenAI does not say whether it bills a request that it or a gateway gave up on.
    Failure("timeout or server error", ABANDONED, {408, *range(500, 600)}),
)

# The status of an error that a gateway sends with status 200, by its code or type; by a number, if its code is one.
STATUSES = {
    "moderation_blocked": 400,
    "content_policy_violation": 400,
    "content_filter": 400,
    "contentFilter": 400,
    "invalid_request_error": 400,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "server_error": 500,
    "slow_down": 503,
    "server_is_overloaded": 503,
}
