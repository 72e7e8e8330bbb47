"""Lines 5 and 31 to 34: addresses that lead inside, redirects, proxies and false certificates."""

import datetime as dt
import ssl

import pytest
import trustme

from proxies import http_proxy, socks_proxy
from tapster.core.errors import AddressRefused, InvalidInput, Reason, SourceError
from tapster.core.links import Call
from tapster.net import Guard, HttpTransport
from upstreams import QUICK, answering, body_of, get, serving, whole

INSIDE = [
    "http://127.0.0.1:{port}/",
    "http://[::1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2002:7f00:1::]:{port}/",
    "http://0x7f.1:{port}/",
    "http://0x7f000001:{port}/",
    "http://2130706433:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://x.localhost:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://１２７.0.0.1:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[::1%lo]:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
]
MALFORMED = [
    "http://user@127.0.0.1:{port}/",
    "http://example.com:80@127.0.0.1:{port}/",
    "http://a\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1:{port}/\r\nX-Evil: 1",
    "http://127.0.0.1:{port}/ HTTP/1.1\r\nHost: evil",
    "http://127.0.0.1\t:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "unix:/run/docker.sock",
    "ftp://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "http://",
    "http:///x",
    "http://127.0.0.1:99999/",
    "http://[::1",
    "",
]


@pytest.fixture
async def inside():
    """A server on every loopback address that must never hear a word; yields port and requests."""
    requests = []
    async with serving(answering(whole(b"inside"), requests=requests), host="127.0.0.1") as port:
        yield port, requests


@pytest.mark.parametrize("url", [*INSIDE, *MALFORMED])
@pytest.mark.parametrize("how", ["network", "content"])
async def test_nothing_inside_is_reached_by_any_spelling(inside, url, how):
    port, requests = inside
    guard = Guard("network" if how == "network" else "local")
    call = Call("GET", url.format(port=port), timeouts=QUICK, content_derived=how == "content")

    async with HttpTransport(guard=guard) as transport:
        with pytest.raises(InvalidInput):
            await body_of(transport, call)

    assert requests == []


@pytest.mark.parametrize("url", MALFORMED)
async def test_malformed_addresses_are_refused_for_local_connections_too(inside, url):
    port, requests = inside
    async with HttpTransport() as transport:
        with pytest.raises(InvalidInput):
            await body_of(transport, Call("GET", url.format(port=port), timeouts=QUICK))

    assert requests == []


async def test_a_local_connection_may_lead_to_this_machine_and_content_may_not(inside):
    port, _ = inside
    async with HttpTransport() as transport:
        assert await body_of(transport, get(port)) == b"inside"
        with pytest.raises(AddressRefused, match="Only public addresses"):
            await body_of(transport, get(port, content_derived=True))


async def test_an_allowed_host_is_reached_in_network_mode(inside):
    port, _ = inside
    async with HttpTransport(guard=Guard("network", allowed=["127.0.0.0/8"])) as transport:
        assert await body_of(transport, get(port)) == b"inside"
        with pytest.raises(AddressRefused):
            await body_of(transport, get(port, content_derived=True))


