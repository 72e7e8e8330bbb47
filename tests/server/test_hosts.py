"""The names a server answers to, from its settings."""

import pytest

from callers import add_person
from tapster.core.errors import InvalidInput
from tapster.server.hosts import Hosts
from tapster.server.serving import demand_password
from tapsters import config_in, open_tapster


def hosts(tmp_path, **settings):
    return Hosts(config_in(tmp_path, **settings))


@pytest.mark.parametrize("host", ["chat.example.org", "chat.example.org:443", "CHAT.example.org"])
def test_the_public_name_is_known_however_it_is_written(tmp_path, host):
    known = hosts(tmp_path, public_url="https://Chat.Example.org/")

    assert known.knows(host.encode())
    assert known.is_secure


def test_a_name_that_is_allowed_with_a_port_is_known_with_that_port_alone(tmp_path):
    known = hosts(tmp_path, allowed_hosts=("nas:8443", "tap.lan"))

    assert known.knows(b"nas:8443")
    assert not known.knows(b"nas")
    assert not known.knows(b"nas:80")
    assert known.knows(b"tap.lan")
    assert known.knows(b"tap.lan:99")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("public_url", "chat.example.org"),
        ("public_url", "ftp://chat.example.org"),
        ("public_url", "https://"),
        ("public_url", "https://user@chat.example.org"),
        ("public_url", "https://chat.example.org:99999"),
        ("allowed_hosts", ("*",)),
        ("allowed_hosts", ("*.example.org",)),
        ("allowed_hosts", ("https://chat.example.org",)),
        ("allowed_hosts", ("chat.example.org/x",)),
        ("allowed_hosts", ("",)),
    ],
)
def test_a_setting_that_is_no_name_is_refused_with_what_to_write(tmp_path, setting, value):
    with pytest.raises(InvalidInput) as refused:
        hosts(tmp_path, **{setting: value})

    assert refused.value.field == setting


def test_a_page_is_ours_only_from_the_very_address_that_was_asked(tmp_path):
    known = hosts(tmp_path, public_url="https://chat.example.org")

    assert known.is_own_page(b"http://localhost:8277", b"localhost:8277")
    assert known.is_own_page(b"https://localhost:8277", b"LOCALHOST:8277")
    assert known.is_own_page(b"https://chat.example.org", b"chat.example.org")
    assert known.is_own_page(b"https://chat.example.org", b"localhost:8277")  # a proxy renamed it
    assert not known.is_own_page(b"http://chat.example.org", b"chat.example.org")
    assert not known.is_own_page(b"http://localhost:3000", b"localhost:8277")
    assert not known.is_own_page(b"null", b"localhost:8277")
    assert not known.is_own_page(b"", b"localhost:8277")


@pytest.mark.parametrize(
    ("settings", "public"),
    [
        ({}, False),
        ({"host": "127.0.0.2"}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "192.168.1.5"}, True),
        ({"public_url": "http://localhost:9000"}, False),
        ({"public_url": "https://[::1]"}, False),
        ({"public_url": "https://chat.example.org"}, True),
        ({"allowed_hosts": ("tap.localhost", "127.0.0.1:9", "[::1]:80")}, False),
        ({"allowed_hosts": ("localhost", "nas:8443")}, True),
    ],
)
async def test_names_others_may_use_are_public_and_take_a_password(tmp_path, settings, public):
    config = config_in(tmp_path, **settings)
    assert Hosts(config).are_public is public
    async with open_tapster(tmp_path, config=config) as tapster:
        if public:
            with pytest.raises(InvalidInput, match="no password yet") as refused:
                await demand_password(config, tapster)
            assert refused.value.field in settings
            await add_person(tapster, "Ada")

        await demand_password(config, tapster)


def test_names_asked_for_do_not_fill_the_memory(tmp_path):
    known = hosts(tmp_path)
    for port in range(1, 2000):
        assert known.knows(f"localhost:{port}".encode())

    assert len(known._seen) <= 256
