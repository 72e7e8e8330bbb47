"""The description of `/api` for programs, made when it is first asked for."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from tapster import __version__
from tapster.core.run_events import RunEvent
from tapster.server.credentials import COOKIE
from tapster.server.gate import open_to_all, provide_caller
from tapster.server.problems import KIND, Problem
from tapster.server.rooms import Rooms


@get("/api/schema", opt=open_to_all(), include_in_schema=False, sync_to_thread=False)
def show_schema(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Return the OpenAPI document."""
    state = request.app.state
    if "schema" not in state:
        state["schema"] = describe(state["routes"])
    return Response(state["schema"])


def describe(routes: Sequence[Any]) -> dict[str, Any]:
    """Return the OpenAPI document of `routes`."""
    described = Rooms(
        route_handlers=routes,
        logging_config=None,
        # Handed in, as where they are served: not a part of any request.
        dependencies={
            "tapster": Provide(_nothing, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
        },
        openapi_config=OpenAPIConfig(
            title="Tapster",
            version=__version__,
            description="Sign in at POST /api/session, or show an access token as a bearer.",
            use_handler_docstrings=True,
        ),
    )
    document = described.openapi_schema.to_schema()
    _tell_problems(document)
    return document


def _tell_problems(document: dict[str, Any]) -> None:
    """Say of every operation how it fails: always as problem details."""
    # What a run's stream carries is no answer of a route, so it is added by hand, too.
    _, parts = msgspec.json.schema_components(
        [Problem, RunEvent], ref_template="#/components/schemas/{name}"
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(parts)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    }
    document["security"] = [{"token": []}, {"session": []}]
    problem = {
        "description": "What went wrong.",
        "content": {KIND: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("400", None)
            operation["responses"]["default"] = problem


def _nothing() -> None:
    """Stand for what a route is given."""


ROUTES = (show_schema,)
