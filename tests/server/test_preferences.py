"""What a person likes: their own, the same in every browser, and nothing that cannot be kept."""

import asyncio

import pytest

from callers import add_person, client_of, session_of
from tapster.core.errors import Conflict
from tapster.core.preferences import PreferenceFields
from tapster.server.application import make_application

USUAL = {
    "theme": "auto",
    "font_size": 16,
    "language": "",
    "reduce_motion": False,
    "send_on_enter": True,
    "favourites": [],
    "connection": None,
    "model": None,
    "settings": {},
    "system": "",
    "shortcuts": {},
    "check_on_open": False,
    "version": 0,
}
PATH = "/api/preferences"


@pytest.fixture
async def ada(tapster):
    await add_person(tapster, "Ada")
    await add_person(tapster, "Bob")
    async with client_of(
        make_application(tapster), session=await session_of(tapster, "Ada")
    ) as client:
        yield client


async def test_who_never_said_likes_the_usual(ada):
    assert (await ada.get(PATH)).json() == USUAL


async def test_what_is_changed_is_kept_and_the_rest_stays(tapster, ada):
    first = await ada.patch(PATH, json={"theme": "dark", "favourites": ["custom/a", "custom/b"]})
    second = await ada.patch(
        PATH, json={"font_size": 20, "settings": {"temperature": 0.5}, "shortcuts": {"send": "s"}}
    )
    shown = await ada.get(PATH)
    async with client_of(
        make_application(tapster), session=await session_of(tapster, "Bob")
    ) as bob:
        others = await bob.get(PATH)

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert shown.json() == USUAL | {
        "theme": "dark",
        "favourites": ["custom/a", "custom/b"],
        "font_size": 20,
        "settings": {"temperature": 0.5},
        "shortcuts": {"send": "s"},
        "version": 2,
    }
    assert others.json() == USUAL


async def test_what_is_taken_back_is_gone(ada):
    await ada.patch(PATH, json={"model": "m", "settings": {"top_p": 0.5}, "favourites": ["a"]})
    await ada.patch(PATH, json={"model": None, "settings": {}, "favourites": []})

    assert (await ada.get(PATH)).json() == USUAL | {"version": 2}


async def test_a_connection_is_known_by_its_id_and_forgotten_when_it_is_gone(tapster, ada):
    kept = await ada.patch(PATH, json={"connection": "own", "model": "local-model"})
    connection = await tapster.connections.find("own")
    unknown = await ada.patch(PATH, json={"connection": "nobody"})
    await tapster.connections.remove("own")
    after = await ada.get(PATH)

    assert kept.json()["connection"] == connection.id
    assert unknown.status_code == 404
    assert (after.json()["connection"], after.json()["model"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"font_size": 11}, "font_size"),
        ({"font_size": 25}, "font_size"),
        ({"font_size": None}, "font_size"),
        ({"language": "../../etc"}, "language"),
        ({"language": "a" * 40}, "language"),
        ({"favourites": ["x"] * 1001}, "favourites"),
        ({"favourites": ["x" * 301]}, "favourites"),
        ({"favourites": ["a\0b"]}, "favourites"),
        ({"shortcuts": {"send": "x" * 51}}, "shortcuts"),
        ({"shortcuts": {str(n): "x" for n in range(201)}}, "shortcuts"),
        ({"shortcuts": {"send": "\0"}}, "shortcuts"),
        ({"system": "x" * 1_000_001}, "system"),
        ({"system": "a\0b"}, "system"),
        ({"settings": {"stop": ["\0"]}}, "settings"),
        ({"colour": "red"}, "colour"),
    ],
    ids=lambda each: str(each)[:40],
)
async def test_what_cannot_be_liked_is_refused_by_name(ada, body, field):
    reply = await ada.patch(PATH, json=body)

    assert reply.status_code == 400
    assert field in reply.json()["detail"]
    assert (await ada.get(PATH)).json() == USUAL


@pytest.mark.parametrize("language", ["", "de", "pt-BR", "zh-Hant-TW"])
async def test_a_language_is_a_tag_or_the_browsers(ada, language):
    reply = await ada.patch(PATH, json={"language": language})

    assert reply.json()["language"] == language


async def test_a_change_upon_an_older_version_is_told_the_newer(ada):
    await ada.patch(PATH, json={"theme": "dark"})
    late = await ada.patch(PATH, json={"theme": "light", "version": 0})
    fresh = await ada.patch(PATH, json={"theme": "light", "version": 1})

    assert late.status_code == 409
    assert late.json()["newer"]["theme"] == "dark"
    assert fresh.json()["theme"] == "light"


async def test_changes_at_the_same_time_are_all_kept(tapster):
    me = "me"
    fields = [
        PreferenceFields(theme="dark"),
        PreferenceFields(font_size=20),
        PreferenceFields(language="de"),
        PreferenceFields(check_on_open=True),
    ]

    await asyncio.gather(*(tapster.preferences.change(me, each) for each in fields))

    liked = await tapster.preferences.of(me)
    assert (liked.theme, liked.font_size, liked.language) == ("dark", 20, "de")
    assert (liked.check_on_open, liked.version) == (True, 4)
    with pytest.raises(Conflict):
        await tapster.preferences.change(me, fields[0], version=3)


async def test_a_person_who_is_removed_leaves_no_preferences(tapster, ada):
    bob = await tapster.people.find("Bob")
    await tapster.preferences.change(bob.id, PreferenceFields(theme="dark"))

    await tapster.people.remove("Bob")

    assert (await tapster.preferences.of(bob.id)).theme == "auto"
