import base64
import json
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scripted_transport import Scripted
from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.sources import find_source
from tapster.sources.vertex import AccessTokens

VERTEX = find_source("vertex")
GRANTED = Scripted({"access_token": "ya29.granted", "expires_in": 3599, "token_type": "Bearer"})
REFUSED = Scripted({"error": {"message": "no"}}, status=400)


@pytest.fixture(scope="module")
def private_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def account(private_key):
    """Return a service account's file, as text."""
    pem = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "my-project",
            "private_key_id": "key-1",
            "private_key": pem.decode(),
            "client_email": "tapster@my-project.iam.gserviceaccount.com",
            "token_uri": "https://oauth2.googleapis.com/token",
        },
        indent=2,
    )


def asking(model, *, stream=False):
    return ChatRequest(model=model, messages=(says("user", "Hi"),), stream=stream)


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_a_service_account_signs_for_a_token(script, account, private_key):
    link, transport = script(GRANTED, key=account)

    headers = await AccessTokens(clock=lambda: 1000.5).headers(link)

    call = transport.calls[0]
    form = parse_qs(call.body.decode())
    head, claims, signature = form["assertion"][0].split(".")
    assert headers == {"authorization": "Bearer ya29.granted"}
    assert (call.method, call.url) == ("POST", "https://oauth2.googleapis.com/token")
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert decoded(head) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    assert decoded(claims) == {
        "iss": "tapster@my-project.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://oauth2.googleapis.com/token",
        "iat": 1000,
        "exp": 4600,
    }
    private_key.public_key().verify(
        base64.urlsafe_b64decode(signature + "=="),
        f"{head}.{claims}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )


async def test_a_token_is_kept_until_a_minute_before_it_expires(script, account):
    now = 0.0
    tokens = AccessTokens(clock=lambda: now)
    link, transport = script(GRANTED, GRANTED, key=account)

    await tokens.headers(link)
    now = 3599.0 - 61
    await tokens.headers(link)
    assert len(transport.calls) == 1

    now = 3599.0 - 59
    await tokens.headers(link)
    assert len(transport.calls) == 2


async def test_two_accounts_do_not_share_a_token(script, account):
    tokens = AccessTokens(clock=lambda: 0.0)
    one, _ = script(GRANTED, key=account)
    other, _ = script(Scripted({"access_token": "ya29.other"}), key=account + " ")

    assert await tokens.headers(one) == {"authorization": "Bearer ya29.granted"}
    assert await tokens.headers(other) == {"authorization": "Bearer ya29.other"}


async def test_an_express_key_and_an_access_token_are_shown_as_they_are(script):
    tokens = AccessTokens()
    express, _ = script(key="AIzaExpress")
    access, _ = script(key="ya29.mine")
    none, _ = script(key=None)

    assert await tokens.headers(express) == {"x-goog-api-key": "AIzaExpress"}
    assert await tokens.headers(access) == {"authorization": "Bearer ya29.mine"}
    assert await tokens.headers(none) == {}


async def test_a_refused_account_is_a_key_problem_in_googles_words(script, account):
    refusal = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    link, _ = script(Scripted(refusal, status=400), key=account)

    with pytest.raises(SourceError, match=r"Invalid JWT Signature.*clock") as caught:
        await AccessTokens().headers(link)

    assert caught.value.reason is Reason.AUTH
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b'{"error": "\xff"}', b'{"x": ' + b"[" * 100_000])
@pytest.mark.parametrize(("status", "reason"), [(400, Reason.AUTH), (200, Reason.NOT_AN_API)])
async def test_a_sign_in_that_cannot_be_read_is_told(script, account, body, status, reason):
    link, _ = script(Scripted(body, status=status), key=account)

    with pytest.raises(SourceError) as caught:
        await AccessTokens().headers(link)

    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"private_key": "-----BEGIN NONSENSE-----"}, "cannot be read"),
        ({"token_uri": "https://evil.example/token"}, "not Google's"),
        ({"token_uri": "https://googleapis.com.evil.example/token"}, "not Google's"),
        ({"token_uri": "http://oauth2.googleapis.com/token"}, "not Google's"),
        ({"client_email": 7}, "not the file of a service account"),
    ],
)
async def test_a_broken_file_is_refused_before_anything_is_sent(script, account, change, words):
    broken = json.dumps(json.loads(account) | change)
    link, transport = script(key=broken)

    with pytest.raises(InvalidInput, match=words) as caught:
        await AccessTokens().headers(link)

    assert not transport.calls
    assert "PRIVATE KEY" not in str(caught.value)


