"""Addresses: what a person pasted, made into an endpoint, and what is called below it."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# What people paste after the endpoint when they copy the address of a call.
CALL_TAILS = ("/chat/completions", "/completions", "/messages", "/responses")
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?", re.IGNORECASE)


def tidied(endpoint: str, *, tails: tuple[str, ...], version: str = "") -> str:
    """Return `endpoint` without spaces, trailing slashes and any of `tails` at its end.

    `version` is appended when no segment of the path is a version. Tidying twice changes
    nothing more. A query stays: some gateways carry their API version there.
    """
    parts = urlsplit(endpoint.strip())
    path = _without_tails(parts.path.rstrip("/"), tails)
    if version and not any(_VERSION.fullmatch(part) for part in path.split("/")):
        path += version
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def below(endpoint: str, path: str) -> str:
    """Join `endpoint`, which may carry a query of its own, and `path`."""
    parts = urlsplit(endpoint)
    if not parts.query:
        return endpoint + path
    path, _, query = path.partition("?")
    joined = "&".join(filter(None, (parts.query, query)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + path, joined, ""))


def with_query(url: str, more: Mapping[str, str]) -> str:
    """Return `url` with the fields of `more` in its query."""
    if not more:
        return url
    parts = urlsplit(url)
    query = urlencode(
        [*parse_qsl(parts.query, keep_blank_values=True), *more.items()], quote_via=quote
    )
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _without_tails(path: str, tails: tuple[str, ...]) -> str:
    longest_first = sorted(tails, key=len, reverse=True)
    while tail := next((tail for tail in longest_first if path.endswith(tail)), None):
        path = path.removesuffix(tail).rstrip("/")
    return path
