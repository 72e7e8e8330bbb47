"""A source of one's own: one file, and nothing else anywhere."""

import json
import subprocess
import sys
from pathlib import Path

FILE = '''"""Acme: models for coyotes.

https://acme.example/docs
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources import HttpSource

source = HttpSource(
    id="acme",
    title="Acme",
    base_url="https://api.acme.example/v1",
    version="/v1",
    docs="https://acme.example/docs",
    dialect=OpenAIChat(never_takes=frozenset({"seed"})),
    key_page="https://acme.example/keys",
    key_variables=("ACME_API_KEY",),
)
'''
USE = """
import asyncio, json
from scripted_transport import ScriptedTransport, streamed
from tapster.core.events import TextDelta
from tapster.core.links import Link
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.sources import find_source
from tapster.sources._table import render_table

source = find_source("acme")
piece = {"choices": [{"index": 0, "delta": {"content": "Beep"}, "finish_reason": "stop"}]}
transport = ScriptedTransport(streamed(piece, "[DONE]"))
link = Link(transport=transport, key=Secret("word"))

async def ask():
    request = ChatRequest(model="anvil-1", messages=(says("user", "Hi"),))
    return [event async for event in source.stream(request, link)]

events = asyncio.run(ask())
print(json.dumps({
    "text": "".join(event.text for event in events if isinstance(event, TextDelta)),
    "url": transport.calls[0].url,
    "key": transport.calls[0].headers["authorization"],
    "settings": [setting.name for setting in source.settings()],
    "on_the_page": "`acme`" in render_table(),
}))
"""
TESTS = str(Path(__file__).parents[1])


def used(folder: Path, before: str = "") -> dict[str, object]:
    """Return what a fresh process makes of the source."""
    code = f"import sys; sys.path[:0] = [{TESTS!r}, {str(folder)!r}]\n{before}\n{USE}"
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_works(seen: dict[str, object]) -> None:
    assert seen["text"] == "Beep"
    assert seen["url"] == "https://api.acme.example/v1/chat/completions"
    assert seen["key"] == "Bearer word"
    assert "temperature" in seen["settings"]
    assert "seed" not in seen["settings"]
    assert seen["on_the_page"]


def test_one_file_in_the_folder_is_a_source(tmp_path):
    (tmp_path / "acme.py").write_text(FILE)

    seen = used(
        tmp_path, f"import tapster.sources; tapster.sources.__path__.append({str(tmp_path)!r})"
    )

    assert_works(seen)


def test_another_package_brings_a_source_by_an_entry_point(tmp_path):
    (tmp_path / "acme_for_tapster.py").write_text(FILE)
    facts = tmp_path / "acme_for_tapster-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-for-tapster\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[tapster.sources]\nacme = acme_for_tapster:source\n")

    assert_works(used(tmp_path))
