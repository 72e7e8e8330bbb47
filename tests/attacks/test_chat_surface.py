"""Lines 12, 14, 15, 18, 19, 36: pages of others, and what a file or a name may hold."""

from urllib.parse import unquote

import pytest

from callers import HOST, client_of, session_of
from open_streams import followed

OWN_PAGE = {"origin": HOST, "sec-fetch-site": "same-origin"}
PAGES_OF_OTHERS = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:3000"},
    {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
    {"sec_fetch_site": "same-site"},
    {"origin": HOST, "sec_fetch_site": "cross-site"},
]


@pytest.fixture
async def shown(tapster, bob, long_run):
    """What there is of Bob's to read, and the cookie of his browser."""
    chat = await tapster.chats.create(bob.id)
    await tapster.chats.tree.say(bob.id, chat.id, "Bobs secret words")
    file = await tapster.chats.attachments.add(
        bob.id, b"Bobs secret words", name="x.svg", media_type="image/svg+xml"
    )
    run_id = await long_run(bob.id)
    paths = [
        "/api/chats",
        f"/api/chats/{chat.id}",
        f"/api/chats/{chat.id}/messages",
        f"/api/runs/{run_id}",
        f"/api/runs/{run_id}/events",
        f"/api/attachments/{file.id}",
        f"/api/attachments/{file.id}/content",
        "/api/search?q=Bobs",
        "/metrics",
    ]
    return paths, f"tapster_session={await session_of(tapster, 'Bob')}"


async def test_no_other_name_is_answered_to_not_even_with_a_stream(application, shown):
    paths, cookie = shown
    for path in paths:
        for host in ("evil.example", "evil.example:8277", "localhost.", "0.0.0.0:8277", "[::1]x"):
            async with followed(application, path, cookie=cookie, host=host) as stream:
                await stream.ended.wait()
            assert stream.status == 421, (path, host)
            assert b"Bobs" not in stream.body


@pytest.mark.parametrize("page", PAGES_OF_OTHERS, ids=str)
async def test_no_page_of_others_follows_a_run_or_reads_a_chat(application, shown, page):
    paths, cookie = shown
    for path in paths[:-1]:
        async with followed(
            application, path, cookie=cookie, accept="text/event-stream", **page
        ) as stream:
            await stream.ended.wait()
        assert stream.status == 403, path
        assert b"Bobs" not in stream.body
        assert stream.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_answer_to_a_page_of_others_lets_its_script_read_it(application, shown):
    paths, cookie = shown
    for path in paths:
        for origin in ("https://evil.example", "null", "http://localhost:3000"):
            for method in ("GET", "OPTIONS"):
                async with followed(
                    application,
                    path,
                    method=method,
                    cookie=cookie,
                    origin=origin,
                    access_control_request_method="GET",
                    access_control_request_headers="authorization",
                ) as stream:
                    await stream.ended.wait()
                assert not [name for name in stream.headers if name.startswith("access-control")]


async def test_ones_own_page_follows_a_run(application, shown):
    paths, cookie = shown
    (events,) = [path for path in paths if path.endswith("/events")]
    async with followed(
        application, events, cookie=cookie, origin=HOST, sec_fetch_site="same-origin"
    ) as stream:
        await stream.until(b"event: text-delta")

    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in stream.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
async def test_no_form_of_others_says_anything_or_leaves_a_file(tapster, application, bob, kind):
    chat = await tapster.chats.create(bob.id)
    async with client_of(application, session=await session_of(tapster, "Bob")) as browser:
        for path in (
            f"/api/chats/{chat.id}/messages",
            f"/api/chats/{chat.id}/quiet",
            "/api/attachments",
            "/api/chats",
            "/api/backups",
        ):
            for page in PAGES_OF_OTHERS:
                headers = {name.replace("_", "-"): value for name, value in page.items()}
                reply = await browser.post(
                    path, content=b'{"text": "x"}', headers=headers | {"content-type": kind}
                )
                assert reply.status_code == 403, path
            del browser.headers["origin"]
            assert (await browser.post(path, content=b"{}")).status_code == 403
            browser.headers["origin"] = HOST

    assert (await tapster.chats.windows.open(bob.id, chat.id)).messages == ()


