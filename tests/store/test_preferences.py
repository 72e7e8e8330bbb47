import asyncio

from msgspec import structs

from tapster.core.preferences import Preferences
from tapster.core.requests import Settings


async def test_preferences_come_back_as_they_were_kept(store):
    liked = Preferences(
        theme="dark",
        favourites=("custom/a", "custom/ü"),
        settings=Settings(temperature=0.5, stop=("\n",)),
        shortcuts={"send": "mod+enter"},
        version=3,
    )

    async with store.begin() as rows:
        assert await rows.preferences.of("me") == Preferences()
        await rows.preferences.put("me", liked)
    async with store.begin() as rows:
        await rows.preferences.put("me", structs.replace(liked, theme="light", version=4))
    async with store.read() as rows:
        found = await rows.preferences.of("me")

    assert found == structs.replace(liked, theme="light", version=4)


async def test_a_change_wakes_no_other_process(store):
    before = await store.version_stamp()
    async with store.begin() as rows:
        await rows.preferences.put("me", Preferences(version=1))

    assert await store.version_stamp() == before


async def test_two_who_change_it_at_once_wait_for_each_other(store):
    async def add_one():
        async with store.begin() as rows:
            liked = await rows.preferences.of("me", hold=True)
            await rows.preferences.put("me", structs.replace(liked, version=liked.version + 1))

    await asyncio.gather(*(add_one() for _ in range(8)))

    async with store.read() as rows:
        assert (await rows.preferences.of("me")).version == 8
