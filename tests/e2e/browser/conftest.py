from pathlib import Path

import pytest

from browsing import PHONE, browsing
from running import Home, serving
from talking import Talker

MODEL = "local-model"

# A browser shows things as soon as the machine lets it: what holds in one of three tries holds.
patient = pytest.mark.flaky(reruns=2, only_rerun=["AssertionError", "TimeoutError"])


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(patient)


# One browser for each file, and none while another file runs: its loop would be in their way.
@pytest.fixture(scope="module")
def windows():
    with browsing() as windows:
        yield windows


@pytest.fixture(scope="module")
def home(tmp_path_factory, live_mock):
    """The folders of a Tapster of one person, with the connection `own` to the mock."""
    home = Home(tmp_path_factory.mktemp("home"), {"TAPSTER_BACKUPS": "off"})
    home.add(
        "own", "custom", "--endpoint", f"{live_mock.url}/compatible/v1", "--model", MODEL, key=None
    )
    return home


@pytest.fixture(scope="module")
def token(home):
    return home.run("tokens", "create", "tests", "--scope", "api", "--scope", "admin").strip()


@pytest.fixture(scope="module")
def server(windows, home, token):
    with serving(home) as server:
        yield server


@pytest.fixture
def talker(server, token, mock):
    """A program of the same person: it sees what the page sees."""
    with Talker(server.url, token) as talker:
        yield talker


@pytest.fixture
def page(windows, server):
    with windows.open(server.url) as page:
        yield page


@pytest.fixture
def phone(windows, server):
    with windows.open(server.url, viewport=PHONE) as page:
        yield page
