"""Models on a server of one's own, and the processes of Tapster that look after them."""

import signal
from dataclasses import replace

import pytest

from houses import ALONE, HOUSES, open_house, until

MODEL = {"deed": "download", "model": "gemma3:4b"}


@pytest.fixture
def room(live_mock):
    room = live_mock.provider.room("ollama")
    room.trouble = "hangs"
    yield room
    room.trouble = ""


def admins(house):
    """Return `house` with a token for all that admins do."""
    words = ("tokens", "create", "admin", "--scope", "api", "--scope", "admin")
    return replace(house, token=house.home.run(*words).strip())


def saved(talker, mock):
    body = {"source": "ollama", "endpoint": f"{mock.url}/own/ollama"}
    return f"/api/connections/{talker.post('/api/connections', body)['id']}/model-jobs"


def running(talker, path):
    """Return the jobs that run and are as far as this server gets."""
    return [
        each
        for each in talker.get(path)
        if each["state"] == "running" and each["progress"].get("total")
    ]


@pytest.mark.parametrize("kind", HOUSES)
def test_a_job_is_seen_and_stopped_at_every_worker(kind, tmp_path, mock, room):
    del room
    with open_house(kind, tmp_path, mock) as made:
        house = admins(made)
        with house.seats() as seats:
            first, *others = seats.values()
            last = others[-1] if others else first
            path = saved(first, mock)
            begun = first.post(path, MODEL)

            until(lambda: running(last, path))
            (seen,) = running(last, path)
            again = last.post(path, MODEL)
            stopped = last.post(f"{path}/{begun['id']}/stop")

            assert seen["id"] == again["id"] == begun["id"]
            assert stopped["state"] == "stopped"
            until(lambda: [each["state"] for each in first.get(path)] == ["stopped"])
    assert len([each for each in mock.provider.requests if each.path.endswith("/pull")]) == 1


def test_a_killed_process_lets_go_of_the_server(tmp_path, mock, room):
    del room
    with open_house(ALONE, tmp_path, mock) as made:
        house = admins(made)
        with house.talker() as talker:
            path = saved(talker, mock)
            talker.post(path, MODEL)
            until(lambda: running(talker, path))
        (pull,) = [each for each in mock.provider.requests if each.path.endswith("/pull")]

        house.server.stop(signal.SIGKILL)

        mock.until_left(pull)
