"""One token and its log probability, in the shape of OpenAI's chat format, and in the lists of
text completions.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from tapster.dialects.json_values import number_in, object_in, objects_in, text_in

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


def read_lists(logprobs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lists of a text completion as token objects.

    A token that nothing came before (the first of an echoed prompt) has no log probability.
    """
    tokens, values = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if not isinstance(tokens, list) or not isinstance(values, list):
        return []
    tops, offsets = logprobs.get("top_logprobs"), logprobs.get("text_offset")
    return [
        _listed_token(token, value, _at(tops, place), _at(offsets, place))
        for place, (token, value) in enumerate(zip(tokens, values, strict=False))
        if isinstance(token, str) and (value is None or number_in(value) is not None)
    ]


class Listed:
    """Writes the tokens of one choice as the lists of a text completion, in pieces or at once."""

    def __init__(self) -> None:
        self._offset = 0

    def write(self, tokens: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Return the lists of `tokens`, which stand right behind those written before.

        Where a token stands in the text is counted here unless its provider said it.
        """
        lists: dict[str, Any] = {
            "tokens": [],
            "token_logprobs": [],
            "top_logprobs": [],
            "text_offset": [],
        }
        for token in tokens:
            text, offset = text_in(token.get("token")) or "", token.get("text_offset")
            if type(offset) is int:
                self._offset = offset
            top = {
                str(each.get("token")): each.get("logprob")
                for each in objects_in(token.get("top_logprobs"))
            }
            lists["tokens"].append(text)
            lists["token_logprobs"].append(token.get("logprob"))
            lists["top_logprobs"].append(top or None)
            lists["text_offset"].append(self._offset)
            self._offset += len(text)
        return lists


def _listed_token(token: str, value: float | None, top: object, offset: object) -> dict[str, Any]:
    ranked = [
        {"token": each, "logprob": logprob, "bytes": None}
        for each, logprob in object_in(top).items()
    ]
    read = {"token": token, "logprob": value, "bytes": None, "top_logprobs": ranked}
    return read | ({"text_offset": offset} if type(offset) is int else {})


def _at(values: object, place: int) -> object:
    return values[place] if isinstance(values, list) and place < len(values) else None
