"""One token and its log probability, in the shape of OpenAI's chat format."""

from collections.abc import Sequence
from typing import Any

# What stands in a token's text where its bytes are a piece of a character, not a whole one.
_PIECES = ("\ufffd", "\\x")


def token_logprob(
    token: object, logprob: object, spelled: object = None, top: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return a generated token, with the likeliest ones of its place as `top`."""
    return ranked_token(token, logprob, spelled) | {"top_logprobs": list(top)}


def ranked_token(token: object, logprob: object, spelled: object = None) -> dict[str, Any]:
    """Return one of the tokens that could have come.

    `spelled` are its bytes, where the provider tells them; else they are its text's, and null
    where the text cannot say them.
    """
    text = token if isinstance(token, str) else ""
    if not isinstance(spelled, list):
        spelled = None if any(piece in text for piece in _PIECES) else list(text.encode())
    return {"token": text, "logprob": logprob, "bytes": spelled}
