"""Preferences: one's own, the same in every browser."""

from litestar import get, patch
from litestar.params import JSONBody

from tapster.core.preferences import PreferenceFields, Preferences
from tapster.server.gate import ThisCaller, ThisTapster, own


class PreferenceChanges(PreferenceFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; `version` is the one the change was made upon.

    `connection` is an id or a name.
    """

    version: int | None = None


@get("/api/preferences", opt=own("preferences"))
async def show_preferences(caller: ThisCaller, tapster: ThisTapster) -> Preferences:
    """Show what one likes."""
    return await tapster.preferences.of(caller.person.id)


@patch("/api/preferences", opt=own("preferences"))
async def change_preferences(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[PreferenceChanges]
) -> Preferences:
    """Change what is given."""
    return await tapster.preferences.change(caller.person.id, data, version=data.version)


ROUTES = (show_preferences, change_preferences)
