"""What a provider's refusal means for the person, and what to do about it."""

import re

from tapster.core.checks import Check, State
from tapster.core.errors import Reason, SourceError
from tapster.core.keys import Key
from tapster.core.ways import as_sentence, under_connections
from tapster.relay.endpoints import Endpoint

# Providers with slow key servers say "some minutes"; half an hour is past all of them.
FRESH_KEY_WAIT = 1800.0

_STATES = {
    Reason.AUTH: State.KEY_REFUSED,
    Reason.PERMISSION: State.KEY_REFUSED,
    Reason.BILLING: State.NO_CREDIT,
    Reason.RATE_LIMIT: State.RATE_LIMITED,
    Reason.NOT_FOUND: State.WRONG_PATH,
    Reason.NOT_AN_API: State.WRONG_PATH,
    Reason.UNREACHABLE: State.UNREACHABLE,
    Reason.TIMEOUT: State.UNREACHABLE,
    Reason.INTERRUPTED: State.UNREACHABLE,
    Reason.TLS: State.TLS_FAILED,
}

# Not the last part of an address, such as the `/models` of a list that is missing.
_MODEL = re.compile(r"(?<!/)model", re.IGNORECASE)
_NO_SUCH = re.compile(
    r"not[ _](exist|found|available|supported)|does ?n.t exist|no such|unknown|invalid[ _]model"
    r"|not a valid model",
    re.IGNORECASE,
)

# What servers say that have no such path, and of a grammar they cannot read.
_NO_SUCH_PATH = re.compile(r"(404 )?(page |file )?not found\.?", re.IGNORECASE)
_NO_SUCH_FORM = re.compile(r"initiali[sz]e samplers|(parse|compile) (the )?grammar", re.IGNORECASE)


def verdict_on(endpoint: Endpoint, error: SourceError, *, now: float) -> Check:
    """Return the state and sentence for `error`, with the provider's words and no secrets."""
    state = _state(endpoint, error, now)
    clean = endpoint.without_secrets(error)
    return Check(
        state=state,
        message=_sentence(state, endpoint, clean),
        words=(clean.detail or clean.message)[:1000],
        status=error.status,
    )


def way_out(endpoint: Endpoint, error: SourceError, *, now: float) -> str | None:
    """Return `error` in a sentence that names the way out, where its own words leave that open."""
    if error.reason is Reason.AUTH:
        return verdict_on(endpoint, error, now=now).message
    if error.reason is Reason.NOT_FOUND and _NO_SUCH_PATH.fullmatch(error.message.strip()):
        return verdict_on(endpoint, error, now=now).message
    if error.reason is Reason.INVALID and _NO_SUCH_FORM.search(error.message):
        return (
            f"{as_sentence(error.message)} The server could not use the grammar or the schema the "
            "answer was to follow: correct that setting, or leave it out."
        )
    return None


def is_about_the_model(error: SourceError) -> bool:
    """Whether the endpoint speaks, and only does not serve the model that was named."""
    words = f"{error.code} {error.type} {error.message}"
    if not _MODEL.search(words):
        return False
    return error.reason is Reason.NOT_FOUND or (
        error.reason is Reason.INVALID and _NO_SUCH.search(words) is not None
    )


def waits_for_key(endpoint: Endpoint, key: Key | None, error: SourceError, *, now: float) -> bool:
    """Whether `key` was refused only because it is so new that its provider does not know it."""
    if error.reason is not Reason.AUTH or key is None or not endpoint.source.fresh_keys_wait:
        return False
    return key.last_worked_at is None and now - key.added_at < FRESH_KEY_WAIT


def _state(endpoint: Endpoint, error: SourceError, now: float) -> State:
    model = endpoint.connection.model
    named = error.reason is Reason.NOT_FOUND and model is not None and model in error.message
    if named or (model and is_about_the_model(error)):
        return State.MODEL_MISSING
    state = _STATES.get(error.reason, State.FAILED)
    if state is not State.KEY_REFUSED:
        return state
    if not endpoint.has_key:
        return State.NO_KEY
    if waits_for_key(endpoint, endpoint.doors[0].key, error, now=now):
        return State.KEY_NOT_ACTIVE_YET
    return state


def _sentence(state: State, endpoint: Endpoint, error: SourceError) -> str:
    source, slug = endpoint.source, endpoint.connection.slug
    code = f" ({error.status})" if error.status else ""
    page = f" at {source.key_page}" if source.key_page else ""
    said = f" It says: {as_sentence(error.message)}" if error.message else ""
    match state:
        case State.NO_KEY:
            return (
                f"This endpoint wants a key{code} and there is none. "
                f"Enter it {endpoint.key_place}.{said}"
            )
        case State.KEY_REFUSED if error.reason is Reason.PERMISSION:
            return (
                f"The provider knows the key but forbids this{code}: check what the key may do, "
                f"or whether your account or region is blocked.{said}"
            )
        case State.KEY_REFUSED if endpoint.proxy is not None:
            return (
                f"The proxy {endpoint.proxy.name!r} refused its password{code}. Check it, and "
                f"enter it again {endpoint.key_place}.{said}"
            )
        case State.KEY_REFUSED:
            return (
                f"The key was refused by the provider{code}. Check it, or make a new one{page}."
                f"{said}"
            )
        case State.KEY_NOT_ACTIVE_YET:
            return (
                f"The key is new and {source.title} does not know it yet{code}; this takes some "
                "minutes. A running server tries again by itself until it works; to wait in a "
                f"terminal: tapster connections check {slug} --wait"
            )
        case State.NO_CREDIT:
            return f"The account has no credit{code}: add some{page}.{said}"
        case State.RATE_LIMITED:
            wait = f" in {error.retry_after:.0f} s" if error.retry_after else " in a minute"
            return f"The provider limits how often it may be asked{code}. Try again{wait}.{said}"
        case State.WRONG_PATH if error.reason is Reason.NOT_AN_API:
            return error.message
        case State.WRONG_PATH:
            return (
                f"This address answers{code}, but not as an API of this kind. Give the base URL, "
                f"usually ending in /v1, without /chat/completions.{said}"
            )
        case State.MODEL_MISSING:
            return (
                f"The model {endpoint.connection.model!r} is not served here{code}. "
                f"Choose another {under_connections(f'tapster models {slug}')}.{said}"
            )
        case State.UNREACHABLE | State.TLS_FAILED:
            return error.message
        case _:
            return f"The provider answered with an error{code}: {as_sentence(error.message)}"
