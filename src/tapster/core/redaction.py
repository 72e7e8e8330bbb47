"""Takes secrets out of text before it reaches a log, an error, a trace or an export."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote

from tapster.core.secrets import Secret

SHOWN = "[redacted]"

# The shapes keys have in the wild; used for logs, where a secret may come from anywhere.
_KEY_SHAPES = re.compile(
    r"""
    \b(?:ta[ps]|sk|pk|rk|gsk|xai|nvapi|hf|ek|fw|r8|csk|pplx|tvly|AIza|AQ\.|ya29\.)[-_A-Za-z0-9.]{16,}
    | (?i:\bbearer\s+)[-._~+/A-Za-z0-9]{8,}=*
    | (?i:\b(?:x-api-key|x-goog-api-key|api-key|authorization)["']?\s*[:=]\s*["']?)[^\s"',}]{8,}
    | (?<=://)[^/@\s:]+:[^/@\s]+(?=@)
    """,
    re.VERBOSE,
)

# How others show a key: `sk-****1234`, `…1234`, `sk-...1234`.
_COVERED = re.compile(r"(?:\*\*|••|…|\.\.\.)([\w~+/=-][\w.~+/=-]+)")

_FIELD = re.compile(r"""(?<=[?&])([^=&\s"'?]+)=([^&\s"'#]+)""")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRET_WORDS = frozenset(
    (
        *("auth", "authorization", "authentication", "bearer", "cookie", "credential"),
        *("credentials", "jwt", "key", "passphrase", "passwd", "password", "pwd", "secret"),
        *("sig", "signature", "token"),
    )
)
# Written as one word, as in `apikey`; `monkey` and `tokenizer` are none.
_RUN_TOGETHER = re.compile(
    r"(?:api|access|account|admin|app|auth|client|function|license|master|private|secret|service"
    r"|session|subscription|user|bearer|id|refresh|security)(?:auth|key|secret|token)"
    r"|.+(?:authorization|cookie|password)"
)
# What stands behind such a word when the field only speaks of a secret: `key-id`, `token_limit`.
_ABOUT = frozenset(
    (
        *("algorithm", "budget", "count", "expires", "expiry", "id", "length", "limit", "method"),
        *("mode", "name", "policy", "scheme", "size", "type", "usage", "version"),
    )
)
# What stands before one when it is no secret: `prompt-cache-key`, `max_token`, `page-token`.
_HARMLESS = re.compile(
    r"(?:cache|idempotency|partition|primary|foreign|sort|public|routing|shard) key"
    r"|(?:bos|continuation|eos|max|min|new|next|page|pad|stop) token"
)


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Tell whether a header or field called `name` is one that carries a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT:
        return False
    if _HARMLESS.fullmatch(" ".join(words[-2:])):
        return False
    return any(word in _SECRET_WORDS or _is_run_together(word) for word in words)


def _is_run_together(word: str) -> bool:
    return _RUN_TOGETHER.fullmatch(word.removeprefix("x")) is not None


def redact(text: str, secrets: Iterable[Secret | None] = ()) -> str:
    """Return `text` without the given secrets, in any of the spellings they travel in.

    Where all but their ends is covered already, the ends go too. Nothing else is touched: a
    provider's own words stay its own.
    """
    values = [secret.reveal() for secret in secrets if secret is not None]
    for value in values:
        for spelling in {value, quote(value, safe=""), value.replace('"', '\\"')}:
            if len(spelling) >= 4:
                text = text.replace(spelling, SHOWN)
    return _COVERED.sub(lambda found: _without_end(found, values), text)


def _without_end(covered: re.Match[str], values: Iterable[str]) -> str:
    end = covered[1].rstrip(".")
    is_one = len(end) >= 2 and any(value.endswith(end) for value in values)
    return SHOWN + covered[1][len(end) :] if is_one else covered[0]


def redact_shapes(text: str) -> str:
    """Return `text` without anything that looks like a key, or stands where one would."""
    return _FIELD.sub(_without_value, _KEY_SHAPES.sub(SHOWN, text))


def _without_value(field: re.Match[str]) -> str:
    name, value = field.groups()
    return f"{name}={SHOWN if is_secret_name(unquote(name)) else value}"
