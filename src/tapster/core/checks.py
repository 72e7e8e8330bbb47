"""What a status check found."""

from enum import StrEnum

from msgspec import Struct

from tapster.core.servers import Server


class State(StrEnum):
    """How a connection stands."""

    READY = "ready"
    BYPASSED = "bypassed"
    IN_PAGE = "in_page"
    UNVERIFIED = "unverified"
    NO_KEY = "no_key"
    KEY_REFUSED = "key_refused"
    KEY_NOT_ACTIVE_YET = "key_not_active_yet"
    NO_CREDIT = "no_credit"
    RATE_LIMITED = "rate_limited"
    MODEL_MISSING = "model_missing"
    WRONG_PATH = "wrong_path"
    UNREACHABLE = "unreachable"
    TLS_FAILED = "tls_failed"
    RETIRED = "retired"
    FAILED = "failed"


class Tried(Struct, frozen=True, omit_defaults=True):
    """One address that was tried and what it said."""

    url: str
    status: int | None = None
    outcome: str = ""


class Check(Struct, frozen=True):
    """The outcome of a status check, as a state and a sentence.

    `latency` is in milliseconds. `endpoint` is a better address that was found to work, to be
    offered or stored. `words` is what the provider itself said, without secrets. Where a key
    is too new and checked again in the background, `rechecks` is how often that was done and
    `again_in` how many seconds it is until the next time.
    `server` is what stands there, where it is a server people run themselves: its kind may be
    another than the connection's.
    """

    state: State
    message: str
    latency: int | None = None
    models: int | None = None
    tried: tuple[Tried, ...] = ()
    endpoint: str | None = None
    words: str | None = None
    status: int | None = None
    rechecks: int = 0
    again_in: float | None = None
    server: Server | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """How a connection was last found to stand, `at` seconds since the epoch.

    By a check, or by an answer that came or failed. The rest is as in a check, the
    server in short.
    """

    state: State
    message: str
    at: float
    latency: int | None = None
    models: int | None = None
    tried: tuple[Tried, ...] = ()
    words: str | None = None
    endpoint: str | None = None
    server: Server | None = None


_IN_SHORT = {
    State.READY: "Ready.",
    State.BYPASSED: "Not checked: messages are sent all the same.",
    State.IN_PAGE: "It lives in a browser: whether it is there is seen in the page.",
    State.UNVERIFIED: "Reachable, but the key could not be verified.",
    State.NO_KEY: "There is no key for it yet: an admin has to enter one.",
    State.KEY_REFUSED: "The provider refuses the key: an admin has to look at it.",
    State.KEY_NOT_ACTIVE_YET: "The key is so new that the provider does not know it yet.",
    State.NO_CREDIT: "The account has no credit left.",
    State.RATE_LIMITED: "The provider limits how often it may be asked: try again in a minute.",
    State.MODEL_MISSING: "No model is there to answer: choose another one, or have one loaded.",
    State.WRONG_PATH: "Its address answers, but not as an API of this kind.",
    State.UNREACHABLE: "Its address cannot be reached.",
    State.TLS_FAILED: "Its address shows no certificate that can be trusted.",
    State.RETIRED: "Its provider has shut it down.",
    State.FAILED: "The provider answers with an error.",
}


def in_short(standing: Standing) -> Standing:
    """Return what everyone may know of `standing`: nothing of where the connection leads."""
    state = standing.state
    return Standing(
        state=state,
        message=_IN_SHORT[state],
        at=standing.at,
        latency=standing.latency,
        models=standing.models,
    )
