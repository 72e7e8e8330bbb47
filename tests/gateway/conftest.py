import pytest

from mock_provider import MockProvider
from tapsters import open_tapster


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


@pytest.fixture
async def mock():
    async with MockProvider() as provider:
        yield provider
