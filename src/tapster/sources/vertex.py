"""Vertex AI: Gemini and Claude in your own Google Cloud project, or Gemini by an express key.

https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

import base64
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.events import Noticed
from tapster.core.links import Call, Link
from tapster.core.models import Model
from tapster.core.origins import origin_of
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.core.unreadable import UNREADABLE
from tapster.dialects import anthropic_families, google_families
from tapster.dialects.anthropic_messages import AnthropicMessages
from tapster.dialects.dialect import Dialect, Encoded
from tapster.dialects.google_generate import GoogleGenerate
from tapster.sources._addresses import below
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

GEMINI = GoogleGenerate(roles_required=True)
CLAUDE = AnthropicMessages(in_body_version="vertex-2023-10-16")
SEES = ("text", "image", "audio", "video", "file")
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# A token is renewed this many seconds before it expires.
SPARE = 60


class ServiceAccount(msgspec.Struct, frozen=True):
    """What of Google's service account file is needed to sign in."""

    client_email: str
    private_key: str
    private_key_id: str = ""
    project_id: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105  # an address

    def __repr__(self) -> str:
        return f"ServiceAccount({self.client_email})"


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3599


class _Refused(msgspec.Struct):
    error: str = ""
    error_description: str = ""


def service_account(key: Secret | None) -> ServiceAccount | None:
    """Return the service account `key` is the file of, or `None` for a plain key."""
    text = key.reveal().strip() if key else ""
    if not text.startswith("{"):
        return None
    try:
        return msgspec.json.decode(text, type=ServiceAccount)
    except UNREADABLE:
        # The decoder's words could quote the file.
        raise InvalidInput(
            "The key looks like JSON, but it is not the file of a service account. Paste the "
            "whole file that Google Cloud gave you, from the first brace to the last.",
            field="key",
        ) from None


class AccessTokens:
    """Changes service accounts into access tokens and keeps those until they nearly expire."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}

    async def headers(self, link: Link) -> dict[str, str]:
        """Return the headers that present the link's key, whichever of the three kinds it is."""
        if link.key is None:
            return {}
        if account := service_account(link.key):
            token = await self._token_for(account, link)
            return {"authorization": f"Bearer {token}"}
        plain = link.key.reveal().strip()
        if plain.startswith("ya29."):
            return {"authorization": f"Bearer {plain}"}
        return {"x-goog-api-key": plain}

    async def _token_for(self, account: ServiceAccount, link: Link) -> str:
        now = self._clock()
        name = link.key.fingerprint if link.key else ""
        token, end = self._kept.get(name, ("", 0.0))
        if now < end - SPARE:
            return token
        granted = await _exchange(account, now, link)
        self._kept = {key: kept for key, kept in self._kept.items() if now < kept[1] - SPARE}
        self._kept[name] = (granted.access_token, now + granted.expires_in)
        return granted.access_token


