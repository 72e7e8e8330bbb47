"""Writes the description of `/api` that the page's client is generated from: `web/openapi.json`."""

import json

from tapster.server.api.schema import describe
from tapster.server.application import NOUNS


def openapi_page() -> str:
    """Return the OpenAPI document as text that changes only where the routes do."""
    document = describe([route for noun in NOUNS for route in noun.ROUTES])
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(openapi_page(), end="")  # noqa: T201  # it is redirected into the file
