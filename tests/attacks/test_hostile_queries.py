"""Lines 38, 40: signs that mean something to a database, wherever a database is asked."""

import time

import httpx
import pytest

from callers import HOST, client_of, token_of
from databases import KINDS, database_of
from tapster.core.chats import ChatFields
from tapster.server.application import make_application
from tapsters import config_in, open_tapster

WORDS = "the quick brown fox jumps over a lazy tap"


@pytest.fixture(params=KINDS, scope="module")
def database(request, tmp_path_factory):
    with database_of(request.param, tmp_path_factory.mktemp("queries")) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("house")


@pytest.fixture
async def tapster(folder, database):
    config = config_in(folder, database_url=database)
    async with open_tapster(folder, config=config) as tapster:
        yield tapster


@pytest.fixture
async def token(tapster):
    return await token_of(tapster, "api", "admin", name=str(time.monotonic()))


@pytest.fixture
async def http(tapster, token):
    async with client_of(make_application(tapster), token=token) as client:
        yield client


@pytest.fixture
async def chat(tapster):
    """A chat of five hundred messages that hold the same words."""
    found = (await tapster.chats.list("me", character="fox")).chats
    if found:
        return found[0]
    async with tapster._store.begin():
        chat = await tapster.chats.create("me", ChatFields(character="fox"))
        for place in range(500):
            await tapster.chats.tree.say("me", chat.id, f"{WORDS} {place} a_b 100%")
    return chat


SEARCHES = [
    *("%", "_", "%%%", "a%b", "a_b", "____", "*", "**", "* *", "a*", "t* q* b* f* j* o* l*"),
    *('"', '""', '"""', "'", "''", "\\", '\\"', "(", ")", "(((", "{", "}", ":", "^", "-", "+"),
    *("AND", "OR", "NOT", "NEAR", "a AND", "NOT a", "a OR b OR", "NEAR(a b, 2)", "NEAR/2"),
    *("words:a", "place:a", "rowid:1", "{words place}:a", "words : a", "-words:a", "^a"),
    *("a & b", "a | b", "!a", "!!", "a <-> b", "a <2> b", "a:*", "a:ABCD", "'a'", "':*"),
    *("x' OR '1'='1", "'; DROP TABLE messages; --", '" OR 1=1 --', "$$a$$", ":asked", "?1"),
    *("\u0301", "\ufeff", "\u202e", "\U0001f37a" * 50, "İ", "ﬃ" * 300, "字" * 900, "\x00"),
    *("a " * 30, "a" * 1000, '"' + "a b " * 200 + '"', "a* " * 32, '"a" ' * 32, "ab-cd_" * 100),
]


async def test_no_search_is_a_command_an_error_of_ours_or_slow(http, chat):
    for query in SEARCHES:
        began = time.monotonic()
        reply = await http.get("/api/search", params={"q": query})
        took = time.monotonic() - began

        assert reply.status_code in {200, 400}, (query, reply.text)
        assert took < 1, (query, took)
    for wild in ("%", "_", "%%%", "a%c", "qu_ck", "q%k"):
        assert (await http.get("/api/search", params={"q": wild})).json()["hits"] == []


@pytest.mark.parametrize("query", ["a" * 10_240, "a " * 5_120, '"' * 10_240, "a* " * 3_400])
async def test_a_search_of_ten_kilobytes_is_refused_at_once(http, chat, query):
    began = time.monotonic()
    reply = await http.get("/api/search", params={"q": query})

    assert reply.status_code == 400
    assert reply.json()["field"] == "q"
    assert time.monotonic() - began < 1


HOSTILE = [
    *("'", '"\\', "%", "_", "' OR 1=1 --", "1; DROP TABLE chats"),
    *("x' UNION SELECT sealed FROM passwords --", "1'||pg_sleep(5)||'", "$1", ":id"),
    *("a\x00b", "\ufffd", "\U0001f37a", "a" * 4000, "\r\n"),
    *("nan", "-inf", "inf", "1e999", "-1", "9" * 18, "1" + "0" * 23, "9" * 30, "true", ""),
]


async def test_the_signs_of_sql_mean_nothing_in_any_query_or_body(http, tapster, chat):
    before = await tapster.chats.list("me", limit=200)
    at = f"/api/chats/{chat.id}"
    for text in HOSTILE:
        queries = [
            ("/api/chats", {"after": text}),
            ("/api/chats", {"after": f"0:{text}:{chat.id}"}),
            ("/api/chats", {"after": f"1:1.5:{text}"}),
            ("/api/chats", {"after": f"{text}:1.5:x"}),
            ("/api/chats", {"character": text, "sort": text, "order": text}),
            ("/api/chats", {"limit": text, "deleted": text}),
            (f"{at}/messages", {"before": text}),
            (f"{at}/messages", {"after": text}),
            (f"{at}/messages", {"around": text, "leaf": text}),
            (f"{at}/messages", {"limit": text}),
            (f"{at}/changes", {"limit": text}),
            ("/api/search", {"q": "fox", "chat": text}),
            ("/api/search", {"q": "fox", "character": text}),
            ("/api/search", {"q": "fox", "role": text}),
            ("/api/search", {"q": "fox", "since": text, "until": text}),
            ("/api/search", {"q": "fox", "after": text}),
            ("/api/search", {"q": "fox", "limit": text}),
            ("/api/runs/none/events", {"after": text}),
        ]
        for path, query in queries:
            reply = await http.get(path, params=query)
            assert reply.status_code < 500, (path, query, reply.text)
        bodies = [
            ("POST", f"{at}/messages", {"text": "x", "parent": text}),
            ("POST", f"{at}/messages", {"parts": [{"type": "file", "url": f"attachment:{text}"}]}),
            ("POST", f"{at}/messages", {"text": "x", "connection": text or "'"}),
            ("POST", f"{at}/preview", {"message": text, "text": "x"}),
            ("PATCH", at, {"connection": text}),
            ("POST", "/api/session", {"name": text[:200], "password": text[:900]}),
            ("PATCH", "/api/people/nobody", {"name": text[:60]}),
        ]
        for method, path, body in bodies:
            reply = await http.request(method, path, json=body)
            assert reply.status_code < 500, (method, path, body, reply.text)
            assert reply.status_code >= 400 or not text, (method, path, body, reply.text)

    after = await tapster.chats.list("me", limit=200)
    assert [each.id for each in after.chats] == [each.id for each in before.chats]
    window = await tapster.chats.windows.open("me", chat.id, limit=500)
    assert len(window.messages) == 500


async def test_the_signs_of_sql_mean_nothing_in_an_address(http, chat):
    for text in HOSTILE:
        name = httpx.QueryParams({"": text}).__str__()[1:].replace("+", "%20").encode()
        for path in (b"chats/", b"messages/", b"runs/", b"attachments/", b"checkpoints/"):
            for behind in (b"", b"/events", b"/messages", b"/content"):
                url = httpx.URL(HOST).copy_with(raw_path=b"/api/" + path + name + behind)
                reply = await http.get(url)
                assert reply.status_code in {200, 400, 404, 405}, (url, reply.text)
                assert reply.status_code != 200 or text == ""


async def test_an_odd_title_is_only_a_title(http, tapster):
    for text in HOSTILE:
        reply = await http.post("/api/chats", json={"title": text, "character": text})
        if reply.status_code == 201:
            shown = (await http.get(f"/api/chats/{reply.json()['id']}")).json()
            assert (shown["title"], shown["character"]) == (text, text)
            await tapster.chats.delete("me", shown["id"])
        else:
            assert reply.status_code == 400
