"""Real traffic, cut as finely as a network may cut it, becomes the same frames."""

import json

import pytest

from tapster.core.links import Call
from tapster.net import HttpTransport
from upstreams import QUICK, frames_of


@pytest.fixture(scope="session")
def streamed(shared):
    """A short recorded stream of each kind: provider, api and content type."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for path in sorted((shared / "recordings").glob("*/[0-9]*.json")):
        exchange = json.loads(path.read_bytes())
        content_type = exchange["response"]["headers"].get("content-type", "")
        short = path.stat().st_size < 30_000  # seven bytes at a time take a while
        if exchange["stream"] and exchange["api"] != "bedrock.converse" and short:
            kind = (exchange["provider"], exchange["api"], content_type)
            kinds.setdefault(kind, []).append(exchange["id"])
    return [id_ for ids in kinds.values() for id_ in ids[:1]]


@pytest.mark.parametrize("framing", ["bytes7", "event", "recorded"])
async def test_recorded_streams_give_the_same_frames_however_they_are_cut(
    replay, streamed, framing
):
    assert len(streamed) > 24
    async with HttpTransport() as transport:
        for id_ in streamed:
            whole, cut = [
                await frames_of(transport, Call("GET", f"{replay}/x/{id_}~{how}/", timeouts=QUICK))
                for how in ("whole", framing)
            ]
            assert whole, id_
            assert cut == whole, id_
            assert all(is_json(frame.data) for frame in whole), id_


def is_json(data: bytes) -> bool:
    if data == b"[DONE]":
        return True
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
