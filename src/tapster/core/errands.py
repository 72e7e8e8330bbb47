"""Errands: calls of a model that lives in a browser, carried out by an open page of a person.

The server makes the request and keeps the answer; a page only runs it, and says what came.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Ability = Literal["window.ai", "language-model"]
"""What a page must have: the object of the Window AI extension, or `LanguageModel`."""

OWN_CHOICE = "default"
"""The name of whatever model the page has: none is asked for by name."""

PageId = Annotated[str, Meta(min_length=8, max_length=64, pattern="^[0-9A-Za-z-]+$")]
"""What an open page calls itself, for as long as it is open."""


class Asker(Struct, frozen=True):
    """Whose pages may carry out a call, and which of them asks for it."""

    person: str
    page: str


class MoreWords(Struct, frozen=True, tag="words", tag_field="type"):
    """More of the answer."""

    text: Annotated[str, Meta(max_length=200_000)]


class Done(Struct, frozen=True, tag="done", tag_field="type"):
    """The answer is complete; `text` is all of it, where the model says it once more."""

    text: Annotated[str, Meta(max_length=2_000_000)] | None = None


class Broke(Struct, frozen=True, tag="broke", tag_field="type"):
    """The model refused or failed: its own code, and its words."""

    code: Annotated[str, Meta(max_length=80)]
    message: Annotated[str, Meta(max_length=2000)] = ""


class Left(Struct, frozen=True, tag="left", tag_field="type"):
    """The page is being closed, or loaded anew."""


Piece = MoreWords | Done | Broke | Left


class Claim(Struct, frozen=True, tag="claim", tag_field="type"):
    """A page that can carry the errand out wants to. `model` is what answers there, if known."""

    page: PageId
    model: Annotated[str, Meta(max_length=200)] | None = None


class Decline(Struct, frozen=True, tag="decline", tag_field="type"):
    """A page cannot carry the errand out; `code` says why."""

    page: PageId
    code: Annotated[str, Meta(max_length=80)]


class PageReport(Struct, frozen=True, tag="report", tag_field="type"):
    """What came, beginning with the piece number `first` (from 1); none is a sign of life.

    A page that nobody sees is heard of more seldom: its browser lets it sleep.
    """

    page: PageId
    first: Annotated[int, Meta(ge=1)]
    pieces: Annotated[tuple[Piece, ...], Meta(max_length=500)] = ()
    unseen: bool = False


Question = Claim | Decline | PageReport


class Heard(Struct, frozen=True):
    """What a page is told of an errand.

    `ended`: nobody waits for it any more. `taken`: another page carries it out. `next` is the
    number of the piece that is heard next, `every` the seconds between two signs of life, and
    `body` what the model is asked, in OpenAI's shape.
    """

    ended: bool = False
    taken: bool = False
    next: int = 1
    every: float = 3.0
    body: dict[str, Any] | None = None
