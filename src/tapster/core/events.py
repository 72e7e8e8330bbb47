"""What happens while a model answers: a sequence of small values, the same for every provider.

Order: `Started` first, `UsageReported` at most a few times (the last one counts), one
`Finished` per choice, or `Failed` as the last event when the provider broke off. `choice`
counts the alternatives when more than one answer was asked for.
"""

from typing import Any, Literal

from msgspec import Struct

from tapster.core.errors import Reason, SourceError
from tapster.core.messages import Audio, Image, Opaque, Reasoning
from tapster.core.usage import Usage

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error"]


class Started(Struct, frozen=True, tag="started", tag_field="type", omit_defaults=True):
    """The provider began to answer, under its own id and model name."""

    id: str | None = None
    model: str | None = None
    created: int | None = None
    fingerprint: str | None = None


class TextDelta(Struct, frozen=True, tag="text-delta", tag_field="type", omit_defaults=True):
    """More visible words."""

    text: str
    choice: int = 0


class ReasoningDelta(
    Struct, frozen=True, tag="reasoning-delta", tag_field="type", omit_defaults=True
):
    """More readable thinking."""

    text: str
    choice: int = 0


class ReasoningSealed(
    Struct, frozen=True, tag="reasoning-sealed", tag_field="type", omit_defaults=True
):
    """A finished piece of thinking as it must go back to the provider. Never shown; its
    readable words already came as `ReasoningDelta`.
    """

    part: Reasoning
    choice: int = 0


class RefusalDelta(Struct, frozen=True, tag="refusal-delta", tag_field="type", omit_defaults=True):
    """More words of a refusal."""

    text: str
    choice: int = 0


class ToolCallDelta(
    Struct, frozen=True, tag="tool-call-delta", tag_field="type", omit_defaults=True
):
    """More of the tool call in place `slot` (0, 1, … in order of appearance).

    The first delta of a slot carries `id` and `name`; later ones only `arguments` to append.
    """

    slot: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    signature: str | None = None
    choice: int = 0


class PartAdded(Struct, frozen=True, tag="part-added", tag_field="type", omit_defaults=True):
    """A whole part that is not text: a generated image or sound, or a provider's own block."""

    part: Image | Audio | Opaque
    choice: int = 0


class Annotated(Struct, frozen=True, tag="annotated", tag_field="type", omit_defaults=True):
    """A note on the text (a citation), in the provider's own shape."""

    annotation: dict[str, Any]
    choice: int = 0


class TokenLogprobs(
    Struct, frozen=True, tag="token-logprobs", tag_field="type", omit_defaults=True
):
    """Log probabilities of the last tokens, in OpenAI's shape (a list of token objects)."""

    content: tuple[dict[str, Any], ...]
    choice: int = 0


class Noticed(Struct, frozen=True, tag="noticed", tag_field="type", omit_defaults=True):
    """Something we did to the request that the person should know, and the field it is about."""

    text: str
    field: str | None = None


class UsageReported(
    Struct, frozen=True, tag="usage-reported", tag_field="type", omit_defaults=True
):
    """The provider's token count so far; the last one counts."""

    usage: Usage


class Finished(Struct, frozen=True, tag="finished", tag_field="type", omit_defaults=True):
    """The answer `choice` is complete. `raw` is the provider's own word for why."""

    reason: FinishReason
    raw: str | None = None
    choice: int = 0


class Failed(Struct, frozen=True, tag="failed", tag_field="type", omit_defaults=True):
    """The provider broke off in mid-answer; what came before stands."""

    reason: Reason
    message: str
    status: int | None = None
    code: str | int | None = None
    error_type: str | None = None
    param: str | None = None
    detail: str | None = None
    retry_after: float | None = None

    @classmethod
    def because(cls, error: SourceError) -> "Failed":
        """Return the event that stands for `error`."""
        return cls(
            reason=error.reason,
            message=error.message,
            status=error.status,
            code=error.code,
            error_type=error.type,
            param=error.param,
            detail=error.detail,
            retry_after=error.retry_after,
        )

    def as_error(self) -> SourceError:
        """Return the exception this event stands for."""
        return SourceError(
            self.reason,
            self.message,
            status=self.status,
            code=self.code,
            type=self.error_type,
            param=self.param,
            detail=self.detail,
            retry_after=self.retry_after,
        )


Event = (
    Started
    | TextDelta
    | ReasoningDelta
    | ReasoningSealed
    | RefusalDelta
    | ToolCallDelta
    | PartAdded
    | Annotated
    | TokenLogprobs
    | Noticed
    | UsageReported
    | Finished
    | Failed
)