SCRIPTS = {
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "text/html": b"<script>fetch('/api/chats')</script>",
    "application/xhtml+xml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script/></html>",
    "text/xml": b"<?xml-stylesheet href='x'?><x/>",
    "application/pdf": b"%PDF-1.7 /JavaScript",
    "text/javascript": b"importScripts('/api/chats')",
    "text/plain": b"<script>alert(1)</script>",
    "multipart/x-mixed-replace": b"--x\r\n",
}


async def test_a_file_that_is_opened_runs_nothing_here(as_bob):
    for kind, script in SCRIPTS.items():
        kept = (
            await as_bob.post(
                "/api/attachments?name=x.svg", content=script, headers={"content-type": kind}
            )
        ).json()

        opened = await as_bob.get(f"/api/attachments/{kept['id']}/content")

        assert opened.content == script
        assert opened.headers["content-disposition"].startswith("attachment;")
        assert opened.headers["x-content-type-options"] == "nosniff"
        (policy,) = opened.headers.get_list("content-security-policy")
        assert policy.split("; ")[:2] == ["default-src 'none'", "sandbox"]
        assert "allow" not in policy
        assert "unsafe" not in policy
        assert opened.headers["cross-origin-resource-policy"] == "same-origin"


NAMES = [
    "../../x",
    "..\\..\\x",
    "/etc/passwd",
    "C:\\x",
    "CON",
    "a\0b",
    'a"; filename=evil.html; x="',
    "a\r\nSet-Cookie: tapster_session=evil\r\n\r\n<script>",
    "a\nb",
    "invoice\u202egpj.exe",
    "\u2066x\u2069",
    "\ufeff",
    "🍺.png",
    "x" * 4096,
    "\U0001f37a" * 200,
    "%2e%2e%2f",
    "",
    ".",
    "~root",
    "a;b,c=d'e",
]


async def test_a_files_name_is_a_word_and_nothing_more(as_bob, tapster):
    for name in NAMES:
        reply = await as_bob.post("/api/attachments", params={"name": name}, content=b"<b>")

        if reply.status_code == 400:
            assert reply.json()["field"] == "name"
            continue
        assert reply.status_code == 201
        kept = reply.json()
        opened = await as_bob.get(f"/api/attachments/{kept['id']}/content")
        shown = opened.headers["content-disposition"]
        # Only what RFC 8187 lets stand unencoded: no quote, break, slash or sign beyond ASCII.
        assert shown.startswith("attachment; filename*=UTF-8''")
        assert set(shown.partition("''")[2]) <= set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%-._~"
        )
        saved = unquote(shown.partition("''")[2])
        assert saved.isprintable()
        assert not saved.startswith((".", " "))
        assert not set(saved) & set('/\\:"<>')
        assert len(shown) < 2000
        assert "set-cookie" not in opened.headers
        assert len(kept["id"]) == 32
        # Files are rows: nothing in the folder is called what somebody sent.
        assert not [path for path in tapster.config.data_dir.rglob("*") if kept["id"] in path.name]


async def test_a_type_that_is_none_is_refused(application, as_bob):
    for kind in ("text", "", "text/html\r\nx: y", "a/b/c", "é/é", "x" * 5000):
        reply = await as_bob.post(
            "/api/attachments", content=b"x", headers=[(b"content-type", kind.encode("latin-1"))]
        )

        assert reply.status_code in {201, 400}
        if reply.status_code == 201:
            assert reply.json()["media_type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "name", ["..%2f..%2fx", "..", "CON", "x.backup", "20260101-000000-manual/../../x", "a%00b"]
)
async def test_a_backup_is_known_by_its_own_name_only(as_ada, name):
    for method, path in (("POST", "verify"), ("POST", "restore"), ("DELETE", "")):
        reply = await as_ada.request(method, f"/api/backups/{name}/{path}".rstrip("/"))
        assert reply.status_code in {400, 404, 405}
