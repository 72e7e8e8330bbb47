"""A whole reply put together from the pieces of a streamed one."""

from typing import Any

import msgspec

PROMPT_REPORT = b'"prompt_progress":{'
"""In a chunk that only says how far the prompt is read. It cannot stand inside an answer's text,
where every quote has a backslash before it."""

COUNT = b'{"choices":[],'
"""How a chunk begins that carries only the token count of one alternative."""

_USAGE = b'"usage":{'


def total_count(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one count chunk for all alternatives: the prompt was read once, all was written."""
    total = dict(chunks[0])
    usage = dict(total["usage"])
    usage["completion_tokens"] = sum(chunk["usage"]["completion_tokens"] for chunk in chunks)
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
    return total | {"usage": usage}


def whole_reply(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the OpenAI `chat.completion` that `chunks` add up to."""
    choices: dict[int, dict[str, Any]] = {}
    reply: dict[str, Any] = {}
    if counts := [chunk for chunk in chunks if "usage" in chunk]:
        chunks = [*(chunk for chunk in chunks if "usage" not in chunk), total_count(counts)]
    for chunk in chunks:
        reply |= {name: value for name, value in chunk.items() if name != "choices"}
        for piece in chunk.get("choices", ()):
            _add(choices, piece)
    reply.pop("prompt_progress", None)
    reply["object"] = "chat.completion"
    reply["choices"] = [_finished(choices[index]) for index in sorted(choices)]
    return reply


class TextCounts:
    """The token counts of a text completion: one stands in the last chunk of each alternative.

    `alternatives` is how many belong to one prompt, which is read once for them.
    """

    def __init__(self, alternatives: int) -> None:
        self._alternatives = alternatives
        self._last: dict[str, Any] = {}
        self._read: dict[int, int] = {}
        self._written = 0

    def take(self, chunk: bytes) -> bytes:
        """Return `chunk` without a count; the count is added up here."""
        if _USAGE not in chunk:
            return chunk
        self._last = msgspec.json.decode(chunk)
        usage = self._last.pop("usage")
        prompt = self._last["choices"][0]["index"] // self._alternatives
        self._read[prompt] = usage["prompt_tokens"]
        self._written += usage["completion_tokens"]
        return msgspec.json.encode(self._last)

    def total(self) -> dict[str, Any] | None:
        """Return the chunk that carries the count of all, or `None` if there was none."""
        if not self._last:
            return None
        read = sum(self._read.values())
        usage = {
            "prompt_tokens": read,
            "completion_tokens": self._written,
            "total_tokens": read + self._written,
        }
        return self._last | {"choices": [], "usage": usage}


def whole_text(chunks: list[bytes], counts: TextCounts) -> dict[str, Any]:
    """Return the OpenAI `text_completion` that `chunks` add up to."""
    choices: dict[int, dict[str, Any]] = {}
    reply: dict[str, Any] = {}
    for chunk in map(msgspec.json.decode, map(counts.take, chunks)):
        reply |= {name: value for name, value in chunk.items() if name != "choices"}
        for piece in chunk.get("choices", ()):
            choice = choices.setdefault(
                piece["index"], piece | {"text": "", "logprobs": None, "finish_reason": None}
            )
            choice["text"] += piece["text"]
            if logprobs := piece.get("logprobs"):
                choice["logprobs"] = choice["logprobs"] or {"content": []}
                choice["logprobs"]["content"] += logprobs["content"]
            choice["finish_reason"] = piece["finish_reason"] or choice["finish_reason"]
    reply.pop("prompt_progress", None)
    reply |= counts.total() or {}
    return reply | {"choices": [choices[index] for index in sorted(choices)]}


def _add(choices: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    choice = choices.setdefault(
        piece["index"],
        {"index": piece["index"], "finish_reason": None, "message": {"role": "assistant"}},
    )
    if piece.get("finish_reason"):
        choice["finish_reason"] = piece["finish_reason"]
    if logprobs := piece.get("logprobs"):
        seen = choice.setdefault("logprobs", {"content": []})["content"]
        seen += logprobs.get("content") or ()
    message = choice["message"]
    for name, value in piece.get("delta", {}).items():
        if name == "tool_calls":
            for call in value:
                _add_call(message.setdefault("tool_calls", []), call)
        elif name == "role" or value is None:
            continue
        elif isinstance(value, str):
            message[name] = message.get(name, "") + value
        else:
            message[name] = value


def _add_call(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    index = piece.get("index", 0)
    while len(calls) <= index:
        calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
    call, function = calls[index], piece.get("function", {})
    call["id"] = piece.get("id") or call["id"]
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""


def _finished(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    message.setdefault("content", None if "tool_calls" in message else "")
    return choice
