import httpx
import pytest

from mock_provider import MockProvider
from tapster.app import Draft
from tapster.core.secrets import Secret
from tapster.server.application import make_application
from tapsters import open_tapster


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster, MockProvider() as mock:
        await tapster.connections.add(
            "own",
            "custom",
            Draft(endpoint=mock.url + "/compatible/v1"),
            Secret("sk-good-0123456789"),
        )
        yield tapster


@pytest.fixture
async def token(tapster):
    _, secret = await tapster.tokens.create("tests")
    return secret.reveal()


@pytest.fixture
async def http(tapster, token):
    """A client that calls the application without a socket."""
    transport = httpx.ASGITransport(app=make_application(tapster))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers
    ) as client:
        yield client
