"""The page of `/api`, written from the routes themselves.

`python -m tapster.server.api_page` prints it; docs/api.md is its output.
"""

import sys
from typing import Any

from tapster.server.application import NOUNS
from tapster.server.gate import TOUCHES, Touches

_HEAD = """# The app API

What the page calls, and scripts may: JSON under `/api`, described for programs at
`GET /api/schema` (OpenAPI 3.1). Written from the routes by `python -m tapster.server.api_page`.

Show an access token with the scope `api` as `Authorization: Bearer …` (see [people](people.md)),
or sign in at `POST /api/session` and keep the cookie. With the cookie, a change needs the header
`Origin` as browsers send it. A body is JSON of at most 12 MB, without duplicate names, and comes
unpacked.

    TOKEN=$(tapster tokens create script --scope api)
    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8277/api/connections

Whatever fails is told as problem details (RFC 9457, `application/problem+json`): `status`,
`title`, `detail` (a sentence with the way out), `code` (a word for programs), `field` (what was
wrong in the request), `newer` (what a thing is by now, where a change came too late) and
`request_id` (also in the header `x-request-id` and in the log). What is another person's is 404,
as what never was.

| route | what it does | who |
|---|---|---|
"""


def render_api() -> str:
    """Return the whole page as Markdown."""
    return _HEAD + "".join(_row(route) for noun in NOUNS for route in noun.ROUTES)


def _row(route: Any) -> str:
    (path,) = route.paths
    (method,) = route.http_methods - {"HEAD", "OPTIONS"}
    names = "/".join(
        f"<{part[1:-1].partition(':')[0]}>" if part[:1] == "{" else part for part in path.split("/")
    )
    meaning = (route.fn.__doc__ or "").strip().partition("\n")[0]
    return f"| `{method} {names}` | {meaning} | {_who(route.opt[TOUCHES])} |\n"


def _who(touches: Touches) -> str:
    if touches.whose == "nobody":
        return "all"
    if touches.whose == "own":
        return "oneself"
    return "admins" if touches.admins else "everyone"


if __name__ == "__main__":
    sys.stdout.write(render_api())