async def test_sign_in_may_stand_at_the_endpoint_the_person_named(script, account):
    local = json.dumps(json.loads(account) | {"token_uri": "http://127.0.0.1:9/token"})
    link, transport = script(GRANTED, key=local, endpoint="http://127.0.0.1:9/v1")

    await AccessTokens().headers(link)

    assert transport.calls[0].url == "http://127.0.0.1:9/token"


PROJECT = "projects/my-project/locations"
GOOGLE = "publishers/google/models"
ANTHROPIC = "publishers/anthropic/models"


@pytest.mark.parametrize(
    ("model", "stream", "options", "url"),
    [
        (
            "gemini-3.8-flash",
            True,
            {},
            (
                f"https://aiplatform.googleapis.com/v1beta1/{PROJECT}/global/{GOOGLE}/"
                "gemini-3.8-flash:streamGenerateContent?alt=sse"
            ),
        ),
        (
            "gemini-2.5-pro",
            False,
            {"location": "us-central1"},
            (
                f"https://us-central1-aiplatform.googleapis.com/v1beta1/{PROJECT}/us-central1/{GOOGLE}/"
                "gemini-2.5-pro:generateContent"
            ),
        ),
        (
            "gemini-2.5-pro",
            False,
            {"location": "eu", "project": "other"},
            (
                "https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/other/locations/eu/"
                f"{GOOGLE}/gemini-2.5-pro:generateContent"
            ),
        ),
        (
            "claude-opus-4-5@20251101",
            True,
            {"location": "us-east5"},
            (
                f"https://us-east5-aiplatform.googleapis.com/v1/{PROJECT}/us-east5/{ANTHROPIC}/"
                "claude-opus-4-5@20251101:streamRawPredict"
            ),
        ),
        (
            "claude-opus-5",
            False,
            {},
            (
                f"https://aiplatform.googleapis.com/v1/{PROJECT}/global/{ANTHROPIC}/"
                "claude-opus-5:rawPredict"
            ),
        ),
    ],
)
async def test_a_model_is_called_below_its_maker(  # noqa: PLR0917  # one column each
    script, account, model, stream, options, url
):
    link, transport = script(GRANTED, REFUSED, key=account, options=options)

    with pytest.raises(SourceError):
        [e async for e in VERTEX.stream(asking(model, stream=stream), link)]

    assert transport.calls[-1].url == url
    assert transport.calls[-1].headers["authorization"].startswith("Bearer ya29.")


def test_a_claude_body_names_its_version_and_not_its_model(script, account):
    link, _ = script(key=account)

    body = VERTEX.encoded(asking("claude-opus-5"), link).body

    assert body["anthropic_version"] == "vertex-2023-10-16"
    assert "model" not in body


def test_a_gemini_body_names_every_role(script, account):
    link, _ = script(key=account)
    request = ChatRequest(
        model="gemini-2.5-pro", messages=(says("system", "Be brief."), says("user", "Hi"))
    )

    body = VERTEX.encoded(request, link).body

    assert body["systemInstruction"]["role"] == "user"
    assert [content["role"] for content in body["contents"]] == ["user"]


async def test_an_express_key_reaches_gemini_without_a_project(script):
    link, transport = script(REFUSED, key="AIzaExpress")

    with pytest.raises(SourceError):
        [e async for e in VERTEX.stream(asking("gemini-2.5-flash"), link)]

    assert transport.calls[0].url == (
        f"https://aiplatform.googleapis.com/v1beta1/{GOOGLE}/gemini-2.5-flash:generateContent"
    )


async def test_an_express_key_does_not_reach_claude_and_the_way_out_is_named(script):
    link, transport = script(key="AIzaExpress")

    with pytest.raises(InvalidInput, match="service account"):
        [e async for e in VERTEX.stream(asking("claude-opus-5"), link)]

    assert not transport.calls


async def test_a_proxy_needs_no_project(script):
    link, transport = script(REFUSED, key="word", endpoint="http://127.0.0.1:9")

    with pytest.raises(SourceError):
        [e async for e in VERTEX.stream(asking("claude-opus-5"), link)]

    assert (
        transport.calls[0].url == f"http://127.0.0.1:9/v1beta1/{ANTHROPIC}/claude-opus-5:rawPredict"
    )


async def test_the_check_counts_one_word_with_the_key(script, account):
    link, transport = script(GRANTED, Scripted({"totalTokens": 1}), key=account)

    probed = await VERTEX.probe(link)

    assert probed.key_proved
    assert transport.calls[-1].method == "POST"
    assert transport.calls[-1].url.endswith("/gemini-2.5-flash:countTokens")
