"""What a person said of a connection, checked before anything is kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from msgspec import UNSET, Struct, UnsetType, convert
from msgspec import ValidationError as NotOfKind

from tapster.app.yaml_values import read_yaml
from tapster.core.errors import InvalidInput
from tapster.core.links import Timeouts
from tapster.core.origins import origin_of
from tapster.core.redaction import is_secret_name
from tapster.core.secrets import Secret
from tapster.core.ways import under_connections
from tapster.prompts import MODES
from tapster.sources import Option, Source
from tapster.vault import accept_key

_LOCAL = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:/|$)")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# As Go writes one, in which most of these servers are written; a bare number counts seconds.
_DURATION = re.compile(r"-?[0-9]{1,12}|-?(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h))+")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-type"})
_ELSEWHERE = (
    "Where an endpoint wants it elsewhere than its kind does, the source `custom` has the options "
    "`key_header` and `key_query`."
)
_KINDS: dict[str, Any] = {
    "integer": int,
    "number": float,
    "switch": bool,
    "list": list[Any],
    "map": dict[str, Any],
}


class Draft(Struct, kw_only=True):
    """The fields a person may set. What is unset is left as it is."""

    name: str | UnsetType = UNSET
    endpoint: str | UnsetType | None = UNSET
    proxy: str | UnsetType | None = UNSET
    model: str | UnsetType | None = UNSET
    bypass_status_check: bool | UnsetType = UNSET
    show_external: bool | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET
    include_body: dict[str, Any] | UnsetType = UNSET
    exclude_body: tuple[str, ...] | UnsetType = UNSET
    post_processing: str | UnsetType | None = UNSET
    options: dict[str, Any] | UnsetType = UNSET
    timeouts: Timeouts | UnsetType = UNSET
    outbound_proxy: str | UnsetType | None = UNSET
    verify_tls: bool | UnsetType = UNSET
    notes: str | UnsetType = UNSET


def accept_endpoint(text: str) -> str:
    """Return `text` as an endpoint, or raise `InvalidInput` that says what is wrong."""
    text = text.strip()
    if not text:
        raise InvalidInput("The endpoint is empty: give a URL, or leave it out.", field="endpoint")
    if _LOCAL.match(text):
        # Nobody types the scheme of a server on their own machine.
        text = f"http://{text}"
    if "://" not in text:
        raise InvalidInput(
            f"{text.partition('?')[0][:80]!r} is no URL: write http:// or https:// in front of it.",
            field="endpoint",
        )
    if any(character.isspace() or ord(character) < 32 for character in text) or "\\" in text:
        raise InvalidInput(
            "The endpoint has a space, a line break or a backslash in it.", field="endpoint"
        )
    if len(text) > 2000:
        raise InvalidInput("The endpoint is longer than 2,000 characters.", field="endpoint")
    origin_of(text)
    for name, _ in parse_qsl(urlsplit(text).query, keep_blank_values=True):
        if is_secret_name(name):
            raise InvalidInput(
                f"The field {name[:40]} of the endpoint carries a key, and keys are kept in the "
                "vault: leave it out of the address and enter it as the key (for a proxy preset, "
                f"as its password) {under_connections('tapster keys set NAME')}. {_ELSEWHERE}",
                field="endpoint",
            )
    return text.split("#", 1)[0].rstrip("/")


def accept_outbound_proxy(text: str) -> str:
    """Return `text` as the address of a proxy that carries our traffic."""
    if not re.fullmatch(r"(https?|socks4a?|socks5h?)://[^\s]+", text.strip()):
        raise InvalidInput(
            "The outbound proxy must be a URL such as http://host:3128 or socks5://host:1080.",
            field="outbound_proxy",
        )
    return text.strip()


def split_password(url: str) -> tuple[str, Secret | None]:
    """Return the address of an outbound proxy without its password, and that password."""
    parts = urlsplit(url)
    if not parts.password:
        return url, None
    user, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{user.partition(':')[0]}@{host}")
    return urlunsplit(bare), Secret(unquote(parts.password))


def accept_headers(lines: list[str]) -> dict[str, str]:
    """Return headers given as `Name: value` lines."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidInput(
                f"A header is written 'Name: value'; {name[:40]!r} is not.", field="headers"
            )
        headers[name.strip()] = value.strip()
    return accept_fields(headers)


