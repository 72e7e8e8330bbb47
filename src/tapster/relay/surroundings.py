"""What a check tells beside how a connection stands: which server is behind it, and how it is."""

import time

from msgspec.structs import replace

from tapster.core.checks import Check, State
from tapster.core.errors import Reason, SourceError
from tapster.core.origins import is_at_home
from tapster.core.servers import Server, Sight
from tapster.core.ways import under_connections
from tapster.relay.endpoints import Endpoint
from tapster.relay.lookout import Lookout
from tapster.relay.verdicts import verdict_on

# Nobody is there who could be asked more.
_UNHEARD = {State.UNREACHABLE, State.TLS_FAILED, State.RETIRED}
# What is said where nothing but a list was answered: the server may know better.
_HOPED = {State.READY, State.UNVERIFIED}


async def with_server(check: Check, endpoint: Endpoint, lookout: Lookout) -> Check:
    """Return `check` with the server behind `endpoint`, if it is of a kind we know.

    Where that is another kind than the connection's, the sentence says so. Where it wants a key, or
    has no model to answer with, the connection is not ready, however open its lists are. Of another
    kind it is said where it speaks OpenAI's API, if the connection leads beside that.
    """
    if check.state in _UNHEARD or endpoint.proxy is not None:
        return check
    server = await _server_behind(check, endpoint, lookout)
    if server is None:
        return check
    if server.source is None:
        return _with_speaker(check, endpoint, server)
    note = ""
    if server.source != endpoint.source.id:
        note = f" The server here is {server.title}: as that source, all its settings are offered."
    check = _as_the_server_stands(check, endpoint, server)
    return replace(check, message=check.message + note, server=server)


def _with_speaker(check: Check, endpoint: Endpoint, server: Server) -> Check:
    if check.state is not State.WRONG_PATH or server.sight is not Sight.UNKNOWN:
        return check
    told = ""
    if server.address != endpoint.source.endpoint_of(endpoint.link):
        told = f" OpenAI's API is spoken at {server.address}: give that as the endpoint."
    way_out = (
        " A server without a list of models may answer messages all the same: name a model "
        "yourself, and tick Bypass API status check."
    )
    return replace(check, message=check.message + told + way_out)


def _as_the_server_stands(check: Check, endpoint: Endpoint, server: Server) -> Check:
    if check.state not in _HOPED:
        return check
    match server.sight:
        case Sight.KEY_WANTED:
            wants = SourceError(Reason.AUTH, "")
            verdict = verdict_on(endpoint, wants, now=time.time())
            return replace(check, state=verdict.state, message=verdict.message)
        case Sight.NO_MODEL:
            return replace(
                check, state=State.MODEL_MISSING, message=_without_model(endpoint, server)
            )
        case _:
            return check


def _without_model(endpoint: Endpoint, server: Server) -> str:
    if server.source != endpoint.source.id or endpoint.source.control is None:
        return server.message
    slug = endpoint.connection.slug
    place = under_connections(f"tapster models load MODEL --connection {slug}")
    return f"{server.title} runs here, but has no model loaded. Load one {place}."


async def _server_behind(check: Check, endpoint: Endpoint, lookout: Lookout) -> Server | None:
    source, link = endpoint.source, endpoint.link
    address = check.endpoint or source.endpoint_of(link)
    link = replace(link, endpoint=address)
    if is_at_home(address) and (source.server is not None or source.base_url is None):
        return await lookout.look(link, likely=source)
    # Others than oneself are not asked what they are.
    return await lookout.confirm(link, source) if source.server is not None else None
