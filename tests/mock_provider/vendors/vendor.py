"""What all vendors have in common: routes, key checks, model lists, and how a reply is sent."""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, ClassVar

from mock_provider.behaviours import BEHAVIOURS, is_behaviour
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, Refused, document, stream, whole
from mock_provider.replies import Asked, Reply
from mock_provider.state import State

HTML = (
    b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head>"
    b"<body><h1>It works!</h1><p>This is not the API.</p></body></html>\n"
)
STATUS_WORDS = {
    400: "The request is not valid.",
    401: "The key is not valid.",
    402: "There is no credit left on this account.",
    403: "This key may not do that.",
    404: "There is no such model.",
    408: "The request timed out.",
    413: "The request is too large.",
    422: "The request cannot be processed.",
    429: "Rate limit reached. Try again later.",
    500: "The server had an error while processing your request.",
    502: "Bad gateway.",
    503: "The service is unavailable.",
    504: "The model did not answer in time.",
    529: "Overloaded",
}

Routes = tuple[tuple[str, str, str], ...]
Handler = Callable[[Request, re.Match[str]], Output]


class Invalid(Exception):
    """A request this vendor refuses; the vendor puts it into its own envelope."""

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
        kind: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status
        self.kind = kind


class Vendor:
    """Answers the requests below one path prefix as that vendor would."""

    name: ClassVar[str]
    prefix: ClassVar[str]
    routes: ClassVar[Routes] = ()
    models: ClassVar[tuple[str, ...]] = ()
    families: ClassVar[str] = r"(?!)"
    key_required: ClassVar[bool] = True
    stream_type: ClassVar[str] = "text/event-stream"

    def __init__(self, state: State) -> None:
        self.state = state
        self._routes = [
            (method, re.compile(pattern), getattr(self, handler))
            for method, pattern, handler in self.routes
        ]

    def handle(self, request: Request) -> Output:
        """Answer `request`; the path is below the prefix."""
        path = request.path.removeprefix(self.prefix)
        allowed = []
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if match and method == request.method:
                try:
                    result: Output = handler(request, match)
                except Invalid as wrong:
                    return self.refusal_of(wrong)
                except Refused as refused:
                    return refused.output
                else:
                    return result
            allowed += [method] if match else []
        return self.no_such_path(request) if not allowed else self.wrong_method(request)

    # What a vendor says when it refuses ---------------------------------------------------

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Output:
        """Return an error in the vendor's envelope."""
        raise NotImplementedError

    def refusal_of(self, wrong: Invalid) -> Output:
        return self.error(
            wrong.status, wrong.message, code=wrong.code, kind=wrong.kind, param=wrong.param
        )

    def status_error(self, status: int, headers: dict[str, str] | None = None) -> Output:
        """Return what the vendor says with `status` when nothing particular is known."""
        message = STATUS_WORDS.get(status, f"The answer is {status}.")
        return self.error(status, message, headers=headers)

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, f"Invalid URL ({request.method} {request.path})")

    def wrong_method(self, request: Request) -> Output:
        return self.error(405, f"Not allowed to {request.method} on {request.path}")

    def no_such_model(self, model: str) -> Output:
        return self.error(404, f"The model `{model}` does not exist.")

    def error_event(self, message: str) -> Piece:
        """Return the event with which the vendor breaks off a stream."""
        raise NotImplementedError

    def unknown_event(self) -> Piece:
        """Return an event no client has seen yet, which must be ignored."""
        raise NotImplementedError

    # Keys ---------------------------------------------------------------------------------

    def key_of(self, request: Request) -> str | None:
        """Return the key where the vendor reads it."""
        return request.bearer

    def admit(self, request: Request, *, paid: bool) -> None:
        """Raise `Refused` unless the key may do this; `paid` is whether it costs money."""
        key = self.key_of(request)
        if not key and not self.key_required:
            return
        standing = self.state.keys.standing(key)
        harmless = {"good", "no_scope" if paid else "no_credit"}
        if standing not in harmless:
            raise Refused(self.key_error(standing, key or ""))

    def key_error(self, standing: Standing, key: str) -> Output:
        """Return what the vendor says to a key of this standing."""
        status = {"no_credit": 402, "rate_limited": 429, "no_scope": 403}.get(standing, 401)
        return self.status_error(status)

    # Models -------------------------------------------------------------------------------

    def knows(self, model: str) -> bool:
        """Tell whether `model` can be used here."""
        if model.startswith("fault~") or is_behaviour(model):
            return True
        return model in self.models or bool(re.fullmatch(self.families, model))

    def listed(self, request: Request) -> list[str]:
        """Return the ids the model list names; `Refused` by a fault that hides the list."""
        faults = dict(fault.partition("@")[::2] for fault in request.faults)
        if "models-missing" in faults:
            raise Refused(self.no_such_path(request))
        if "models-html" in faults:
            raise Refused(document(HTML, "text/html; charset=utf-8"))
        if "models-empty" in faults:
            return []
        if "models" in faults:
            return [f"mock-model-{at:05}" for at in range(int(faults["models"] or 10_000))]
        return [*self.models, *BEHAVIOURS]

    def as_list(self, request: Request, place: str, items: list[Any], **beside: Any) -> Output:
        """Return a model list under the key `place`, or bare if a fault says so."""
        if "models-array" in request.faults:
            return whole(items)
        return whole({**beside, place: items})

    # Replies ------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Output:
        """Return what the model says, streamed or whole, as `asked`."""
        reply = self.state.reply_to(asked)
        faults = tuple(fault for fault in reply.fault.split("+") if fault)
        if not asked.stream:
            output = whole(self.document_of(reply, asked), delay=reply.pause * len(reply.deltas))
        else:
            output = stream(self._paced(reply, asked), self.stream_type)
        return Output(
            status=output.status,
            headers=output.headers | self.extra_headers(),
            pieces=output.pieces,
            framing=output.framing,
            delay=output.delay,
            faults=faults,
        )

    def extra_headers(self) -> dict[str, str]:
        """Return headers the vendor puts on every chat answer."""
        return {}

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        """Return the whole answer as a JSON value."""
        raise NotImplementedError

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        """Yield the answer as a stream's events."""
        raise NotImplementedError

    def _paced(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        # The first piece is made at once, so that a mistake in here is a 500 and no dead stream.
        pieces = self.pieces_of(reply, asked)
        rest = chain([next(pieces)], pieces)
        if not reply.pause:
            return rest
        return (
            piece._replace(pause=reply.pause) if piece.kind == "delta" else piece for piece in rest
        )


def body_of(request: Request) -> dict[str, Any]:
    """Return the request's JSON object; `Invalid` when it is none."""
    if not isinstance(request.json, dict):
        raise Invalid("We could not parse the JSON body of your request.")
    return request.json
