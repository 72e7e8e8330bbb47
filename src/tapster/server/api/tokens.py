"""Access tokens: one's own, made, listed and revoked."""

from typing import Annotated, Literal

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, structs

from tapster.core.errors import InvalidInput
from tapster.core.keys import AccessToken
from tapster.server.gate import ThisCaller, ThisTapster, own

Scope = Literal["chat", "models", "api", "admin"]


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """A token to make. `connections` are names; `models` are `<connection>/<model id>`."""

    name: str
    scopes: tuple[Scope, ...] = ("chat", "models")
    connections: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    lasts: Annotated[float, Meta(gt=0, le=3_153_600_000)] | None = None


class TokenShown(Struct, frozen=True):
    """A token without its secret, which nobody has."""

    id: str
    name: str
    last4: str
    scopes: tuple[str, ...]
    connections: tuple[str, ...] | None
    models: tuple[str, ...] | None
    created_at: float
    expires_at: float | None
    last_used_at: float | None


class TokenMade(TokenShown, frozen=True, kw_only=True):
    """A new token; its `secret` is told this once."""

    secret: str


@get("/api/tokens", opt=own("token", careful=True))
async def list_tokens(caller: ThisCaller, tapster: ThisTapster) -> list[TokenShown]:
    """List one's own tokens."""
    return [_shown(each) for each in await tapster.tokens.of(caller.person.id)]


@post("/api/tokens", opt=own("token", careful=True))
async def make_token(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[NewToken]
) -> TokenMade:
    """Make a token of one's own."""
    if "admin" in data.scopes and not caller.is_admin:
        raise InvalidInput("Only an admin can have a token with the scope admin.", field="scopes")
    names = data.connections
    token, secret = await tapster.tokens.create(
        data.name,
        owner=caller.person.id,
        scopes=data.scopes,
        connections=None
        if names is None
        else tuple([(await tapster.connections.find(each)).slug for each in names]),
        models=data.models,
        lasts=data.lasts,
    )
    return TokenMade(**structs.asdict(_shown(token)), secret=secret.reveal())


@delete("/api/tokens/{token_id:str}", opt=own("token", careful=True), status_code=204)
async def revoke_token(token_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> None:
    """Revoke a token: who shows it is refused within a second."""
    await tapster.tokens.revoke(token_id, owner=caller.person.id)


def _shown(token: AccessToken) -> TokenShown:
    return TokenShown(**{name: getattr(token, name) for name in TokenShown.__struct_fields__})


ROUTES = (list_tokens, make_token, revoke_token)
