"""Vertex AI: OAuth tokens of a service account, express keys, Gemini and Claude by project."""

import secrets
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from mock_provider.accounts import fault_of_assertion
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, whole
from mock_provider.state import State
from mock_provider.vendors import google_checks
from mock_provider.vendors.anthropic import Anthropic
from mock_provider.vendors.google import Google
from mock_provider.vendors.vendor import Invalid, Routes, body_of

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PLACE = r"/v1(?:beta1)?/projects/[^/]+/locations/[^/]+/publishers"


class VertexClaude(Anthropic):
    """Claude as Vertex carries it: the model in the path, the version in the body."""

    name = "vertex-claude"
    id_infix = "vrtx_"


class Vertex(Google):
    """Vertex below `/vertex`; its token endpoint is `/vertex/token`."""

    name = "vertex"
    prefix = "/vertex"
    routes: ClassVar[Routes] = (
        ("POST", r"/token", "exchange"),
        ("GET", r"/v1(?:beta1)?/publishers/google/models", "list_models"),
        ("POST", PLACE + r"/google/models/(.+):(\w+)", "act"),
        ("POST", r"/v1(?:beta1)?/publishers/google/models/(.+):(\w+)", "act_express"),
        ("POST", PLACE + r"/anthropic/models/(.+):(\w+)", "act_as_claude"),
    )

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.claude = VertexClaude(state)

    def exchange(self, request: Request, _found: Any) -> Output:
        form = dict(parse_qsl(request.raw.decode()))
        if form.get("grant_type") != GRANT or "assertion" not in form:
            said = {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}
            return whole(said, status=400)
        account = self.state.service_account
        wrong = "Invalid grant: account not found"
        if account is not None:
            wrong = fault_of_assertion(form["assertion"], account) or ""
        if wrong:
            return whole({"error": "invalid_grant", "error_description": wrong}, status=400)
        token = f"ya29.good.{secrets.token_urlsafe(12)}"
        return whole({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def key_of(self, request: Request) -> str | None:
        # Without express mode only an OAuth token counts; a key in its place is refused.
        is_express = "/projects/" not in request.path
        return super().key_of(request) if is_express and not request.bearer else request.bearer

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing in {"wrong", "missing"} and not key.startswith("AIza"):
            return self.error(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token, "
                "login cookie or other valid authentication credential. See "
                "https://developers.google.com/identity/sign-in/web/devconsole-project.",
                code="ACCESS_TOKEN_TYPE_UNSUPPORTED",
            )
        return super().key_error(standing, key)

    def act_express(self, request: Request, found: Any) -> Output:
        return self.act(request, found)

    def check(self, body: dict[str, Any], model: str) -> None:
        for name in {"serviceTier", "store"} & body.keys():
            raise Invalid(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            )
        google_checks.check(body, model, roles_required=True)

    def act_as_claude(self, request: Request, found: Any) -> Output:
        model, method = found[1], found[2]
        self.admit(request, paid=True)
        if method not in {"rawPredict", "streamRawPredict"}:
            return self.no_such_path(request)
        body = body_of(request)
        if "model" in body:
            return self.claude.error(400, "model: Extra inputs are not permitted")
        if body.get("anthropic_version") != "vertex-2023-10-16":
            return self.claude.error(400, "anthropic_version: Field required")
        if not self.claude.knows(model):
            return self.error(
                404, f"Publisher Model `publishers/anthropic/models/{model}` was not found."
            )
        try:
            return self.claude.say(body | {"model": model}, "2023-06-01")
        except Invalid as wrong:
            return self.claude.refusal_of(wrong)
