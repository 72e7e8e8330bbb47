"""Provider keys: written, never read. Admins see which there are, by their last characters."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from tapster.app.keys import OwnedKey
from tapster.core.keys import Key
from tapster.core.secrets import Secret
from tapster.server.gate import ThisTapster, house

KeyText = Annotated[str, Meta(max_length=1 << 20)]


class NewKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A key to add to a connection, beside those it has.

    With `admin` it is the one by which its server lets its models be changed, of which there is
    one at most.
    """

    connection: str
    key: KeyText
    label: str = ""
    admin: bool = False


class OtherKey(Struct, frozen=True, forbid_unknown_fields=True):
    """The key that takes the place of one."""

    key: KeyText


class KeyChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a key; what is left out stays.

    The one that is `first` is used before the others, which stand in when it is refused; `first`
    as false lets it take turns with them again.
    """

    label: str | None = None
    first: bool | None = None


@get("/api/keys", opt=house("key", admins=True))
async def list_keys(tapster: ThisTapster) -> list[OwnedKey]:
    """List all keys and what they belong to, without what they are."""
    return list(await tapster.keys.all())


@post("/api/keys", opt=house("key", admins=True))
async def add_key(tapster: ThisTapster, data: JSONBody[NewKey]) -> Key:
    """Add a key to a connection."""
    connection = await tapster.connections.pick(data.connection)
    if data.admin:
        return await tapster.keys.set_admin(connection.slug, Secret(data.key))
    return await tapster.keys.set(connection.slug, Secret(data.key), label=data.label)


@put("/api/keys/{key_id:str}", opt=house("key", admins=True))
async def rotate_key(key_id: FromPath[str], tapster: ThisTapster, data: JSONBody[OtherKey]) -> Key:
    """Put another key in the place of one."""
    return await tapster.keys.rotate(key_id, Secret(data.key))


@patch("/api/keys/{key_id:str}", opt=house("key", admins=True))
async def change_key(
    key_id: FromPath[str], tapster: ThisTapster, data: JSONBody[KeyChanges]
) -> Key:
    """Call a key something else, or have it used before the others of its connection."""
    key = await tapster.keys.find(key_id)
    if data.label is not None:
        key = await tapster.keys.relabel(key.id, data.label)
    if data.first is not None:
        key = await tapster.keys.put_first(key.id, first=data.first)
    return key


@delete("/api/keys/{key_id:str}", opt=house("key", admins=True), status_code=204)
async def remove_key(key_id: FromPath[str], tapster: ThisTapster) -> None:
    """Remove a key, for good."""
    await tapster.keys.remove(key_id)


ROUTES = (list_keys, add_key, rotate_key, change_key, remove_key)
