"""What a person does with preferences: look at their own, and change some of them."""

from msgspec import UNSET, structs

from tapster.app.connections import Connections
from tapster.chats.limits import fields_from, words
from tapster.core.chats import ChatFields
from tapster.core.errors import Conflict, NotFound
from tapster.core.preferences import PreferenceFields
from tapster.core.preferences import Preferences as Liked
from tapster.store import Store


class Preferences:
    """The desk for preferences; each function takes the `owner` whose they are."""

    def __init__(self, store: Store, *, connections: Connections) -> None:
        self._store = store
        self._connections = connections

    async def of(self, owner: str) -> Liked:
        """Return what a person likes; no connection where the one they liked is gone."""
        async with self._store.read() as rows:
            liked = await rows.preferences.of(owner)
        if liked.connection is not None:
            try:
                await self._connections.pick(liked.connection)
            except NotFound:
                return structs.replace(liked, connection=None, model=None)
        return liked

    async def change(
        self, owner: str, fields: PreferenceFields, *, version: int | None = None
    ) -> Liked:
        """Change what is given. A `version` that is not the newest raises `Conflict`."""
        given = {
            name: value
            for name in PreferenceFields.__struct_fields__
            if (value := getattr(fields, name)) is not UNSET
        }
        _refuse_unkept(fields)
        if given.get("connection") is not None:
            given["connection"] = (await self._connections.pick(given["connection"])).id
        async with self._store.begin() as rows:
            before = await rows.preferences.of(owner, hold=True)
            if version is not None and version != before.version:
                raise Conflict(
                    "Your preferences were changed elsewhere in the meantime: look at them again "
                    "and repeat your change.",
                    newer=before,
                )
            liked = structs.replace(before, **given, version=before.version + 1)
            await rows.preferences.put(owner, liked)
        return liked


def _refuse_unkept(fields: PreferenceFields) -> None:
    """Raise `InvalidInput` for what is too much, or no text."""
    fields_from(
        ChatFields(
            connection=fields.connection,
            model=fields.model,
            system=fields.system,
            settings=fields.settings,
        )
    )
    for favourite in fields.favourites or ():
        words(favourite, field="favourites")
    for shortcut in (fields.shortcuts or {}).items():
        words(" ".join(shortcut), field="shortcuts")
