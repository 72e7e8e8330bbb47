"""What this Tapster is: told to all, and where it keeps things to admins."""

import pytest

from callers import add_person, client_of, session_of, token_of
from pages import build_page
from tapster import __version__
from tapster.server.application import make_application
from tapster.server.page import read_page
from tapsters import config_in, open_tapster

PATH = "/api/house"
SECRETS = {"data_dir", "database", "backups"}


async def test_a_stranger_is_told_what_is_needed_to_sign_in(tapster):
    async with client_of(make_application(tapster)) as stranger:
        reply = await stranger.get(PATH)

    assert reply.json() == {
        "version": __version__,
        "build": "",
        "alone": True,
        "network": False,
        "signed_in": False,
    }


async def test_with_an_account_it_belongs_to_nobody_alone(tapster):
    await add_person(tapster, "Ada")
    async with client_of(make_application(tapster)) as stranger:
        assert (await stranger.get(PATH)).json()["alone"] is False


async def test_where_others_can_reach_it_it_is_in_a_network(tmp_path):
    config = config_in(tmp_path, public_url="https://chat.example.org")
    async with (
        open_tapster(tmp_path, config=config) as tapster,
        client_of(make_application(tapster), host="chat.example.org") as stranger,
    ):
        told = (await stranger.get(PATH)).json()

    assert (told["alone"], told["network"]) == (False, True)


async def test_the_page_is_told_its_build(tapster, tmp_path):
    page = read_page(build_page(tmp_path / "page"))
    async with client_of(make_application(tapster, page=page)) as stranger:
        assert (await stranger.get(PATH)).json()["build"] == page.build
    assert len(page.build) == 16


@pytest.mark.parametrize(
    ("who", "scopes", "is_told"),
    [
        ("Ada", ("api", "admin"), True),
        ("Ada", ("api",), False),
        ("Ada", ("chat", "models"), False),
        ("Bob", ("api", "admin"), False),
    ],
)
async def test_only_what_may_administer_is_told_where_things_are_kept(
    tapster, who, scopes, is_told
):
    for name in ("Ada", "Bob"):
        await add_person(tapster, name)
    owner = (await tapster.people.find(who)).id
    token = await token_of(tapster, *scopes, owner=owner)
    async with client_of(make_application(tapster), token=token) as program:
        told = (await program.get(PATH)).json()

    assert bool(SECRETS & set(told)) == is_told
    assert told["signed_in"] == ("api" in scopes)
    if is_told:
        assert told["data_dir"] == str(tapster.config.data_dir)
        assert (told["database"], told["backups"]) == ("sqlite", "on")


async def test_a_session_is_recognised_and_one_that_ended_is_not(tapster):
    await add_person(tapster, "Ada")
    session = await session_of(tapster, "Ada")
    async with client_of(make_application(tapster), session=session) as ada:
        before = (await ada.get(PATH)).json()
        await ada.delete("/api/session")
        after = (await ada.get(PATH)).json()

    assert before["signed_in"]
    assert set(before) > SECRETS
    assert not after["signed_in"]
    assert not SECRETS & set(after)
