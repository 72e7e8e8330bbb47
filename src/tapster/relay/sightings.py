"""What was found at an address, in a sentence with what to do."""

from collections.abc import Iterable

from tapster.core.errors import Reason, SourceError
from tapster.core.servers import Server, ServerFacts, ServerModel, Sight
from tapster.sources import Source

_SIGHTS = {
    Reason.TIMEOUT: Sight.SILENT,
    Reason.NOT_AN_API: Sight.NO_API,
}


def known(address: str, source: Source, facts: ServerFacts, *, with_key: bool) -> Server:
    """Return what is there where it is a server of the kind `source`."""
    sight = _sight_of(facts, with_key=with_key)
    return Server(
        address=address,
        sight=sight,
        message=_sentence(sight, source.title, facts),
        source=source.id,
        title=source.title,
        version=facts.version,
        models=facts.models,
        context=facts.context,
        slots=facts.slots,
        template=facts.template,
        engine=facts.engine,
    )


def unknown(
    address: str, models: tuple[ServerModel, ...], owners: Iterable[str], *, refused: bool
) -> Server:
    """Return what is there where it speaks OpenAI's API, and is none of the kinds we know."""
    named = ", ".join(sorted(owners)[:3])
    if refused:
        message = (
            "This server speaks OpenAI's API and wants a key, or another one, before it tells "
            "more. Enter the key and look again, or connect it under its own address."
        )
    elif named:
        message = (
            "This server speaks OpenAI's API, but is none of those Tapster knows: its models are "
            f"owned by {named}. Connect it under its own address."
        )
    else:
        message = (
            "This server speaks OpenAI's API, but is none of those Tapster knows. Connect it "
            "under its own address."
        )
    return Server(address=address, sight=Sight.UNKNOWN, message=message, models=models)


def ourselves(address: str) -> Server:
    """Return what is there where it is a Tapster."""
    return Server(
        address=address,
        sight=Sight.OURSELVES,
        message="This is a Tapster itself. Give the address of the server that runs the model.",
    )


def no_api(address: str, status: int) -> Server:
    """Return what is there where something answers that is no API for models."""
    return Server(
        address=address,
        sight=Sight.NO_API,
        message=f"Something answers here ({status}), but not as an API for models. Check the port, "
        "and whether the API is switched on in that program.",
    )


def nothing(address: str, error: SourceError) -> Server:
    """Return what is there where nobody answered, by why nobody did."""
    return Server(
        address=address,
        sight=_SIGHTS.get(error.reason, Sight.NOTHING),
        message=error.message,
    )


def _sight_of(facts: ServerFacts, *, with_key: bool) -> Sight:
    if facts.loading:
        return Sight.LOADING
    if facts.refused or (facts.needs_key and not with_key):
        return Sight.KEY_REFUSED if with_key else Sight.KEY_WANTED
    if facts.needs_model and not facts.loaded:
        return Sight.NO_MODEL
    return Sight.READY


def _sentence(sight: Sight, title: str, facts: ServerFacts) -> str:
    match sight:
        case Sight.LOADING:
            return f"{title} runs here, and still loads a model: try again in a moment."
        case Sight.KEY_WANTED:
            return f"{title} runs here, and wants a key: enter the one it was started with."
        case Sight.KEY_REFUSED:
            return f"{title} runs here, and refuses this key: enter the one it was started with."
        case Sight.NO_MODEL:
            return f"{title} runs here, but has no model loaded: load one there first."
        case _ if facts.loaded:
            return f"{title} runs here, with {facts.loaded[0].id} loaded."
        case _ if any(model.loaded is not None for model in facts.models):
            return (
                f"{title} runs here. No model is loaded just now: the first message loads the one "
                "that is chosen."
            )
        case _ if facts.models:
            return f"{title} runs here. Choose one of its models."
        case _:
            return f"{title} runs here, but lists no model yet: add one there first."
