"""Why a provider failed, told from its status, its error words and its message.

The words are more exact than the status where both speak: quota without money comes as 429,
a bad key as 400, an overlong prompt as 400, a rate limit as 413.
"""

import re

from tapster.core.errors import Reason
from tapster.dialects.server_words import is_about_the_template

# First match counts. The words are searched in `code` and `type`.
_BY_WORD: tuple[tuple[re.Pattern[str], Reason], ...] = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (
            (
                r"insufficient_(quota|balance|credit)|exceeded_current_quota|billing"
                r"|payment_required|budget_exceeded|^1113\b|credits?_exhausted|quota_exhausted"
                r"|arrearage"
            ),
            Reason.BILLING,
        ),
        (
            (
                r"content_?filter|content_policy|responsibleai|moderation|safety_violation"
                r"|prohibited_content|data_inspection"
            ),
            Reason.FILTERED,
        ),
        (
            (
                r"context_length|context_size|too_many_prompt_tokens|request_too_large"
                r"|payload_too_large|token_limit_exceeded|prompt_too_long|^413\b"
            ),
            Reason.TOO_LARGE,
        ),
        (
            (
                r"invalid_api_?key|authentication|unauthenticated|invalid_token|token_expired"
                r"|^401\b|\bunauthorized"
                # LiteLLM without a database knows no key but its master key.
                r"|^no_db_connection$"
            ),
            Reason.AUTH,
        ),
        (
            (
                r"overloaded|capacity_exceeded|slow_down|unavailable_error|provider_unavailable"
                r"|service_unavailable|\bunavailable\b|^3505\b|^529\b|^503\b|engine_overloaded"
            ),
            Reason.OVERLOADED,
        ),
        (
            r"rate_?limit|too_many_requests|resource_exhausted|^1300\b|^429\b",
            Reason.RATE_LIMIT,
        ),
        (
            (
                r"model_not_found|not_found|invalid_model|model_decommissioned|deploymentnotfound"
                r"|^1500\b|^404\b"
            ),
            Reason.NOT_FOUND,
        ),
        (r"permission|unsupported_country|forbidden|^403\b|access_denied", Reason.PERMISSION),
        (r"timeout|deadline_exceeded|^408\b|^504\b|^524\b", Reason.TIMEOUT),
    )
)

# Words of a message that are unmistakable, whatever the status.
_BY_MESSAGE: tuple[tuple[re.Pattern[str], Reason], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (
            (
                r"insufficient (balance|credit|funds)|credit balance is too low|out of credits"
                r"|requires more credits|no (remaining )?credits"
            ),
            Reason.BILLING,
        ),
        (
            (
                r"(incorrect|invalid) api[ _-]?key|api[ _-]?key (is )?(not valid|invalid|expired)"
                r"|no auth credentials|no cookie auth"
            ),
            Reason.AUTH,
        ),
        (
            (
                r"maximum context length|prompt (is )?too long|exceeds? the (available )?context"
                r"|context length exceeded|total length of all messages is too long"
            ),
            Reason.TOO_LARGE,
        ),
        # Local servers say so with any status; to try again helps nothing until one is loaded.
        (r"no models? (is |are |currently )*loaded", Reason.NOT_FOUND),
    )
)

_BY_STATUS: dict[int, Reason] = {
    401: Reason.AUTH,
    402: Reason.BILLING,
    403: Reason.PERMISSION,
    404: Reason.NOT_FOUND,
    408: Reason.TIMEOUT,
    410: Reason.NOT_FOUND,
    412: Reason.PERMISSION,
    413: Reason.TOO_LARGE,
    429: Reason.RATE_LIMIT,
    498: Reason.AUTH,
    503: Reason.OVERLOADED,
    504: Reason.TIMEOUT,
    524: Reason.TIMEOUT,
    529: Reason.OVERLOADED,
}


def reason_for(
    status: int | None,
    code: str | int | None,
    type: str | None,  # noqa: A002  # the field's name on every wire
    message: str,
) -> Reason:
    """Return our word for why it failed; `status` is `None` where the body named none."""
    for word in (_lowered(code), _lowered(type)):
        for pattern, reason in _BY_WORD:
            if word and pattern.search(word):
                return _weighed(reason, status)
    for pattern, reason in _BY_MESSAGE:
        if pattern.search(message):
            return reason
    if is_about_the_template(message):
        # llama.cpp says it with a 500, which to try again would not help.
        return Reason.INVALID
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status is not None and 400 <= status < 500:
        return Reason.INVALID
    if status is None and "invalid" in _lowered(type) + _lowered(code):
        return Reason.INVALID
    return Reason.UPSTREAM


def _weighed(reason: Reason, status: int | None) -> Reason:
    """Let a status of money, access or outage overrule a word that only sounds like it."""
    if status == 402:
        return Reason.BILLING
    if status == 403 and reason is Reason.AUTH:
        return Reason.PERMISSION
    if status == 503 and reason is Reason.AUTH:
        return Reason.OVERLOADED  # keys cannot be looked up just now
    return reason


def _lowered(value: str | int | None) -> str:
    return "" if value is None else re.sub(r"[\s-]+", "_", str(value).lower())
