"""How a server is asked how many tokens a prompt is, by those that can be asked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from tapster.core.errors import Reason, SourceError

Body = Mapping[str, Any]
"""The body of the request whose prompt is to be counted."""

Post = Callable[[str, Body], Awaitable[Any]]
"""Posts a question below the endpoint and returns the JSON that answers it."""


class Counted(Struct, frozen=True):
    """How many tokens a server counts.

    `what` tells what they are of: all that the model reads; that without the signs that open its
    answer; the words alone, without the signs around messages; or all, by a vocabulary that need
    not be the model's.
    """

    tokens: int
    what: Literal["whole", "all but the opening", "words", "guess"] = "whole"


Count = Callable[[Post, Body], Awaitable[Counted]]

_STREAMING = frozenset({"stream", "stream_options"})


def unstreamed(body: Body) -> dict[str, Any]:
    """Return what of `body` says what the model reads and how it answers."""
    return {name: value for name, value in body.items() if name not in _STREAMING}


def some_of(body: Body, *names: str) -> dict[str, Any]:
    """Return the fields `names` of `body`, as far as it has them."""
    return {name: body[name] for name in names if name in body}


def words_of(body: Body) -> str:
    """Return the words of all messages in `body`, one after the other."""
    contents = [message.get("content") for message in body["messages"]]
    return "\n".join(filter(None, map(_text_of, contents)))


def number_in(answer: object, name: str) -> int:
    """Return the count that `answer` gives as `name`; raise `SourceError` if it gives none."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SourceError(Reason.NOT_AN_API, "The server does not say how many tokens these are.")
    return value


def prompt_in(answer: object) -> str:
    """Return the prompt that `answer` holds; raise `SourceError` if it holds none."""
    prompt = answer.get("prompt") if isinstance(answer, dict) else None
    if not isinstance(prompt, str):
        raise SourceError(Reason.NOT_AN_API, "The server does not show what the model reads.")
    return prompt


async def by_messages(post: Post, body: Body, *, path: str) -> Counted:
    """Count as vLLM and its kin do: the messages in the model's own template."""
    question = some_of(
        body,
        *("model", "messages", "tools", "chat_template", "chat_template_kwargs"),
        *("add_generation_prompt", "continue_final_message"),
    )
    return Counted(number_in(await post(path, question), "count"))


def _text_of(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
