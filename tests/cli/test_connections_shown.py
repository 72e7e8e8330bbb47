"""A key that was saved in a wrong place before it was refused there is still not shown."""

from msgspec.structs import replace

from tapster.cli._connections_shown import describe
from tapster.cli.connection_checks import _without_keys
from tapster.core.checks import Check, State, Tried
from tapsters import add, open_tapster

ADDRESS = "http://127.0.0.1:9/v1?api_key=CANARY&api-version=2"


async def test_a_connection_is_described_without_secrets(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        saved = await add(tapster, "custom", "http://127.0.0.1:9/v1", None)
        headers = {"X-Auth-Token": "CANARY", "X-Team": "bar"}

        described = await describe(tapster, replace(saved, endpoint=ADDRESS, headers=headers))

    assert described["endpoint"] == ADDRESS.replace("CANARY", "[redacted]")
    assert described["headers"] == {"X-Auth-Token": "[redacted]", "X-Team": "bar"}


def test_a_check_is_shown_without_secrets():
    check = Check(State.READY, f"Kept as {ADDRESS}.", tried=(Tried(ADDRESS),), endpoint=ADDRESS)

    shown = _without_keys(check)

    assert "CANARY" not in repr(shown)
    assert shown.tried[0].url.endswith("&api-version=2")
