"""Which headers and fields are taken for secrets, by their names."""

import pytest

from tapster.core.redaction import is_secret_name, redact_shapes


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "Proxy-Authorization", "X-Forwarded-Authorization"),
        *("cf-aig-authorization", "Helicone-Auth", "x-auth", "X-Auth-Token", "authtoken"),
        *("x-api-key", "X-API-KEY", "api-key", "api_key", "apiKey", "APIKey", "apikey", "X-ApiKey"),
        *("XApiKey", "xapikey", "x-goog-api-key", "x-portkey-api-key", "key", "Key", "x_key"),
        *("Ocp-Apim-Subscription-Key", "subscription-key", "x-functions-key", "x-virtual-key"),
        *("token", "access_token", "accessToken", "X-Access-Token", "accesstoken", "token2"),
        *("X-Session-Token", "X-Amz-Security-Token", "X-Vault-Token", "x-gateway-token"),
        *("CF-Access-Client-Secret", "client_secret", "clientSecret", "secret", "x-credentials"),
        *("Cookie", "Set-Cookie", "X-Password", "password", "passwd", "x-api-key-1"),
        *("sig", "X-Signature", "x-jwt"),
    ],
)
def test_the_name_of_a_secret_is_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("x-session-id", "prompt-cache-key", "prompt_cache_key", "promptCacheKey", "x-tokenizer"),
        *("x-max-tokens", "max_tokens", "X-Token-Count", "token-limit", "Idempotency-Key"),
        *("X-Title", "HTTP-Referer", "User-Agent", "OpenAI-Organization", "anthropic-beta"),
        *("x-author", "authority", "x-monkey", "x-whiskey", "keyword", "keyboard", "Keep-Alive"),
        *("x-portkey-config", "secretary", "x-design", "X-Team", "region", "", "123"),
        *("x-key-id", "CF-Access-Client-Id", "auth-type", "signature-version", "X-Cookie-Policy"),
        *("x-goog-user-project", "api-version", "next-page-token", "max-token"),
    ],
)
def test_a_name_that_only_looks_like_it_passes(name):
    assert not is_secret_name(name)


def test_text_is_shown_without_the_secrets_in_queries():
    text = "The address works as http://h/v1?api_key=CANARY&api-version=2&x%2Dtoken=CANARY, kept."

    shown = redact_shapes(text)

    assert "CANARY" not in shown
    assert "api-version=2" in shown
    assert shown.startswith("The address works as http://h/v1?api_key=[redacted]&")
