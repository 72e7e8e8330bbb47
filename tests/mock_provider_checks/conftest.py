import base64

import aiohttp
import pytest

from mock_provider import MockProvider

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def mock():
    async with MockProvider() as provider:
        yield provider


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def png():
    return PNG


@pytest.fixture
def weather():
    """A tool's name, description and parameters."""
    return {
        "name": "get_weather",
        "description": "Say the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
            "additionalProperties": False,
        },
    }
