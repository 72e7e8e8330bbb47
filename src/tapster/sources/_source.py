"""The shape of a source: data, plus at most a few small functions."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from tapster.core.errands import Ability
from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.events import Event, Noticed
from tapster.core.links import Call, Link
from tapster.core.models import Model, ModelPage
from tapster.core.origins import origin_of
from tapster.core.requests import ChatRequest
from tapster.core.settings import Setting
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.dialect import Dialect, Encoded
from tapster.sources._addresses import CALL_TAILS, below, tidied, with_query
from tapster.sources._auth import Auth, Bearer, HeaderKey, KeyGrant, QueryKey
from tapster.sources._control import Control, Line
from tapster.sources._counts import Count, Counted
from tapster.sources._facts import joined
from tapster.sources._halts import Halt
from tapster.sources._ignored import Ignored, kept_back
from tapster.sources._options import Option, as_sent, lay_under
from tapster.sources._probes import Probed, StatusCall
from tapster.sources._protocol import KeyNeed
from tapster.sources._ranges import Own, Ranges, within
from tapster.sources._replies import unless_failed, until_failed
from tapster.sources._servers import ServerKind

Choose = Callable[[ChatRequest | None, Link], Dialect]
Refine = Callable[[ChatRequest, Link], tuple[ChatRequest, tuple[Noticed, ...]]]
Address = Callable[[Encoded, Link, ChatRequest | None], str]
Authorize = Callable[[Link], Awaitable[Mapping[str, str]]]
Home = Callable[[Link], str]
UsualContext = Callable[[str, str], int | None]


@dataclass(frozen=True, kw_only=True)
class HttpSource:
    """A source reached over HTTP.

    - `base_url`: its own endpoint, up to and including the API version; absent where the
      person names it. `bases` are its own endpoints by the value of the option `endpoint`;
      `home` builds the own endpoint where other options are part of it.
    - `version`: the version segment (`/v1`) that is appended to an endpoint given without any;
      `tails` are ends of a pasted address that are no part of the endpoint, beside the
      usual ones (`/chat/completions` and its like).
    - `auth`: where the key goes. `auths` are other places, by the value of the option `auth`;
      the options `key_header` and `key_query` name a header or a query field of one's own.
    - `dialect`: what it speaks. `apis` are others it speaks, by the value of the option `api`;
      `choose` picks one for a request where its model counts too. `dialect` then stands for
      what the source takes and how its lists read.
    - `text`: what it speaks where raw text is to be continued; absent where it cannot.
    - `refine`: changes a request by the rules of its models and says so.
    - `address`: builds the URL where joining endpoint and path is not enough.
    - `authorize`: makes the headers where presenting the key is not enough.
    - `ranges`: overrides of `(low, high)` per setting; `model_ranges` those of one model.
      `own` overrides what else is known of a setting.
    - `ignores`: settings it takes and does nothing with, and why: they are not sent.
    - `always_streams`: answers are streamed to us even where they are wanted whole, as the server
      does not hear of a closed connection otherwise.
    - `halt`: the call that stops an answer, where closing the connection is not enough.
    - `count`: asks how many tokens a prompt is, where the server tells.
    - `keeps_connections`: false where the server closes them although it says otherwise.
    - `facts_path`: a second list that knows more of the same models, where there is one.
    - `server`: how it is recognised at an unknown address, where it is one people run themselves.
    - `context_option`: the option that says how many tokens a model reads: what it says counts.
      `usual_context` tells, by address and model, how many one reads where nobody has said, and
      what is more is cut without a word.
    - `control`: what the server lets one do with its models, where it is one's own.
    - `ability`: what a page must have, where the model lives in a browser; absent for all others.
    """

    id: str
    title: str
    dialect: Dialect
    base_url: str | None
    docs: str
    version: str = ""
    tails: tuple[str, ...] = ()
    bases: Mapping[str, str] = field(default_factory=dict)
    home: Home | None = None
    auth: Auth = field(default_factory=Bearer)
    key_need: KeyNeed = "required"
    key_variables: tuple[str, ...] = ()
    key_page: str | None = None
    note: str = ""
    rank: int = 50
    built_in: bool = False
    options: tuple[Option, ...] = ()
    ranges: Ranges = field(default_factory=dict)
    model_ranges: Callable[[str], Ranges] | None = None
    own: Own = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    ignores: Ignored = field(default_factory=Ignored)
    models_path: str | None = "/models"
    facts_path: str | None = None
    status: StatusCall | None = None
    keeps_connections: bool = True
    always_streams: bool = False
    halt: Halt | None = None
    count: Count | None = None
    list_is_public: bool = False
    catalogue: tuple[Model, ...] = ()
    always_external: bool = False
    fresh_keys_wait: bool = False
    grant: KeyGrant | None = None
    retired: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    apis: Mapping[str, Dialect] = field(default_factory=dict)
    text: Dialect | None = None
    server: ServerKind | None = None
    context_option: str | None = None
    usual_context: UsualContext | None = None
    auths: Mapping[str, Auth] = field(default_factory=dict)
    choose: Choose | None = None
    refine: Refine | None = None
    address: Address | None = None
    authorize: Authorize | None = None
    keeps: Callable[[Model], bool] | None = None
    control: Control | None = None
    ability: Ability | None = None

    @property
    def speaks_ours(self) -> bool:
        """Whether unknown body fields may be passed through untouched."""
        return bool(getattr(self.dialect, "speaks_ours", False))

    @property
    def counts_tokens(self) -> bool:
        """Whether `count_tokens` can be asked."""
        return self.count is not None

    def gives_many(self, request: ChatRequest, link: Link) -> bool:
        """Whether the model asked gives as many answers at once as `request` wants."""
        dialect = self.dialect_for(request, link)
        if self.refine:
            request, _ = self.refine(request, link)
        return request.settings.n is not None and "n" in dialect.takes - self.refuses

    def settings(self) -> tuple[Setting, ...]:
        """Return the response settings this source takes, with its own ranges."""
        takes = self.dialect.takes - self.refuses - self.ignores.names
        return within(takes, self.ranges, self.own)

    def settings_for(self, request: ChatRequest, link: Link) -> tuple[Setting, ...]:
        """Return the response settings taken where `request` goes, with its model's ranges."""
        own = self.model_ranges(request.model) if self.model_ranges else {}
        takes = self.dialect_for(request, link).takes - self.refuses | self.ignores.names
        return within(takes, {**self.ranges, **own}, self.own)

    def endpoint_of(self, link: Link) -> str:
        """Return the address calls are made below: the link's own, tidied, else the source's.

        Spaces, trailing slashes and a pasted call's tail are cut off; an address without any
        version segment gets the source's.
        """
        if not link.endpoint:
            return self._own_endpoint(link)
        return tidied(link.endpoint, tails=(*CALL_TAILS, *self.tails), version=self.version)

    def retired_at(self, link: Link) -> str | None:
        """Return why nothing answers any more, which is so at the source's own address only."""
        if self.retired is None or self.base_url is None:
            return None
        at_home = origin_of(self.endpoint_of(link)) == origin_of(self.base_url)
        return self.retired if at_home else None

    def dialect_for(self, request: ChatRequest | None, link: Link) -> Dialect:
        """Return the dialect of `request`, or for none that of lists and checks."""
        if self.text and request is not None and request.prompt is not None:
            return self.text
        if self.choose:
            return self.choose(request, link)
        return self.apis.get(str(link.options.get("api")), self.dialect)

    def encoded(self, request: ChatRequest, link: Link) -> Encoded:
        """Return exactly what would be sent, shaped by the link's own body rules."""
        request = self._streamed(request)
        notices: tuple[Noticed, ...] = ()
        # The rules of models are about chats: raw text goes as the program wrote it.
        if self.refine and request.prompt is None:
            request, notices = self.refine(request, link)
        request, kept = kept_back(request, self.ignores, by=self.title)
        encoded = self.dialect_for(request, link).encode(request)
        named = self.halt.naming(link) if self.halt else {}
        body = {**self._with_options(encoded.body, link), **named, **link.include_body}
        for name in link.exclude_body:
            body.pop(name, None)
        return Encoded(
            path=encoded.path,
            body=body,
            headers=encoded.headers,
            notices=(*notices, *kept, *encoded.notices),
        )

    async def batches(self, request: ChatRequest, link: Link) -> AsyncGenerator[list[Event], None]:
        """Yield the reply's events as they come, all of one network read at a time.

        Raises `SourceError` when the provider refuses or breaks off.
        """
        if retired := self.retired_at(link):
            raise SourceError(Reason.NOT_FOUND, retired)
        request = self._streamed(request)
        encoded = self.encoded(request, link)
        dialect = self.dialect_for(request, link)
        if encoded.notices:
            yield list(encoded.notices)
        call = await self._call("POST", encoded, link, request)
        async with link.transport.send(call) as answer:
            if answer.status >= 300:
                raise dialect.read_error(answer.status, answer.headers, await answer.read())
            if await answer.framing() == "document":
                yield unless_failed(dialect.decode_reply(await answer.read(), request))
                return
            decoder = dialect.decoder(request)
            async for frames in answer.frames():
                for events in until_failed(decoder.feed(frames)):
                    yield events
            for events in until_failed(decoder.close()):
                yield events

    async def stream(self, request: ChatRequest, link: Link) -> AsyncGenerator[Event, None]:
        """Yield the reply's events one by one."""
        async with aclosing(self.batches(request, link)) as batches:
            async for events in batches:
                for event in events:
                    yield event

    def line(self, link: Link, *, every: float) -> Line:
        """Return the way to what the server does with its models, asked again after `every` s."""
        auth = self.control.auth if self.control else None

        async def call(method: Literal["GET", "POST"], path: str, body: Mapping[str, Any]) -> Call:
            encoded = Encoded(path=path, body=dict(body))
            return await self._call(method, encoded, link, None, auth=auth)

        read_error = self.dialect_for(None, link).read_error
        return Line(call, link.transport, read_error, every=every)

    def halts(self, link: Link) -> bool:
        """Whether `stop` is to follow when an answer is left before its end."""
        return self.halt is not None and self.halt.is_wanted(link)

    async def stop(self, link: Link) -> None:
        """Tell the server to stop the answer asked for over `link`; raise `SourceError` if not."""
        if self.halt and self.halt.is_wanted(link):
            await self._ask(self.halt.path, link, self.halt.naming(link))

    async def count_tokens(self, request: ChatRequest, link: Link) -> Counted:
        """Ask the server how many tokens the prompt of `request` is; raise `SourceError` if it
        does not tell.
        """
        if self.count is None:
            raise SourceError(Reason.NOT_FOUND, f"{self.title} does not count tokens.")

        async def ask(path: str, question: Mapping[str, Any]) -> Any:
            answer = await self._ask(path, link, question)
            try:
                return msgspec.json.decode(answer)
            except UNREADABLE:
                raise SourceError(Reason.NOT_AN_API, "The answer is no JSON.") from None

        return await self.count(ask, self.encoded(request, link).body)

    async def models(self, link: Link) -> tuple[Model, ...] | None:
        """Return what the endpoint lists, all pages of it, or `None` where there is no list."""
        if self.models_path is None:
            return None
        found: list[Model] = []
        token: str | None = None
        seen: set[str | None] = {None}
        for _ in range(100):
            page = await self._page(self.models_path, token, link)
            found += page.models
            token = page.next
            # A list that leads back to a page already read would never end.
            if not token or token in seen:
                break
            seen.add(token)
        if self.facts_path is not None:
            found = [*joined(found, await self._facts(self.facts_path, link))]
        kept = {model.id: model for model in found if self.keeps is None or self.keeps(model)}
        return tuple(kept.values())

    async def probe(self, link: Link) -> Probed:
        """Ask the endpoint, as cheaply as it allows, whether key and address are good.

        Raises `SourceError` with what it said if they are not.
        """
        key_proved = await self._status_proves_key(link)
        models = await self.models(link)
        return Probed(
            models=models, key_proved=key_proved or (models is not None and not self.list_is_public)
        )

    async def _status_proves_key(self, link: Link) -> bool:
        if self.status is None:
            return False
        try:
            body = await self._ask(self.status.path, link, self.status.body)
        except SourceError as error:
            # A proxy that stands in for the source need not offer its account calls.
            if link.endpoint and self.models_path and error.status in {404, 405, 501}:
                return False
            raise
        if self.status.verdict:
            self.status.verdict(body)
        return self.status.proves_key

    def _streamed(self, request: ChatRequest) -> ChatRequest:
        """Return `request`, streamed where this server is always asked for that."""
        if request.stream or not self.always_streams:
            return request
        return msgspec.structs.replace(request, stream=True)

    def _own_endpoint(self, link: Link) -> str:
        if self.home:
            return self.home(link)
        endpoint = self.bases.get(str(link.options.get("endpoint")), self.base_url)
        if not endpoint:
            raise InvalidInput(
                f"{self.title} needs an endpoint: the base URL of the server, "
                "for instance http://127.0.0.1:1234/v1.",
                field="endpoint",
            )
        return endpoint

    def _auth_of(self, link: Link) -> Auth:
        """Return where the key goes: a field the person named, or one the source knows."""
        if header := link.options.get("key_header"):
            return HeaderKey(str(header).lower())
        if field := link.options.get("key_query"):
            return QueryKey(str(field))
        return self.auths.get(str(link.options.get("auth")), self.auth)

    def _with_options(self, body: Mapping[str, Any], link: Link) -> dict[str, Any]:
        """Return `body` with the options that belong into it; what it says itself stands."""
        merged = dict(body)
        for option in self.options:
            value = link.options.get(option.name, option.default)
            if option.body and value is not None:
                lay_under(merged, option.body.split("."), as_sent(option, value))
        return merged

    def _option_headers(self, link: Link) -> dict[str, str]:
        return {
            option.header.lower(): str(value)
            for option in self.options
            if option.header and (value := link.options.get(option.name, option.default))
        }

    async def _page(self, path: str, token: str | None, link: Link) -> ModelPage:
        if token:
            path = f"{path}{'&' if '?' in path else '?'}{token}"
        return self.dialect_for(None, link).decode_models(await self._ask(path, link))

    async def _facts(self, path: str, link: Link) -> tuple[Model, ...]:
        try:
            return (await self._page(path, None, link)).models
        except SourceError:
            # Older servers, and proxies that stand in for one, have no such list.
            return ()

    async def _ask(self, path: str, link: Link, question: Mapping[str, Any] | None = None) -> bytes:
        method: Literal["GET", "POST"] = "GET" if question is None else "POST"
        call = await self._call(method, Encoded(path=path, body=dict(question or {})), link, None)
        async with link.transport.send(call) as answer:
            body = await answer.read()
            if answer.status >= 300:
                dialect = self.dialect_for(None, link)
                raise dialect.read_error(answer.status, answer.headers, body)
            return body

    async def _call(
        self,
        method: Literal["GET", "POST"],
        encoded: Encoded,
        link: Link,
        request: ChatRequest | None,
        *,
        auth: Auth | None = None,
    ) -> Call:
        if self.address:
            url = self.address(encoded, link, request)
        else:
            url = below(self.endpoint_of(link), encoded.path)
        headers = {"accept": "application/json", **self.headers, **self._option_headers(link)}
        headers |= encoded.headers
        if method == "POST":
            headers["content-type"] = "application/json"
            if request is not None and request.stream:
                headers["accept"] = "text/event-stream, application/json"
        if self.authorize:
            headers |= await self.authorize(link)
        elif link.key is not None:
            auth = auth or self._auth_of(link)
            headers |= auth.headers(link.key)
            url = with_query(url, auth.query(link.key))
        headers |= {name.lower(): value for name, value in link.headers.items()}
        return Call(
            method=method,
            url=url,
            headers=headers,
            body=msgspec.json.encode(encoded.body) if method == "POST" else None,
            key=link.key,
            timeouts=link.timeouts,
            outbound_proxy=link.outbound_proxy,
            verify_tls=link.verify_tls,
            closes=not self.keeps_connections,
        )
