"""Servers of models at home that are in trouble: what they answer, and what a person is told."""

from typing import Any, NamedTuple

from canned import LISTED, Answers

CHAT = "/v1/chat/completions"
JINJA = (
    "\n------------\nWhile executing CallExpression at line 3, column 32 in source:\n"
    "...{{ raise_exception('Roles must alternate') }}...\n          ^\n"
    "Error: Jinja Exception: Conversation roles must alternate user/assistant/user/…"
)


class Trouble(NamedTuple):
    """What a server of `source` answers, and some of the words that are told."""

    source: str
    answers: Answers
    told: str


def llama(status: int, message: str, kind: str, **more: Any) -> tuple[int, Any]:
    return status, {"error": {"code": status, "message": message, "type": kind, **more}}


def llamacpp(chat: tuple[int, Any] | None, told: str, **more: Any) -> Trouble:
    alive = {"/health": (200, {"status": "ok"}), "/v1/models": LISTED}
    return Trouble("llamacpp", {**alive, CHAT: chat, **more}, told)


TROUBLES = {
    "loading": llamacpp(
        llama(503, "Loading model", "unavailable_error"), "still loading its model. Try again"
    ),
    "dies": llamacpp(None, "closed the connection without an answer"),
    "half an API": Trouble(
        "custom", {"/models": (200, {"data": "none"}), "/chat/completions": (200, {"hi": 1})},
        "holds no choices",
    ),
    "another API": Trouble(
        "custom", {"/chat/completions": (200, b"<html><title>Hi</title></html>")}, "web page"
    ),
    "template": llamacpp(
        llama(500, JINJA, "server_error"),
        "chat template does not take these messages: Conversation roles must alternate "
        "user/assistant/user/…. Post-processing `strict`",
    ),
    "template of TabbyAPI": Trouble(
        "tabbyapi",
        {
            "/v1/auth/permission": (200, {"permission": "api"}),
            "/v1/models": LISTED,
            CHAT: (400, {"detail": "TemplateError: After the optional system message, roles"}),
        },
        "chat template does not take these messages: After the optional system message",
    ),
    "grammar": llamacpp(
        llama(400, "Failed to parse grammar", "invalid_request_error"), "Failed to parse grammar"
    ),
    "context": llamacpp(
        llama(
            400,
            "the request exceeds the available context size. try increasing the context size",
            "exceed_context_size_error",
            n_prompt_tokens=9000,
            n_ctx=4096,
        ),
        "exceeds the available context size",
    ),
}  # fmt: skip
