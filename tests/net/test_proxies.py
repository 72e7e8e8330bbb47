"""Outbound proxies: HTTP and SOCKS, with credentials that are never shown."""

import logging
import ssl
import sys

import pytest
import trustme

from proxies import http_proxy, socks_proxy
from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.links import Call, Frame
from tapster.net import HttpTransport
from upstreams import QUICK, STREAM, answering, body_of, frames_of, serving, whole


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
async def transport(authority):
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with HttpTransport(tls=trusting) as transport:
        yield transport


PROXIES = {
    "http": (http_proxy, "user:sk-CANARY"),
    "socks5": (socks_proxy, ("user", "sk-CANARY")),
}


@pytest.mark.parametrize("scheme", PROXIES)
@pytest.mark.parametrize("secure", [False, True])
async def test_a_call_goes_through_the_proxy(transport, authority, scheme, secure):
    make, credentials = PROXIES[scheme]
    asked = []
    server = None
    if secure:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("api.invalid").configure_cert(server)
    async with (
        serving(answering(STREAM, b"data: a\n\n"), tls=server) as port,
        serving(make(asked, credentials)) as proxy_port,
    ):
        url = f"http{'s' if secure else ''}://api.invalid:{port}/v1"
        proxy = f"{scheme}://user:sk-CANARY@127.0.0.1:{proxy_port}"
        frames = await frames_of(transport, Call("GET", url, timeouts=QUICK, outbound_proxy=proxy))
        await transport.aclose()

    assert frames == [Frame(b"a")]
    assert len(asked) == 1
    assert f"api.invalid:{port}" in asked[0]


@pytest.mark.parametrize("scheme", PROXIES)
@pytest.mark.parametrize("secure", [False, True])
async def test_a_proxy_that_refuses_the_password_is_named_without_it(transport, scheme, secure):
    make, credentials = PROXIES[scheme]
    async with serving(make([], credentials)) as proxy_port:
        proxy = f"{scheme}://user:sk-CANARY-wrong@127.0.0.1:{proxy_port}"
        url = f"http{'s' if secure else ''}://api.invalid:9/"
        with pytest.raises(SourceError, match="refused the user name or password") as failed:
            await body_of(transport, Call("GET", url, timeouts=QUICK, outbound_proxy=proxy))

    assert failed.value.reason is Reason.UNREACHABLE
    assert "CANARY" not in str(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_proxy_that_is_not_there_is_named(transport, scheme, caplog):
    caplog.set_level(logging.DEBUG)
    call = Call(
        "GET",
        "http://api.invalid/",
        timeouts=QUICK,
        outbound_proxy=f"{scheme}://user:sk-CANARY@127.0.0.1:1",
    )

    with pytest.raises(SourceError, match=r"outbound proxy at .*:1 cannot be reached") as failed:
        await body_of(transport, call)

    assert failed.value.reason is Reason.UNREACHABLE
    assert "CANARY" not in f"{failed.value!r} {transport!r} {caplog.text}"


@pytest.mark.parametrize("proxy", ["ftp://h:1", "socks5://", "h:1", "http://a b:1", "http://[::1"])
async def test_an_address_that_is_no_proxy_is_refused(transport, proxy):
    with pytest.raises(InvalidInput) as refused:
        await body_of(transport, Call("GET", "http://127.0.0.1:1/", outbound_proxy=proxy))

    assert refused.value.field == "outbound_proxy"


async def test_socks_without_its_package_says_what_to_install(transport, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp_socks", None)
    monkeypatch.delitem(sys.modules, "tapster.net.socks", raising=False)

    call = Call("GET", "http://127.0.0.1:1/", outbound_proxy="socks5://127.0.0.1:1")
    with pytest.raises(InvalidInput, match=r"install tapster\[socks\]"):
        await body_of(transport, call)


async def test_a_proxy_is_used_per_call_and_the_next_call_goes_directly(transport):
    asked = []
    async with (
        serving(answering(whole(b"ok"))) as port,
        serving(http_proxy(asked)) as proxy_port,
    ):
        url = f"http://127.0.0.1:{port}/"
        proxy = f"http://127.0.0.1:{proxy_port}"
        await body_of(transport, Call("GET", url, timeouts=QUICK, outbound_proxy=proxy))
        assert await body_of(transport, Call("GET", url, timeouts=QUICK)) == b"ok"
        await transport.aclose()

    assert asked == [f"GET {url}"]
