"""Lines 12, 13, 14, 15, 19, 22: what web pages of others, and odd addresses, may try."""

import pytest

from callers import HOST, add_person, client_of, session_of, token_of
from tapster.server.application import make_application
from tapsters import config_in, open_tapster

EVERYWHERE = [
    "/",
    "/health/live",
    "/health/ready",
    "/api/schema",
    "/api/session",
    "/api/connections",
    "/api/nothing/here",
    "/static/app.js",
    "/v1/models",
    "/v1/chat/completions",
    "/v1/completions",
]
CARRIED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


@pytest.fixture
def application(tapster):
    return make_application(tapster)


@pytest.fixture
async def page(tapster, application):
    """Tapster's own page, in the browser of a person who is signed in."""
    await add_person(tapster, "Ada")
    async with client_of(application, session=await session_of(tapster, "Ada")) as client:
        yield client


FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:8277",
    "localhost.",
    "localhost.:8277",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example/localhost",
    "localhost:8277:80",
    "localhost:99999",
    "localhost, evil.example",
    "0.0.0.0:8277",
    "192.168.1.5:8277",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "127.0.0.1.nip.io",
    "[::1]evil",
    "[::ffff:127.0.0.1]",
    "",
]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_no_other_name_is_answered_to_whatever_leads_here(tapster, application, path):
    token = await token_of(tapster, "chat", "models", "api", "admin")
    async with client_of(application, token=token) as client:
        for host in FOREIGN_HOSTS:
            reply = await client.get(path, headers={"host": host})

            assert reply.status_code == 421, host
            assert b"models" not in reply.content


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8277", "127.0.0.1:9", "[::1]:8277"])
async def test_every_name_of_this_machine_is_answered_to(application, host):
    async with client_of(application) as client:
        assert (await client.get("/health/live", headers={"host": host})).status_code == 200


async def test_two_hosts_or_none_are_refused(application):
    for hosts in ([], [b"localhost", b"localhost"], [b"localhost", b"evil.example"]):
        sent = await bare(application, "/health/live", [(b"host", host) for host in hosts])
        assert sent["status"] == 400


async def test_a_host_in_other_headers_changes_nothing(application):
    elsewhere = {
        "x-forwarded-host": "evil.example",
        "forwarded": "host=evil.example",
        "x-host": "evil.example",
        "x-original-url": "/api/people",
        "x-rewrite-url": "/api/people",
    }
    async with client_of(application) as client:
        reply = await client.get("/health/live", headers=elsewhere)

    assert reply.json()["status"] == "live"
    assert "evil" not in reply.text


ODD_PATHS = [
    b"//api/people",
    b"/api//people",
    b"/v1/../api/people",
    b"/v1/%2e%2e/api/people",
    b"/v1/%2E%2E/api/people",
    b"/v1/models/../../api/people",
    b"/v1/models/%2e%2e/%2e%2e/api/people",
    b"/v1/models/..%2f..%2fapi/people",
    b"/v1/models/..\\..\\api",
    b"/health/live/../../api/people",
    b"/health/live;/api/people",
    b"/api/people;x=1",
    b"/api/%70eople",
    b"/%61pi/people",
    b"/api%2fpeople",
    b"/api/%2570eople",
    b"/api/people%00",
    b"/api\\people",
    b"/./api/people",
    b"/api/.hidden",
    b"/v1%2fmodels",
    b"/v1/chat/%63ompletions",
    b"http://evil.example/api/people",
    b"*",
    b"",
    b"/api/people\xff",
]


@pytest.mark.parametrize("shown", [True, False])
async def test_an_address_that_two_could_read_differently_is_refused(tapster, application, shown):
    token = await token_of(tapster, "chat", "models", "api", "admin") if shown else "none"
    headers = [(b"host", b"localhost"), (b"authorization", b"Bearer " + token.encode())]
    await add_person(tapster, "Ada")
    for path in ODD_PATHS:
        sent = await bare(application, path, headers)

        assert sent["status"] in {400, 404}, path
        assert b"Ada" not in sent["body"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "shown",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost:8277.evil.example"},
        {"origin": "http://127.0.0.1:8277"},
        {"origin": ""},
        {"origin": "file://"},
        {"origin": HOST, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost:3000"},
    ],
    ids=str,
)
async def test_a_page_of_others_changes_nothing_with_ones_cookie(page, method, shown):
    below_v1 = ("/v1/chat/completions", "/v1/completions")
    for path in ("/api/session", "/api/tokens", "/api/people", *below_v1):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
            reply = await page.request(
                method, path, headers={"content-type": kind, **shown}, content=b'{"name": "x"}'
            )
            assert reply.status_code == 403, path

    assert (await page.get("/api/session")).json()["name"] == "Ada"
    assert (await page.get("/api/tokens")).json() == []


