"""Asks an endpoint, as cheaply as it allows, whether address and key are good."""

from collections.abc import Iterable

from msgspec.structs import replace

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Link
from tapster.core.messages import says
from tapster.core.models import Model
from tapster.core.requests import ChatRequest, Settings
from tapster.relay.endpoints import Endpoint
from tapster.relay.verdicts import is_about_the_model
from tapster.sources import Probed

# A name no endpoint serves: what it says of it tells an API from anything else.
_UNKNOWN_MODEL = "tapster-check"
# Some models refuse to be asked for fewer tokens than this.
_FEW_TOKENS = 16
# Seconds. A list comes at once or not at all; a first word may wait until a model is loaded.
LIST_SILENCE = 20.0
_WORD_SILENCE = 120.0
_NO_SUCH_CALL = {404, 405, 501}


async def probe(endpoint: Endpoint, link: Link) -> Probed:
    """Ask by the source's cheapest call; where that proves nothing, by the smallest message.

    Raises `SourceError` with what the endpoint said if it cannot be used.
    """
    refused: SourceError | None = None
    try:
        probed = await endpoint.source.probe(no_longer_silent(link, LIST_SILENCE))
    except SourceError as error:
        # No list here, or none for this key: the chat may work all the same.
        if error.status not in _NO_SUCH_CALL and error.reason not in _WITHOUT_LIST:
            raise
        refused = error
        probed = Probed(models=None, key_proved=False)
    if probed.key_proved or (probed.models is not None and link.key is None):
        return probed
    chosen = endpoint.connection.model
    model = chosen or _cheapest((*endpoint.source.catalogue, *(probed.models or ())))
    try:
        await _say_hi(endpoint, link, model or _UNKNOWN_MODEL)
    except SourceError as error:
        if is_about_the_model(error):
            if chosen is None:
                return probed
        elif refused is not None and _says_less(error, refused):
            raise refused from None
        raise
    return Probed(models=probed.models, key_proved=True)


# Some servers show a web page where others list their models.
_WITHOUT_LIST = {Reason.NOT_FOUND, Reason.PERMISSION, Reason.NOT_AN_API}


def no_longer_silent(link: Link, seconds: float) -> Link:
    """Return `link` with a silence of at most `seconds`, for calls a person waits for."""
    idle = min(link.timeouts.idle, seconds)
    return replace(link, timeouts=replace(link.timeouts, idle=idle))


def is_elsewhere(error: SourceError) -> bool:
    """Whether something answers, but not the API: it may be at another path."""
    if is_about_the_model(error):
        return False
    if error.reason in {Reason.NOT_FOUND, Reason.NOT_AN_API} or error.status in _NO_SUCH_CALL:
        return True
    # Some servers say so inside a 200.
    return error.reason is Reason.UPSTREAM and (error.status or 200) < 400


def _says_less(error: SourceError, refused: SourceError) -> bool:
    if is_about_the_model(refused):
        # An API took the end of the address for the name of a model.
        return False
    return is_elsewhere(error) or error.reason is refused.reason is Reason.PERMISSION


async def _say_hi(endpoint: Endpoint, link: Link, model: str) -> None:
    request = ChatRequest(
        model=model,
        messages=(says("user", "Hi"),),
        settings=Settings(max_tokens=_FEW_TOKENS),
        stream=False,
    )
    async for _ in endpoint.source.stream(request, no_longer_silent(link, _WORD_SILENCE)):
        pass


def _cheapest(models: Iterable[Model]) -> str | None:
    """Return the model that says a word for the least money, where prices are known."""
    speaking = [model for model in models if "text" in model.outputs]
    return min(speaking, key=_price, default=Model(id="")).id or None


def _price(model: Model) -> float:
    if model.price is None:
        return float("inf")
    return (model.price.input or 0.0) + (model.price.output or 0.0)