def accept_fields(headers: dict[str, str]) -> dict[str, str]:
    """Return `headers` if all of them can be sent, or raise `InvalidInput`."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise InvalidInput(f"{name[:40]!r} is no name a header can have.", field="headers")
        if any(ord(character) < 32 or ord(character) > 126 for character in value):
            raise InvalidInput(
                f"The header {name} has a character in it that cannot be sent, such as a line "
                "break or an accent.",
                field="headers",
            )
        if name.lower() in _OURS:
            raise InvalidInput(f"The header {name} is made by Tapster itself.", field="headers")
        if is_secret_name(name):
            raise InvalidInput(
                f"The header {name} carries a key, and keys are kept in the vault: enter it as the "
                f"key {under_connections('tapster keys set NAME')}. {_ELSEWHERE}",
                field="headers",
            )
    return headers


def accept_secret(secret: Secret) -> Secret:
    """Return a key or password as it can be sent, however it was handed in."""
    return accept_key(secret.reveal())


def accept_included_body(text: str) -> dict[str, Any]:
    """Return body fields to send along, written in YAML: an object, or a list of objects."""
    value = read_yaml(text, "include_body") or {}
    objects = value if isinstance(value, list) else [value]
    fields: dict[str, Any] = {}
    for each in objects:
        if not isinstance(each, dict):
            raise InvalidInput(
                "The body fields to include are a YAML object, such as 'top_k: 40'.",
                field="include_body",
            )
        fields |= each
    return fields


def accept_excluded_body(text: str) -> tuple[str, ...]:
    """Return names of body fields not to send, written in YAML: a list, an object or one name."""
    value = read_yaml(text, "exclude_body")
    names = list(value or ()) if isinstance(value, list | dict | None) else [value]
    if not all(isinstance(name, str) and name for name in names):
        raise InvalidInput(
            "The body fields to exclude are a YAML list of names, such as '[top_p, seed]'.",
            field="exclude_body",
        )
    return tuple(names)


def accept_post_processing(name: str) -> str | None:
    """Return the mode of post-processing called `name`; absent for none."""
    name = name.strip().casefold()
    if name in {"", "none"}:
        return None
    if name not in MODES:
        raise InvalidInput(
            f"There is no post-processing {name[:40]!r}. It is one of: none, {', '.join(MODES)}.",
            field="post_processing",
        )
    return name


def accept_options(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source's own options with their values as what they are; `None` unsets one."""
    return _accepted(source, source.options, given)


def accept_load_options(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options a model is loaded with, with their values as what they are."""
    options = source.control.options if source.control else ()
    return _accepted(source, options, given)


def _accepted(
    source: Source, options: Iterable[Option], given: Mapping[str, Any]
) -> dict[str, Any]:
    known = {option.name: option for option in options}
    accepted: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise InvalidInput(
                f"{source.title} has no option {name!r}; it has: {names}.", field="options"
            )
        accepted[name] = None if value is None else _option_value(known[name], value)
    return accepted


def _option_value(option: Option, value: Any) -> Any:
    if option.kind == "choice" and value not in option.choices:
        raise InvalidInput(
            f"The option {option.name} is one of: {', '.join(option.choices)}.", field="options"
        )
    if option.kind == "header" and (
        not _HEADER_NAME.fullmatch(str(value)) or str(value).lower() in _OURS
    ):
        raise InvalidInput(
            f"The option {option.name} is the name of a header a key can go into, such as "
            "X-Auth-Token.",
            field="options",
        )
    if option.kind == "duration" and not _DURATION.fullmatch(str(value).strip()):
        raise InvalidInput(
            f"The option {option.name} is a time such as 30m or 1h30m, or a number of seconds.",
            field="options",
        )
    kind = _KINDS.get(option.kind)
    if kind is None:
        return str(value)
    try:
        read = convert(read_yaml(value, "options") if isinstance(value, str) else value, kind)
    except (NotOfKind, InvalidInput) as error:
        raise InvalidInput(
            f"The option {option.name} must be of kind {option.kind}.", field="options"
        ) from error
    if option.low is not None and option.high is not None and not option.low <= read <= option.high:
        raise InvalidInput(
            f"The option {option.name} is a number from {option.low:,} to {option.high:,}.",
            field="options",
        )
    return read