async def test_a_change_by_cookie_alone_without_any_origin_is_refused(page):
    del page.headers["origin"]

    refused = await page.post("/api/tokens", json={"name": "x"})
    vouched = await page.post(
        "/api/tokens", json={"name": "x"}, headers={"sec-fetch-site": "same-origin"}
    )

    assert refused.status_code == 403
    assert vouched.status_code == 201


async def test_ones_own_page_may_change_things(page):
    assert (await page.post("/api/tokens", json={"name": "x"})).status_code == 201


async def test_a_program_with_a_token_needs_no_origin(tapster, application):
    token = await token_of(tapster, "api", "admin")
    async with client_of(application, token=token) as program:
        assert (await program.post("/api/tokens", json={"name": "x"})).status_code == 201


@pytest.mark.parametrize("path", ["/api/session", "/api/tokens", "/api/schema"])
async def test_a_page_of_others_reads_nothing_and_follows_no_stream(page, path):
    for shown in (
        {"origin": "http://localhost:3000", "accept": "text/event-stream"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ):
        reply = await page.get(path, headers=shown)
        assert reply.status_code == 403
        assert "Ada" not in reply.text


async def test_no_web_socket_is_opened(application):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/session", "raw_path": b"/api/session"}
    await application({**scope, "headers": [(b"origin", b"https://evil.example")]}, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_local_page_on_another_port_without_credentials_gets_nowhere(application):
    async with client_of(application, origin="http://localhost:3000") as other:
        assert (await other.get("/v1/models")).status_code == 401
        for method, path in (("OPTIONS", "/api/tokens"), ("OPTIONS", "/v1/models")):
            reply = await other.request(
                method, path, headers={"access-control-request-method": "POST"}
            )
            assert reply.status_code in {403, 405}
        for path in EVERYWHERE:
            reply = await other.get(path)
            assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_carries_what_keeps_others_from_framing_and_reading_it(
    application, path
):
    async with client_of(application) as client:
        for reply in (
            await client.get(path),
            await client.get(path, headers={"host": "evil.example"}),
            await client.post(path, content=b"{"),
        ):
            for name, value in CARRIED.items():
                assert reply.headers[name] == value
            policy = reply.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert len(reply.headers["x-request-id"]) == 16
            assert "strict-transport-security" not in reply.headers


async def test_whoever_claims_to_be_someone_by_a_proxys_header_is_nobody(tapster, application):
    await add_person(tapster, "Ada")
    claims = (
        *("remote-user", "x-remote-user", "x-forwarded-user", "x-forwarded-email"),
        *("x-auth-request-user", "x-webauth-user", "x-authentik-username", "cf-access-jwt"),
        *("tailscale-user-login", "x-forwarded-for", "x-real-ip", "x-client-cert"),
    )
    async with client_of(application) as client:
        for claim in claims:
            for who in ("Ada", "me", "127.0.0.1"):
                reply = await client.get("/api/session", headers={claim: who})
                assert reply.status_code == 401


async def test_in_network_mode_a_number_is_answered_to_but_no_unknown_name(tmp_path):
    config = config_in(tmp_path, host="0.0.0.0", allowed_hosts=("Tap.Example",))
    async with open_tapster(tmp_path, config=config) as tapster:
        await add_person(tapster, "Ada")
        async with client_of(make_application(tapster)) as client:
            seen = {
                host: (await client.get("/health/live", headers={"host": host})).status_code
                for host in ("192.168.1.5:8277", "[fe80::1]:80", "tap.example", "evil.example")
            }
            free = await client.post("/api/session")

    assert seen == {
        "192.168.1.5:8277": 200,
        "[fe80::1]:80": 200,
        "tap.example": 200,
        "evil.example": 421,
    }
    assert free.status_code == 401


async def test_behind_https_cookies_are_secure_and_plain_pages_are_foreign(tmp_path):
    config = config_in(tmp_path, public_url="https://chat.example.org")
    async with open_tapster(tmp_path, config=config) as tapster:
        await add_person(tapster, "Ada")
        application = make_application(tapster)
        secret = {"name": "Ada", "password": "correct horse battery"}
        async with client_of(application, host="chat.example.org") as client:
            good = await client.post(
                "/api/session", json=secret, headers={"origin": "https://chat.example.org"}
            )
            plain = await client.post(
                "/api/session", json=secret, headers={"origin": "http://chat.example.org"}
            )

    cookie = good.headers["set-cookie"]
    assert good.status_code == 201
    assert cookie.startswith("__Host-tapster_session=tas-")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "domain" not in cookie.lower()
    assert good.headers["strict-transport-security"].startswith("max-age=")
    assert plain.status_code == 403


async def test_through_a_public_name_nobody_comes_in_without_a_password(tmp_path):
    config = config_in(tmp_path, public_url="https://chat.example.org")
    async with (
        open_tapster(tmp_path, config=config) as tapster,
        client_of(make_application(tapster), host="chat.example.org") as client,
    ):
        posted = await client.post("/api/session")
        opened = await client.get("/", headers={"sec-fetch-mode": "navigate"})

    assert posted.status_code == 401
    assert "set-cookie" not in opened.headers


@pytest.mark.parametrize(
    "shown",
    [
        {"forwarded": "for=192.0.2.1"},
        {"x-forwarded-for": "192.0.2.1"},
        {"x-forwarded-host": "chat.example.org"},
        {"X-Forwarded-Proto": "https"},
        {"x-real-ip": "192.0.2.1"},
        {"via": "1.1 proxy"},
        {"x-forwarded-for": ""},
    ],
    ids=str,
)
async def test_through_a_proxy_nobody_comes_in_without_a_password(application, shown):
    async with client_of(application) as client:
        posted = await client.post("/api/session", headers=shown)
        opened = await client.get("/", headers={"sec-fetch-mode": "navigate"} | shown)

    assert posted.status_code == 401
    assert "set-cookie" not in opened.headers


async def test_a_name_that_is_allowed_beside_ends_coming_in_without_a_password(tmp_path):
    for settings in ({"allowed_hosts": ("nas",)}, {"public_url": "https://chat.example.org"}):
        config = config_in(tmp_path, **settings)
        async with (
            open_tapster(tmp_path, config=config) as tapster,
            client_of(make_application(tapster)) as client,
        ):
            assert (await client.post("/api/session")).status_code == 401


async def test_an_old_fashioned_proxy_is_not_let_in(application):
    headers = [(b"host", b"localhost"), (b"sec-fetch-mode", b"navigate")]

    sent = await bare(application, "/", headers, version="1.0")
    direct = await bare(application, "/", headers)

    assert b"set-cookie" not in dict(sent["headers"])
    assert b"set-cookie" in dict(direct["headers"])


@pytest.mark.parametrize(
    "shown",
    [
        {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"},
        {"sec-fetch-site": "same-site", "sec-fetch-dest": "document"},
        {"sec-fetch-site": "none", "sec-fetch-dest": "iframe"},
        {"sec-fetch-site": "same-origin", "sec-fetch-dest": "empty"},
    ],
    ids=str,
)
async def test_a_page_of_others_cannot_sign_the_person_out_by_opening_ours(
    tapster, application, shown
):
    async with client_of(application) as client:
        assert (await client.post("/api/session")).status_code == 201
        cookie = client.cookies["tapster_session"]
        client.cookies.clear()
        for _ in range(60):
            reply = await client.get("/", headers={"sec-fetch-mode": "navigate"} | shown)
            assert "set-cookie" not in reply.headers

    assert await tapster.callers.find(cookie) is not None
    assert len(await tapster.sessions.of("me")) == 1


async def bare(application, raw_path, headers, method="GET", version="1.1"):
    """Ask as no client of ours would, and return the status and body."""
    from urllib.parse import unquote

    answer = {"body": b""}
    raw_path = raw_path if isinstance(raw_path, bytes) else raw_path.encode()

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["headers"] = message["headers"]
        else:
            answer["body"] += message.get("body", b"")

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(raw_path.decode("latin-1")),
        "raw_path": raw_path,
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8277),
        "scheme": "http",
        "http_version": version,
    }
    await application(scope, receive, send)
    return answer
