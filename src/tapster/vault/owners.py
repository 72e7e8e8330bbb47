"""Who a key belongs to, by id and by name, so that it finds its place in another installation."""

from collections.abc import Mapping, Sequence

from tapster.core.errors import InvalidInput
from tapster.core.keys import admin_owner, connection_owner, outbound_owner, proxy_owner
from tapster.store import Rows
from tapster.vault.exchange import Carried


async def name_of(rows: Rows, owner: str) -> str:
    """Return `owner` with the name in place of the id; itself when it is not here."""
    kind, _, owner_id = owner.partition(":")
    found = await (rows.proxies if kind == "proxy" else rows.connections).by_id(owner_id)
    return f"{kind}:{found.name}" if found is not None else owner


async def resolve_owners(
    rows: Rows, carried: Sequence[Carried], owners: Mapping[str, str] | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return who here gets the keys of each owner in `carried`, and the names of the others.

    Raises `InvalidInput` naming every owner when none has a counterpart here.
    """
    wanted = {entry.owner: entry.name for entry in carried}
    if owners is not None:
        homes = {owner: owners.get(owner) or owners.get(name) for owner, name in wanted.items()}
    else:
        here = await _owners_here(rows)
        homes = {owner: here.get(owner) or here.get(name) for owner, name in wanted.items()}
    found = {owner: home for owner, home in homes.items() if home is not None}
    missing = sorted({wanted[owner] for owner in homes if owner not in found})
    if missing and not found:
        raise InvalidInput(
            f"Nothing was imported: the file has keys for {', '.join(missing)}, which "
            f"{'is' if len(missing) == 1 else 'are'} not here. Add "
            f"{'it' if len(missing) == 1 else 'them'} under the same name first, or say which "
            "connection shall get the keys.",
            field="owners",
        )
    return found, tuple(missing)


async def _owners_here(rows: Rows) -> dict[str, str]:
    here: dict[str, str] = {}
    for connection in await rows.connections.all():
        for owner_of in (connection_owner, outbound_owner, admin_owner):
            here[owner_of(connection.name)] = owner_of(connection.id)
    for proxy in await rows.proxies.all():
        here[proxy_owner(proxy.name)] = proxy_owner(proxy.id)
    return here | {owner: owner for owner in here.values()}