def signed_claim(account: ServiceAccount, now: float) -> str:
    """Return the RS256 token by which the service account asks for an access token."""
    # Signing is rare, and this library costs a start-up more than all sources together.
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  # as said
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415  # as said

    try:
        key = serialization.load_pem_private_key(account.private_key.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidInput(
            "The private key in the service account file cannot be read. "
            "Make a new key for the account in Google Cloud and paste its whole file.",
            field="key",
        ) from None
    head = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    claims = {
        "iss": account.client_email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": int(now),
        "exp": int(now) + 3600,
    }
    said = f"{_in_base64(msgspec.json.encode(head))}.{_in_base64(msgspec.json.encode(claims))}"
    signature = key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{said}.{_in_base64(signature)}"


async def _exchange(account: ServiceAccount, now: float, link: Link) -> _Granted:
    _refuse_stranger(account.token_uri, link)
    form = {"grant_type": GRANT, "assertion": signed_claim(account, now)}
    call = Call(
        method="POST",
        url=account.token_uri,
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
        body=urlencode(form).encode(),
        timeouts=link.timeouts,
        outbound_proxy=link.outbound_proxy,
        verify_tls=link.verify_tls,
    )
    async with link.transport.send(call) as answer:
        body = await answer.read()
        if answer.status >= 500:
            raise GEMINI.read_error(answer.status, answer.headers, body)
        if answer.status >= 300:
            raise _refusal(answer.status, body)
    try:
        return msgspec.json.decode(body, type=_Granted)
    except UNREADABLE:
        raise SourceError(
            Reason.NOT_AN_API,
            "Google's sign-in answered without a token. Check the address in `token_uri`.",
        ) from None


def _refuse_stranger(address: str, link: Link) -> None:
    """Hold the signed claim to Google, or to the endpoint the person named themselves."""
    parts = urlsplit(address)
    google = parts.scheme == "https" and (parts.hostname or "").endswith(".googleapis.com")
    if google or (link.endpoint and origin_of(address) == origin_of(link.endpoint)):
        return
    raise InvalidInput(
        "The service account file names a sign-in address (`token_uri`) that is not Google's. "
        "Use the file as Google Cloud gave it to you.",
        field="key",
    )


def _refusal(status: int, body: bytes) -> SourceError:
    try:
        refused = msgspec.json.decode(body, type=_Refused)
    except UNREADABLE:
        refused = _Refused()
    words = refused.error_description or refused.error or "no reason given"
    return SourceError(
        Reason.AUTH,
        f"Google refused the service account: {words} "
        "(Is the key still active in Google Cloud, and is this machine's clock right?)",
        status=status,
        code=refused.error or None,
    )


def _in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def home(link: Link) -> str:
    """Return the address of the location the connection names."""
    location = str(link.options.get("location") or "global")
    match location:
        case "global":
            host = "aiplatform.googleapis.com"
        case "us" | "eu":
            host = f"aiplatform.{location}.rep.googleapis.com"
        case _:
            host = f"{quote(location, safe='')}-aiplatform.googleapis.com"
    return f"https://{host}/v1beta1"


def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
    """Return where to call: the model below its publisher, below the project if there is one."""
    claude = request is not None and is_claude(request.model)
    root = source.endpoint_of(link)
    if claude and not link.endpoint:
        # Partners' models are documented for this version.
        root = f"{root.rpartition('/')[0]}/v1"
    if "/projects/" not in root:
        root += _project_path(link, needed=claude and not link.endpoint)
    if request is None or not claude:
        return below(root, f"/publishers/google{encoded.path}")
    name = quote(request.model.rsplit("/", 1)[-1], safe="@")
    method = "streamRawPredict" if request.stream else "rawPredict"
    return below(root, f"/publishers/anthropic/models/{name}:{method}")


def _project_path(link: Link, *, needed: bool) -> str:
    account = service_account(link.key)
    project = link.options.get("project") or (account.project_id if account else "")
    if project:
        location = str(link.options.get("location") or "global")
        return f"/projects/{quote(str(project), safe='')}/locations/{quote(location, safe='')}"
    if needed:
        raise InvalidInput(
            "Claude on Vertex AI belongs to a project: an express key does not reach it. "
            "Use the file of a service account as the key, or name the project in the option "
            "`project`.",
            field="options.project",
        )
    return ""


def is_claude(model: str) -> bool:
    """Tell Anthropic's models from Google's."""
    return model.rsplit("/", 1)[-1].startswith("claude-")


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the dialect of the model's maker."""
    del link
    return CLAUDE if request is not None and is_claude(request.model) else GEMINI


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model accepts it, and what was changed."""
    del link
    if is_claude(request.model):
        return anthropic_families.refine(request)
    return google_families.refine(request, vertex=True)


def ranges_of(model: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of the response settings as the model's maker has them."""
    if is_claude(model):
        return anthropic_families.ranges_of(model)
    return google_families.ranges_of(model)


HELLO: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}

source = HttpSource(
    id="vertex",
    title="Google Vertex AI",
    base_url="https://aiplatform.googleapis.com/v1beta1",
    home=home,
    version="/v1beta1",
    docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    dialect=GEMINI,
    choose=choose,
    refine=refine,
    model_ranges=ranges_of,
    address=address,
    authorize=AccessTokens().headers,
    key_page="https://console.cloud.google.com/iam-admin/serviceaccounts",
    key_variables=("VERTEX_API_KEY", "GOOGLE_VERTEX_API_KEY"),
    # Counting is free, and only a good key may do it.
    models_path=None,
    status=StatusCall("/models/gemini-2.5-flash:countTokens", body=HELLO),
    note=(
        "The key is the whole file of a service account, as JSON, or an express-mode API key. "
        "Claude models need a service account and must be enabled in the project."
    ),
    options=(
        Option(
            "project",
            "Project",
            "The id of the Google Cloud project; a service account's file names its own.",
        ),
        Option(
            "location",
            "Location",
            "Where models run: `global`, `us`, `eu` or a region such as `us-east5`.",
            default="global",
        ),
    ),
    catalogue=(
        Model(
            id="gemini-4-argon",
            context=1_048_576,
            max_output=1_048_576,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.8-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.7-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.6-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.5-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.5-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.1-pro-preview",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.1-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3-flash-preview",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-pro",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=SEES,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-5-5",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-5-5",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-haiku-5-5",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-fable-5-1",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-5",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-5",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-8",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-7",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-6",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-4-6",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-5@20251101",
            context=200_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-haiku-4-5@20251001",
            context=200_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
    ),
)
