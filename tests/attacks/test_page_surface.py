"""Lines 12, 13, 14, 15, 18, 19: the files of the page, and what leads beside them."""

import pytest

from callers import client_of
from pages import build_page
from tapster.server.application import make_application
from tapster.server.page import read_page

BROWSER = {"accept": "text/html"}
SERVED = [
    "/",
    "/chats",
    "/assets/index-B_x9-a1c.js",
    "/icons/icon.svg",
    "/sw.js",
    "/manifest.webmanifest",
    "/offline.html",
]


@pytest.fixture
def folder(tmp_path):
    folder = build_page(tmp_path / "page")
    (tmp_path / "beside.txt").write_text("SECRET")
    (folder / "assets" / "linked.txt").symlink_to(tmp_path / "beside.txt")
    (folder / "assets" / "up").symlink_to(tmp_path)
    return folder


@pytest.fixture
async def page(tapster, folder):
    async with client_of(make_application(tapster, page=read_page(folder))) as client:
        yield client


@pytest.mark.parametrize("path", SERVED)
async def test_no_other_name_is_shown_the_page(page, path):
    for host in ("evil.example", "evil.example:8277", "localhost.", "192.168.1.5:8277"):
        reply = await page.get(path, headers=BROWSER | {"host": host})

        assert reply.status_code == 421
        assert b"script" not in reply.content


OUTSIDE = [
    b"/assets/../index.html",
    b"/assets/../../beside.txt",
    b"/assets/%2e%2e/%2e%2e/beside.txt",
    b"/assets/..%2f..%2fbeside.txt",
    b"/assets/..\\..\\beside.txt",
    b"/assets/....//beside.txt",
    b"/assets//index-B_x9-a1c.js",
    b"/assets/index-B_x9-a1c.js%00.txt",
    b"/assets/index-B_x9-a1c%2ejs",
    b"/assets/index-B_x9-a1c.js;x=1",
    b"/assets/.hidden",
    b"/assets/linked.txt",
    b"/assets/up/beside.txt",
    b"/assets/",
    b"/assets",
    b"/icons/",
    b"/icons/../sw.js",
    b"//etc/passwd",
    b"/other/notes.txt",
    b"/assets/index-B_x9-a1c.js.br",
    b"/ASSETS/index-B_x9-a1c.js",
    b"/assets/index-b_x9-a1c.js",
]


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("accept", [b"*/*", b"text/html"])
async def test_no_address_leads_out_of_the_page(tapster, folder, path, accept):
    from urllib.parse import unquote

    application = make_application(tapster, page=read_page(folder))
    answer = {"body": b""}

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        if message["type"] == "http.response.start":
            answer["status"], answer["headers"] = message["status"], dict(message["headers"])
        answer["body"] += message.get("body", b"")

    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"accept", accept)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8277),
        "scheme": "http",
        "http_version": "1.1",
    }
    await application(scope, receive, send)

    assert b"SECRET" not in answer["body"]
    assert b"console.log" not in answer["body"]
    # At most it is an address of the page, which says that there is nothing.
    assert answer["status"] in {400, 404} or b"csp-nonce" in answer["body"]


@pytest.mark.parametrize("path", SERVED)
async def test_nobody_frames_the_page_or_reads_it_from_elsewhere(page, path):
    for shown in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        reply = await page.get(path, headers=BROWSER | shown)

        assert reply.status_code == 200
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert "unsafe" not in reply.headers["content-security-policy"]
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert not [name for name in reply.headers if name.startswith("access-control")]


async def test_a_document_runs_no_script_but_ours_and_reaches_nobody_else(page):
    reply = await page.get("/chats", headers=BROWSER)
    (policy,) = reply.headers.get_list("content-security-policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["img-src"] == "'self' data: blob:"


@pytest.mark.parametrize("path", SERVED)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_page_of_others_changes_nothing_there(page, method, path):
    reply = await page.request(
        method, path, headers=BROWSER | {"origin": "https://evil.example"}, content=b"x"
    )

    assert reply.status_code == 403


async def test_a_page_of_others_that_opens_ours_signs_nobody_in(page):
    for site in ("cross-site", "same-site"):
        reply = await page.get(
            "/chats",
            headers=BROWSER | {"sec-fetch-mode": "navigate", "sec-fetch-site": site},
        )

        assert reply.status_code == 200
        assert "set-cookie" not in reply.headers


async def test_through_a_proxy_or_a_public_name_opening_the_page_signs_nobody_in(page):
    for shown in ({"x-forwarded-for": "192.0.2.1"}, {"via": "1.1 proxy"}):
        reply = await page.get(
            "/chats/abc", headers=BROWSER | {"sec-fetch-mode": "navigate"} | shown
        )

        assert "set-cookie" not in reply.headers
