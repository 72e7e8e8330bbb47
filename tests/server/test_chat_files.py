"""Chats as files over HTTP: what a browser is told of them, and what is refused."""

import json
from urllib.parse import unquote

import pytest

from callers import client_of, token_of
from tapster.core.chats import ChatFields
from tapster.server.application import make_application


@pytest.fixture
async def http(tapster):
    """A program of the person who is here alone."""
    token = await token_of(tapster, "api")
    async with client_of(make_application(tapster), token=token) as client:
        yield client


LINES = b'{"user_name": "A", "character_name": "B"}\n{"name": "B", "mes": "Hello"}\n'


async def begun(tapster, title="Tea"):
    chat = await tapster.chats.create("me", ChatFields(title=title))
    await tapster.chats.tree.say("me", chat.id, "<script>alert(1)</script>")
    return chat


@pytest.mark.parametrize(
    ("form", "kind", "ending"),
    [
        ("json", "application/json", ".json"),
        ("jsonl", "application/jsonl", ".jsonl"),
        ("markdown", "text/markdown; charset=utf-8", ".md"),
        ("text", "text/plain; charset=utf-8", ".txt"),
    ],
)
async def test_a_chat_is_given_out_to_be_saved_and_never_opened(http, tapster, form, kind, ending):
    chat = await begun(tapster)

    reply = await http.get(f"/api/chats/{chat.id}/export?form={form}")

    assert reply.status_code == 200
    assert b"alert(1)" in reply.content
    assert reply.headers["content-type"] == kind
    assert reply.headers["content-disposition"] == f"attachment; filename*=UTF-8''Tea{ending}"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert "no-store" in reply.headers["cache-control"]


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/passwd",
        "CON",
        "nul.x",
        "a\u202egpj.exe",
        "x" * 300,
        ".hidden",
        "a\r\nb: c",
        "…",
        "",
    ],
)
async def test_a_title_is_no_path_of_a_file(http, tapster, title):
    chat = await begun(tapster, title)

    reply = await http.get(f"/api/chats/{chat.id}/export")

    name = unquote(
        reply.headers["content-disposition"].removeprefix("attachment; filename*=UTF-8''")
    )
    assert name.endswith(".json")
    assert not set(name) & set("/\\:\r\n\u202e")
    assert not name.startswith((".", "CON", "nul"))
    assert len(name) <= 160


async def test_what_is_exported_is_imported_again_as_another_chat(http, tapster):
    chat = await begun(tapster)
    document = (await http.get(f"/api/chats/{chat.id}/export")).content

    reply = await http.post("/api/chats/import?name=x.json", content=document)

    assert reply.status_code == 201
    (made,) = reply.json()["chats"]
    assert reply.json()["notes"] == []
    assert made["id"] != chat.id
    assert (await http.get(f"/api/chats/{made['id']}/export")).content == document
    assert (await http.get(f"/api/chats/{made['id']}/tree")).json()["segments"][0]["count"] == 1


async def test_the_name_of_the_file_titles_a_chat_that_has_no_title(http):
    reply = await http.post("/api/chats/import?name=..%2Fchats%2FTea%20time.jsonl", content=LINES)

    assert reply.json()["chats"][0]["title"] == "Tea time"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"null", "no chat we know"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (LINES + b'{"mes": "x", "mes": "y"}', "Line 3"),
        (LINES + b'{"mes": "\\ud800"}', "Line 3"),
        (LINES + b'{"mes": "x", "send_date": NaN}', "Line 3"),
        (LINES + b'{"mes": "a\\u0000b"}', "NUL"),
        (LINES + b'{"mes": ["x"' + b"," * 3_000_001, "more values"),
    ],
)
async def test_a_hostile_file_is_refused_and_nothing_of_it_is_kept(http, content, told):
    reply = await http.post("/api/chats/import", content=content)

    assert reply.status_code in {400, 422}
    assert told in reply.json()["detail"]
    assert reply.json()["field"] == "file"
    assert (await http.get("/api/chats")).json()["chats"] == []


async def test_a_file_of_more_than_is_taken_is_refused(http):
    reply = await http.post("/api/chats/import", content=b"x" * (64 * 1024 * 1024 + 1))

    assert reply.status_code == 413


async def test_ids_that_a_file_brings_along_are_nobodys(http, tapster):
    theirs = await tapster.chats.create("somebody-else", ChatFields(title="theirs"))
    said = await tapster.chats.tree.say("somebody-else", theirs.id, "secret")
    message = {"role": "user", "parts": [], "id": said.id, "chat_id": theirs.id}
    document = {"format": "tapster-chat", "version": 1, "chat": {}, "messages": [message]}

    reply = await http.post("/api/chats/import", content=json.dumps(document).encode())

    assert reply.status_code in {400, 422}
    placed = await tapster.chats.windows.message("somebody-else", said.id)
    assert placed.message.text == "secret"


async def test_an_unknown_form_is_refused_by_name(http, tapster):
    chat = await begun(tapster)

    reply = await http.get(f"/api/chats/{chat.id}/export?form=docx")

    assert reply.status_code == 400
    assert reply.json()["field"] == "form"
