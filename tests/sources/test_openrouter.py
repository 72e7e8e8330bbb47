import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from scripted_transport import Scripted, ScriptedTransport
from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapster.sources import find_source
from tapster.sources.openrouter import (
    authorize_url,
    challenge_of,
    exchange_code,
)

OPENROUTER = find_source("openrouter")


def test_the_challenge_is_the_one_of_the_standard():
    # The example of RFC 7636, appendix B.
    assert (
        challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_page_is_shown_the_challenge_and_never_the_verifier():
    url = authorize_url("http://127.0.0.1:8277/back?state=1", "secret-verifier")

    parts = urlsplit(url)
    digest = hashlib.sha256(b"secret-verifier").digest()
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://openrouter.ai/auth"
    assert parse_qs(parts.query) == {
        "callback_url": ["http://127.0.0.1:8277/back?state=1"],
        "code_challenge": [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()],
        "code_challenge_method": ["S256"],
    }
    assert "secret-verifier" not in url


async def test_a_code_is_exchanged_for_a_key():
    transport = ScriptedTransport(Scripted({"key": "sk-or-v1-new", "user_id": "u"}))

    key = await exchange_code("code-1", "verifier-1", transport)

    assert key.reveal() == "sk-or-v1-new"
    assert transport.calls[0].url == "https://openrouter.ai/api/v1/auth/keys"
    assert transport.said() == {
        "code": "code-1",
        "code_verifier": "verifier-1",
        "code_challenge_method": "S256",
    }


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Scripted({"error": {"message": "Invalid code", "code": 403}}, status=403), None),
        (Scripted({"token": "sk-or-v1-elsewhere"}), Reason.NOT_AN_API),
        (Scripted("<html>"), Reason.NOT_AN_API),
        (Scripted(b'{"key": "\xff"}'), Reason.NOT_AN_API),
        (Scripted(b'{"x": ' + b"[" * 100_000), Reason.NOT_AN_API),
    ],
)
async def test_a_refused_exchange_shows_no_key(answer, reason):
    with pytest.raises(SourceError) as caught:
        await exchange_code("code-1", "verifier-1", ScriptedTransport(answer))

    assert "sk-or" not in str(caught.value)
    assert reason is None or caught.value.reason is reason


async def test_no_code_is_no_exchange():
    transport = ScriptedTransport()

    with pytest.raises(InvalidInput, match="no code"):
        await exchange_code(" ", "verifier-1", transport)

    assert not transport.calls


LISTED = Scripted({"data": [{"id": "a/b", "context_length": 8, "pricing": {"prompt": "0.000004"}}]})


async def test_the_key_is_proved_by_its_own_page_and_the_list_comes_with_prices(script):
    link, transport = script(Scripted({"data": {"limit_remaining": 2.5}}), LISTED)

    probed = await OPENROUTER.probe(link)

    assert [call.url for call in transport.calls] == [
        "https://openrouter.ai/api/v1/key",
        "https://openrouter.ai/api/v1/models",
    ]
    assert probed.key_proved
    assert probed.models[0].context == 8
    assert probed.models[0].price.input == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ({"limit_remaining": 0}, Reason.BILLING),
        ({"limit_remaining": -0.2}, Reason.BILLING),
        ({"disabled": True}, Reason.AUTH),
        ({"expires_at": "2020-01-01T00:00:00Z"}, Reason.AUTH),
    ],
)
async def test_a_key_that_cannot_pay_or_is_over_says_so(script, key, reason):
    link, _ = script(Scripted({"data": key}))

    with pytest.raises(SourceError) as caught:
        await OPENROUTER.probe(link)

    assert caught.value.reason is reason


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon"])
async def test_an_end_that_is_no_moment_ends_no_key(script, end):
    link, _ = script(Scripted({"data": {"expires_at": end}}), LISTED)

    assert (await OPENROUTER.probe(link)).key_proved


async def test_a_proxy_without_the_key_page_is_checked_by_its_list(script):
    missing = Scripted({"error": {"message": "no such path"}}, status=404)
    link, transport = script(missing, LISTED, endpoint="http://host:1/v1")

    probed = await OPENROUTER.probe(link)

    assert len(probed.models) == 1
    assert not probed.key_proved
    assert len(transport.calls) == 2


async def test_tells_who_calls(script):
    link, transport = script(LISTED)

    await OPENROUTER.models(link)

    assert transport.calls[0].headers["x-openrouter-title"] == "Tapster"
    assert transport.calls[0].headers["http-referer"].startswith("http")


def test_thinking_is_asked_for_in_one_object(script):
    link, _ = script()
    request = ChatRequest(
        model="anthropic/claude-opus-5.5",
        messages=(says("user", "Hi"),),
        settings=Settings(reasoning_tokens=2000, show_reasoning=False),
    )

    body = OPENROUTER.encoded(request, link).body

    assert body["reasoning"] == {"max_tokens": 2000, "exclude": True}
