"""Lines 12, 13, 20, 21: a server as people run it, asked by raw sockets and in network mode."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from running import Home, Server, serving

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("door"))


@pytest.fixture(scope="module")
def server(home):
    with serving(home) as server:
        yield server


def raw(server: Server, request: str) -> tuple[int, bytes]:
    """Send `request` as it stands; return the status and all that came back."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), 10) as line:
        line.sendall(request.encode("latin-1"))
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return (int(answer.split(b" ", 2)[1]) if answer else 0), answer


@pytest.mark.parametrize(
    "request_line",
    [
        "GET http://evil.example/health/live HTTP/1.1",
        "GET http://localhost/health/live HTTP/1.1",
        "GET https://localhost@evil.example/health/live HTTP/1.1",
        "GET //evil.example/health/live HTTP/1.1",
        "GET /v1/../health/live HTTP/1.1",
        "GET /%2e%2e/health/live HTTP/1.1",
        "GET /health/live;x HTTP/1.1",
        "GET /health%2flive HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
    ],
)
def test_what_proxies_and_clever_clients_write_is_refused(server, request_line):
    status, answer = raw(server, f"{request_line}\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert status in {0, 400, 404, 421}
    assert b'"live"' not in answer


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        "Host: evil.example\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host: evil.example\r\nHost: localhost\r\n",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: localhost.\r\n",
    ],
)
def test_only_one_known_host_is_answered_to(server, hosts):
    for version in ("1.0", "1.1"):
        status, answer = raw(
            server, f"GET /health/live HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n"
        )

        assert status in {400, 421}
        assert b'"live"' not in answer


def test_network_mode_does_not_start_without_a_password_and_says_what_to_do(tmp_path):
    home = Home(tmp_path)

    with pytest.raises(AssertionError) as failed, serving(home, "--host", "0.0.0.0"):
        pass

    assert "tapster users add" in str(failed.value)
    assert "tapster users password" in str(failed.value)
    assert "Traceback" not in str(failed.value)


def test_in_network_mode_people_sign_in_and_are_out_a_second_after_they_are_disabled(tmp_path):
    home = Home(tmp_path)
    home.run("users", "add", "Ada", "--password-stdin", stdin=PASSWORD)
    home.run("users", "add", "Bob", "--password-stdin", stdin=PASSWORD)
    token = home.run("tokens", "create", "bobs", "--owner", "bob", "--scope", "api").strip()
    with serving(home, "--host", "0.0.0.0") as server:
        address = f"http://127.0.0.1:{urlsplit(server.url).port}"
        with httpx.Client(base_url=address, headers={"origin": address}, timeout=30) as bob:
            free = bob.post("/api/session")
            signed = bob.post("/api/session", json={"name": "Bob", "password": PASSWORD})
            me = bob.get("/api/session")
            shown = {"authorization": f"Bearer {token}"}
            program = httpx.get(f"{address}/api/session", headers=shown)
            home.run("users", "disable", "Bob")
            time.sleep(1)
            after = bob.get("/api/session")
            program_after = httpx.get(f"{address}/api/session", headers=shown)

    assert free.status_code == 401
    assert signed.status_code == 201
    assert (me.json()["name"], me.json()["role"]) == ("Bob", "member")
    assert program.json()["name"] == "Bob"
    assert after.status_code == program_after.status_code == 401
    assert PASSWORD not in server.said
    assert token not in server.said
