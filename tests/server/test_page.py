"""The built page: one document for every address a browser opens, and its files."""

import re

import pytest

from callers import client_of
from pages import OFFLINE, SCRIPT, build_page
from tapster.server.application import make_application
from tapster.server.page import read_page

BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
OPENED = BROWSER | {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
ADDRESSES = ["/", "/chats", "/chats/0a1b2c3d", "/connections", "/settings", "/sign-in", "/no/such"]
SCRIPT_PATH = "/assets/index-B_x9-a1c.js"


@pytest.fixture
def folder(tmp_path):
    return build_page(tmp_path / "page")


@pytest.fixture
async def client(tapster, folder):
    async with client_of(make_application(tapster, page=read_page(folder))) as client:
        yield client


@pytest.mark.parametrize("path", ADDRESSES)
async def test_a_browser_is_shown_the_document_at_every_address_of_the_page(client, path):
    reply = await client.get(path, headers=BROWSER)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"
    assert SCRIPT_PATH in reply.text


async def test_each_document_has_a_nonce_of_its_own_which_its_policy_names(client):
    seen = set()
    for path in ("/", "/chats", "/offline.html"):
        reply = await client.get(path, headers=BROWSER)
        (nonce,) = re.findall(r'(?:content|nonce)="([^"]+)"', reply.text)
        seen.add(nonce)

        assert "__NONCE__" not in reply.text
        assert f"'nonce-{nonce}'" in reply.headers["content-security-policy"]
    assert len(seen) == 3


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html-not", ""])
async def test_programs_are_told_in_text_at_the_root_and_that_nothing_is_elsewhere(client, accept):
    root = await client.get("/", headers={"accept": accept})
    elsewhere = await client.get("/chats", headers={"accept": accept})

    assert "tapster tokens create" in root.text
    assert "make web" not in root.text
    assert elsewhere.status_code == 404
    assert elsewhere.json()["code"] == "unknown_url"


@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/v1", "/v1/nothing", "/health/nothing", "/metrics/x", "/assets/none.js"],
)
async def test_what_is_no_address_of_the_page_stays_unknown_to_browsers(client, path):
    reply = await client.get(path, headers=BROWSER)

    assert reply.status_code in {401, 404}
    assert "json" in reply.headers["content-type"]


async def test_only_reading_opens_the_page(client):
    for method in ("POST", "PUT", "DELETE"):
        for path in ("/chats", SCRIPT_PATH):
            assert (await client.request(method, path, headers=BROWSER)).status_code == 404


async def test_opening_any_address_of_the_page_on_this_machine_signs_the_person_in(client):
    opened = await client.get("/chats/0a1b", headers=OPENED)
    me = await client.get("/api/session")
    again = await client.get("/settings", headers=OPENED)

    assert opened.cookies["tapster_session"]
    assert me.json()["name"] == "me"
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("path", [SCRIPT_PATH, "/icons/icon.svg", "/sw.js"])
async def test_fetching_a_file_signs_nobody_in(client, path):
    reply = await client.get(path, headers=OPENED)

    assert reply.status_code == 200
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    ("path", "kind", "lasts"),
    [
        (SCRIPT_PATH, "text/javascript; charset=utf-8", True),
        ("/assets/large-0a1b2c3d.wasm", "application/wasm", True),
        ("/icons/icon.svg", "image/svg+xml", False),
        ("/manifest.webmanifest", "application/manifest+json", False),
        ("/sw.js", "text/javascript; charset=utf-8", False),
    ],
)
async def test_a_file_says_what_it_is_and_how_long_it_lasts(client, path, kind, lasts):
    reply = await client.get(path, headers={"accept-encoding": "identity"})

    assert reply.status_code == 200
    assert reply.headers["content-type"] == kind
    assert ("immutable" in reply.headers["cache-control"]) == lasts
    assert int(reply.headers["content-length"]) == len(reply.content)


@pytest.mark.parametrize(
    ("takes", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_what_was_compressed_beforehand_goes_to_those_who_take_it(client, takes, coding):
    reply = await client.get(SCRIPT_PATH, headers={"accept-encoding": takes})

    assert reply.headers.get("content-encoding") == coding
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.content == SCRIPT
    assert (int(reply.headers["content-length"]) < len(SCRIPT)) == bool(coding)


async def test_who_has_a_file_already_is_not_sent_it_again(client):
    first = await client.get("/sw.js")
    mark = first.headers["etag"]
    again = await client.get("/sw.js", headers={"if-none-match": f'"other", W/{mark}'})
    another = await client.get("/sw.js", headers={"if-none-match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert another.status_code == 200


async def test_the_head_of_a_file_is_told_without_its_body(client):
    reply = await client.head(SCRIPT_PATH, headers={"accept-encoding": "identity"})

    assert int(reply.headers["content-length"]) == len(SCRIPT)
    assert reply.content == b""


async def test_a_large_file_is_read_from_the_disk_and_unknown_once_it_is_another(client, folder):
    path = "/assets/large-0a1b2c3d.wasm"
    before = await client.get(path)
    (folder / path[1:]).write_bytes(b"shorter")
    after = await client.get(path)
    (folder / path[1:]).unlink()
    gone = await client.get(path)

    assert before.content == bytes(300_000)
    assert (after.status_code, gone.status_code) == (404, 404)


async def test_small_files_stay_as_they_were_at_the_start(client, folder):
    (folder / "offline.html").write_bytes(b"another")

    assert OFFLINE[-9:].decode() in (await client.get("/offline.html")).text


async def test_without_a_built_page_the_way_to_build_it_is_told(tapster, tmp_path):
    assert read_page(tmp_path) is None
    async with client_of(make_application(tapster)) as client:
        root = await client.get("/", headers=BROWSER)
        elsewhere = await client.get("/chats", headers=BROWSER)

    assert "`make web`" in root.text
    assert elsewhere.status_code == 404


def test_the_build_is_known_by_all_that_is_in_it(folder):
    before, same = read_page(folder).build, read_page(folder).build
    (folder / "sw.js").write_bytes(b"self.another();\n")

    assert before == same
    assert read_page(folder).build != before
