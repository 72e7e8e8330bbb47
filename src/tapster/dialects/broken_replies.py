"""Replies that are no answer: an error inside a 200, another kind of JSON, a broken stream."""

from tapster.core.errors import Reason
from tapster.core.events import Failed
from tapster.dialects.errors import read_error_body


def failure_in(body: bytes) -> Failed:
    """Return what stands where a reply, or a piece of one, should be."""
    return Failed.because(read_error_body(200, {}, body))


def ended_early() -> Failed:
    """Return the failure of a stream that ended before it said that it was complete."""
    return Failed(
        Reason.INTERRUPTED,
        "The provider's stream ended before the answer was complete. Try again, or continue "
        "from what came.",
    )


def not_a_reply(path: str) -> Failed:
    """Return the failure of a JSON reply that has nothing of what the API at `path` answers."""
    return Failed(
        Reason.NOT_AN_API,
        "The endpoint answered with JSON that is no answer to a chat. Check that its address "
        f"belongs to an API that speaks {path}.",
        status=200,
    )
