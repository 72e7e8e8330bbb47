"""News: what the open pages of a person are told when it has happened, to look at it anew.

Nothing of it is the truth, and any of it may be lost: who begins to listen, or listens again,
reads everything.
"""

from typing import Literal

from msgspec import Struct

from tapster.core.errands import Ability
from tapster.core.model_jobs import ModelJob
from tapster.core.runs import RunKind, RunState

Noun = Literal["connection", "key", "proxy", "preferences"]


class ChatChanged(Struct, frozen=True, tag="chat-changed", tag_field="type"):
    """Something in a chat, or of its settings, is another; `deleted` once it is not listed."""

    chat_id: str
    version: int
    head: str | None
    deleted: bool


class RunBegan(Struct, frozen=True, tag="run-started", tag_field="type"):
    """A run was begun. `message_id` is the message it continues, if it does."""

    run_id: str
    chat_id: str
    kind: RunKind
    message_id: str | None = None


class RunEnded(Struct, frozen=True, tag="run-ended", tag_field="type"):
    """A run came to its end."""

    run_id: str
    chat_id: str
    state: RunState


class HouseChanged(Struct, frozen=True, tag="house-changed", tag_field="type"):
    """Something that is in lists of this noun is another."""

    noun: Noun


class ModelJobChanged(Struct, frozen=True, tag="model-job", tag_field="type"):
    """A server is further with what it was asked to do with a model, or at the end of it."""

    job: ModelJob


class ModelJobUnwanted(Struct, frozen=True, tag="model-job-unwanted", tag_field="type"):
    """Somebody wants a job to stop. It is said to the process that tends it, and to no page."""

    job_id: str


class ErrandOffered(Struct, frozen=True, tag="errand-offered", tag_field="type"):
    """A model that lives in a browser is to be asked, by `page` alone, or by any that can."""

    errand_id: str
    ability: Ability
    page: str | None


class ErrandEnded(Struct, frozen=True, tag="errand-ended", tag_field="type"):
    """Nobody waits for an errand any more: the page that carries it out may stop."""

    errand_id: str


News = (
    ChatChanged
    | RunBegan
    | RunEnded
    | HouseChanged
    | ModelJobChanged
    | ModelJobUnwanted
    | ErrandOffered
    | ErrandEnded
)


def subject_of(news: News) -> str:
    """Return what `news` is about: the later of two on the same subject is enough."""
    match news:
        case ChatChanged():
            return f"chat {news.chat_id}"
        case RunBegan():
            return f"run {news.run_id} began"
        case RunEnded():
            return f"run {news.run_id} ended"
        case HouseChanged():
            return f"house {news.noun}"
        case ModelJobChanged():
            return f"model job {news.job.id}"
        case ModelJobUnwanted():
            return f"model job {news.job_id} is unwanted"
        case ErrandOffered() | ErrandEnded():
            return f"errand {news.errand_id}"
