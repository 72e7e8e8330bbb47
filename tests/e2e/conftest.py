import asyncio

import openai
import pytest

from houses import HOUSES, open_house
from running import Home, LiveMock, Server, serving
from taps import save_all


@pytest.fixture(scope="session")
def live_mock():
    with LiveMock() as mock:
        yield mock


@pytest.fixture
def mock(live_mock):
    """The mock provider, which has forgotten all it was asked before."""
    live_mock.provider.clear()
    return live_mock


@pytest.fixture(scope="session")
def home(tmp_path_factory, live_mock):
    """The folders of a Tapster with a connection for every place of the mock."""
    home = Home(tmp_path_factory.mktemp("home"))
    asyncio.run(save_all(home, live_mock))
    return home


@pytest.fixture(scope="session")
def server(home):
    with serving(home) as server:
        yield server


@pytest.fixture(scope="session")
def token(home):
    return home.run("tokens", "create", "tests").strip()


@pytest.fixture(scope="session")
def client(server: Server, token):
    with openai.OpenAI(
        base_url=server.url + "/v1", api_key=token, max_retries=0, timeout=30
    ) as client:
        yield client


@pytest.fixture
async def async_client(server: Server, token):
    async with openai.AsyncOpenAI(
        base_url=server.url + "/v1", api_key=token, max_retries=0, timeout=30
    ) as client:
        yield client


@pytest.fixture(scope="session", params=HOUSES)
def house(request, tmp_path_factory, live_mock):
    """A running server: one process on SQLite, or two on PostgreSQL and Redis."""
    with open_house(request.param, tmp_path_factory.mktemp("house"), live_mock) as house:
        yield house


@pytest.fixture
def talker(house):
    with house.talker() as talker:
        yield talker


@pytest.fixture
def chat(talker):
    return talker.chat(connection="own", model="local-model")