def answers(*rounds):
    """Return a look-up that answers with the next of `rounds` each time it is asked."""
    left = list(rounds)

    async def look_up(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


@pytest.mark.parametrize(
    "rounds",
    [
        [["127.0.0.1"]],
        [["93.184.215.14", "127.0.0.1"]],
        [["2606:2800:21f:cb07::1", "::ffff:127.0.0.1"]],
        [["93.184.215.14", "fe80::1%2"]],
    ],
)
async def test_a_name_that_leads_inside_with_any_of_its_addresses_is_refused(inside, rounds):
    port, requests = inside
    guard = Guard("network", look_up=answers(*rounds))
    async with HttpTransport(guard=guard) as transport:
        with pytest.raises(AddressRefused, match=r"'rebind\.example' leads to"):
            url = f"http://rebind.example:{port}/"
            await body_of(transport, Call("GET", url, timeouts=QUICK))

    assert requests == []


class OnceBlind(Guard):
    """Lets the look-up through, as if the address had changed after it was judged."""

    async def addresses_of(self, host, port, *, content_derived=False):
        return ["127.0.0.1"]


async def test_the_connected_peer_is_judged_again_before_anything_is_sent(inside):
    port, requests = inside
    async with HttpTransport(guard=OnceBlind("network")) as transport:
        with pytest.raises(AddressRefused):
            url = f"http://rebind.example:{port}/"
            await body_of(transport, Call("GET", url, timeouts=QUICK))

    assert requests == []


async def test_each_new_connection_is_judged_by_its_own_look_up(inside):
    port, requests = inside
    guard = Guard(look_up=answers(["127.0.0.1"], ["169.254.169.254"]))
    url = f"http://rebind.example:{port}/"
    async with HttpTransport(guard=guard) as transport:
        assert await body_of(transport, Call("GET", url, timeouts=QUICK)) == b"inside"
        await transport.aclose()
        with pytest.raises(AddressRefused, match="metadata"):
            await body_of(transport, Call("GET", url, timeouts=QUICK))

    assert len(requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(inside, status):
    port, requests = inside
    redirect = whole(b"", f"Location: http://127.0.0.1:{port}/stolen", status=f"{status} Moved")
    async with serving(answering(redirect)) as first, HttpTransport() as transport:
        call = get(first, headers={"authorization": "Bearer sk-CANARY"})
        async with transport.send(call) as answer:
            assert answer.status == status
            assert answer.headers["location"] == f"http://127.0.0.1:{port}/stolen"

    assert requests == []


@pytest.mark.parametrize(("scheme", "make"), [("http", http_proxy), ("socks5", socks_proxy)])
@pytest.mark.parametrize("url", [*INSIDE, *MALFORMED, "http://rebind.example:{port}/"])
async def test_a_proxy_changes_no_verdict(inside, scheme, make, url):
    port, requests = inside
    asked = []
    guard = Guard("network", allowed=["proxy.example"], look_up=inside_for_targets)
    async with serving(make(asked)) as proxy_port, HttpTransport(guard=guard) as transport:
        proxy = f"{scheme}://proxy.example:{proxy_port}"
        call = Call("GET", url.format(port=port), timeouts=QUICK, outbound_proxy=proxy)
        with pytest.raises(InvalidInput):
            await body_of(transport, call)

    assert asked == []
    assert requests == []


async def inside_for_targets(host, port):
    return ["127.0.0.1"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_the_proxy_itself_must_not_lead_inside_in_network_mode(inside, scheme):
    port, requests = inside
    async with HttpTransport(guard=Guard("network")) as transport:
        proxy = f"{scheme}://127.0.0.1:{port}"
        with pytest.raises(AddressRefused):
            call = Call("GET", "http://8.8.8.8/", timeouts=QUICK, outbound_proxy=proxy)
            await body_of(transport, call)

    assert requests == []


async def test_a_socks_proxy_is_told_the_judged_address_where_only_public_ones_are_allowed():
    asked = []

    async def look_up(host, port):
        return ["127.0.0.1"] if host == "proxy.example" else ["93.184.215.14"]

    guard = Guard("network", allowed=["proxy.example", "127.0.0.1"], look_up=look_up)
    async with (
        serving(answering(whole(b"ok"))) as port,
        serving(socks_proxy(asked)) as proxy_port,
        HttpTransport(guard=guard) as transport,
    ):
        proxy = f"socks5://127.0.0.1:{proxy_port}"
        url = f"http://api.example:{port}/"
        call = Call("GET", url, timeouts=QUICK, outbound_proxy=proxy)
        assert await body_of(transport, call) == b"ok"
        await transport.aclose()

    assert asked == [f"93.184.215.14:{port}"]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def expired(authority):
    yesterday = dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=1)
    return authority.issue_cert("localhost", not_after=yesterday)


@pytest.mark.parametrize(
    ("leaf", "trusted", "words"),
    [
        (lambda authority: authority.issue_cert("localhost"), False, "self-signed or issued by"),
        (lambda authority: authority.issue_cert("evil.example"), True, "issued for another host"),
        (expired, True, "has expired"),
    ],
    ids=["self-signed", "wrong host", "expired"],
)
async def test_a_false_certificate_fails_closed_unless_the_connection_opts_out(
    authority, leaf, trusted, words
):
    requests = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf(authority).configure_cert(server)
    trusting = ssl.create_default_context()
    if trusted:
        authority.configure_trust(trusting)
    handler = answering(whole(b"ok"), requests=requests)
    async with serving(handler, tls=server) as port, HttpTransport(tls=trusting) as transport:
        url = f"https://localhost:{port}/"
        with pytest.raises(SourceError, match=words) as failed:
            await body_of(transport, Call("GET", url, timeouts=QUICK))
        assert failed.value.reason is Reason.TLS
        assert requests == []

        call = Call("GET", url, timeouts=QUICK, verify_tls=False)
        assert await body_of(transport, call) == b"ok"
        with pytest.raises(SourceError):  # the opt-out of one call opens nothing to the next
            await body_of(transport, Call("GET", url, timeouts=QUICK))
