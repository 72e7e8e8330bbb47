"""Which addresses are at home: of this machine, or of a private network."""

import pytest

from tapster.core.origins import is_at_home


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1234",
        "http://127.0.0.1:1/v1",
        "http://[::1]:1",
        "http://192.168.1.20:5000",
        "http://10.0.0.7",
        "http://[fe80::1]:1",
        "http://gpu:8000/v1",
        "http://gpu.local",
        "http://gpu.lan.:8080",
        "http://host.docker.internal:11434",
    ],
)
def test_an_address_of_the_house_is_at_home(url):
    assert is_at_home(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.openai.com/v1", "http://8.8.8.8", "https://ollama.com", "https://local.ai", ""],
)
def test_any_other_address_is_not(url):
    assert not is_at_home(url)
