"""What a check tells beside how a connection stands: which server is behind it, and how it is."""

from msgspec.structs import replace

from tapster.core.checks import Check, State
from tapster.core.origins import is_at_home
from tapster.core.servers import Server
from tapster.relay.endpoints import Endpoint
from tapster.relay.lookout import Lookout

# Nobody is there who could be asked more.
_UNHEARD = {State.UNREACHABLE, State.TLS_FAILED, State.RETIRED}


async def with_server(check: Check, endpoint: Endpoint, lookout: Lookout) -> Check:
    """Return `check` with the server behind `endpoint`, if it is of a kind we know.

    Where that is another kind than the connection's, the sentence says so.
    """
    if check.state in _UNHEARD or endpoint.proxy is not None:
        return check
    server = await _server_behind(check, endpoint, lookout)
    if server is None or server.source is None:
        return check
    note = ""
    if server.source != endpoint.source.id:
        note = f" The server here is {server.title}: as that source, all its settings are offered."
    return replace(check, message=check.message + note, server=server)


async def _server_behind(check: Check, endpoint: Endpoint, lookout: Lookout) -> Server | None:
    source, link = endpoint.source, endpoint.link
    address = check.endpoint or source.endpoint_of(link)
    link = replace(link, endpoint=address)
    if is_at_home(address) and (source.server is not None or source.base_url is None):
        return await lookout.look(link, likely=source)
    # Others than oneself are not asked what they are.
    return await lookout.confirm(link, source) if source.server is not None else None
