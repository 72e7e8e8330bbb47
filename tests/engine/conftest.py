import json
from pathlib import Path

import pytest
import pytest_asyncio

from tapster.core.links import Call
from tapster.engine import EngineTransport, find_models


@pytest.fixture(scope="session")
def real_model():
    found = find_models(None)
    if not found:
        pytest.skip("the package with the model is not installed: run `make run` once")
    return found[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(real_model):
    transport = EngineTransport(context=1024)
    yield transport
    await transport.close()


@pytest.fixture(scope="session")
def post():
    def post(path="/chat/completions", **body):
        return Call("POST", f"engine://local{path}", body=json.dumps(body).encode())

    return post


@pytest.fixture(scope="session")
def says():
    return lambda text: [{"role": "user", "content": text}]


@pytest.fixture
def gguf(tmp_path):
    """Write a GGUF file: enough of one to be read, not to be run."""

    def write(name="made.gguf", *, cut=0, folder=tmp_path, **entries) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        data = _gguf({**_LLAMA, **entries})
        path.write_bytes(data[: len(data) - cut])
        return path

    return write


_LLAMA = {
    "general.architecture": "llama",
    "general.type": "model",
    "llama.context_length": 256,
    "llama.block_count": 1,
    "llama.embedding_length": 32,
    "llama.attention.head_count": 2,
    "tokenizer.chat_template": "{{ messages }}",
}


def _number(value, size=8):
    return value.to_bytes(size, "little")


def _text(value):
    return _number(len(value.encode())) + value.encode()


def _entry(name, value):
    if isinstance(value, str):
        return _text(name) + _number(8, 4) + _text(value)
    return _text(name) + _number(4, 4) + _number(value, 4)


def _gguf(entries):
    tensor = _text("token_embd.weight") + _number(1, 4) + _number(256) + _number(0, 4) + _number(0)
    kept = {name: value for name, value in entries.items() if value is not None}
    head = b"GGUF" + _number(3, 4) + _number(1) + _number(len(kept))
    head += b"".join(_entry(name, value) for name, value in kept.items()) + tensor
    return head + bytes(-len(head) % 32) + bytes(1024)
