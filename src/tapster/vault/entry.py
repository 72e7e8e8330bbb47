"""A key as a person pastes it: cleaned of what clings to it, refused when it cannot be one."""

import json

from tapster.core.errors import InvalidInput
from tapster.core.secrets import Secret

_QUOTES = "\"'`“”‘’«»"
_LONGEST = 16_384


def accept_key(text: str) -> Secret:
    """Return the key in `text`, without the spaces, quotes or `Bearer ` around it.

    Raises `InvalidInput` with a sentence that never repeats any of `text`.
    """
    secret = Secret(_as_service_account(text) or _without_wrapping(text))
    # From here on no frame of ours holds the key legibly, whatever prints the traceback.
    del text
    problem = _problem_with(secret)
    if problem:
        raise InvalidInput(problem, field="key")
    return secret


def _as_service_account(text: str) -> str | None:
    """Return a key that is a JSON document (a service account file) on one line, if it is one."""
    if not text.strip().startswith("{"):
        return None
    try:
        account = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return json.dumps(account, separators=(",", ":")) if "private_key" in account else None


def _without_wrapping(text: str) -> str:
    before = None
    while text != before:
        before = text
        text = text.strip().strip("\ufeff\u200b").strip(_QUOTES)
        if text[:7].lower() == "bearer ":
            text = text[7:]
    return text


def _problem_with(secret: Secret) -> str | None:
    if not secret.reveal():
        return "The key is empty: paste the key your provider shows you, as one line."
    if len(secret.reveal()) > _LONGEST:
        return (
            f"The key is longer than {_LONGEST:,} characters, which no key is: paste the key alone."
        )
    if secret.reveal().startswith('{"'):
        return None
    if any(character.isspace() for character in secret.reveal()):
        return (
            "The key has a space or a line break inside: it was probably copied with other text. "
            "Paste the key alone, as one line."
        )
    if not secret.reveal().isascii():
        return (
            "The key has a character that cannot be in a key (an accent, a long dash, an "
            "invisible sign): copy it again from the provider's page, not from a formatted text."
        )
    if not secret.reveal().isprintable():
        return "The key has a control character inside: copy it again and paste it as one line."
    return None
