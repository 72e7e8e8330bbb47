"""Keys granted in the browser, for admins: asked for, and asked after."""

from litestar import get, post
from litestar.params import FromPath

from tapster.app.grants import GrantBegun, GrantState
from tapster.server.gate import ThisTapster, house


@post("/api/connections/{connection_id:str}/grant", opt=house("connection", admins=True))
async def begin_grant(connection_id: FromPath[str], tapster: ThisTapster) -> GrantBegun:
    """Ask the provider for a key; the person agrees at `page`, and the key is kept by itself."""
    connection = await tapster.connections.pick(connection_id)
    return await tapster.grants.begin(connection)


@get("/api/grants/{grant_id:str}", opt=house("connection", admins=True))
async def show_grant(grant_id: FromPath[str], tapster: ThisTapster) -> GrantState:
    """Tell how far it is with a key that was asked for."""
    return tapster.grants.state_of(grant_id)


ROUTES = (begin_grant, show_grant)
