"""Writes answers: a prompt made of the chat, carried to its model, and the answer's events."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from msgspec import Struct, structs

from tapster.app.measures import Measures
from tapster.app.partners import Partner, Partners
from tapster.app.text_files import in_words
from tapster.core.chats import ATTACHMENT, Chat, Line, attachments_of
from tapster.core.errands import Asker
from tapster.core.errors import NotFound, SourceError
from tapster.core.events import Event, Noticed, UsageReported
from tapster.core.messages import File, Image, Message, Part, Text, Video, says
from tapster.core.models import Model
from tapster.core.people import Person
from tapster.core.requests import ChatRequest, Settings
from tapster.core.runs import Chosen, RunAsked, RunKind
from tapster.core.usage import priced
from tapster.dialects.dialect import Encoded
from tapster.prompts import (
    Assembly,
    Counter,
    Estimate,
    Occasion,
    Prompt,
    Report,
    is_misjudged,
    is_tight,
    post_process,
)
from tapster.relay import Outgoing, Relay, Trail, tries_of
from tapster.store import Store

History = Callable[[], AsyncIterator[Line]]
"""Opens the way back from a message to the first of its chat, read as far as it is taken."""


# Seconds the server may take to count a prompt for who looks at it.
_LOOKED_AT = 3.0
# So often it may be asked until the prompt fits as it says.
_COUNTS = 2

_LONGEST_ANSWER = ("max_tokens", "max_completion_tokens", "max_output_tokens")


async def _nobody(owner: str) -> Person | None:
    del owner
    return None


class Preview(Struct, frozen=True):
    """What a chat would send, and to whom."""

    connection: str
    source: str
    model: str
    report: Report
    request: Outgoing


class Writer:
    """Joins prompts and relay. `person_of` tells who a person is by their id.

    Before an answer, a server has `count_within` seconds to count the prompt.
    """

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        partners: Partners,
        person_of: Callable[[str], Awaitable[Person | None]] = _nobody,
        count: Counter | None = None,
        count_within: float = 0.5,
    ) -> None:
        self._store = store
        self._relay = relay
        self._partners = partners
        self._person_of = person_of
        self._measures = Measures(relay, count or Estimate())
        self._count_within = count_within

    async def write(self, asked: RunAsked) -> AsyncGenerator[list[Event], None]:
        """Yield the events of the answer that is asked for, as `relay` gives them."""
        chat = asked.chat
        partner = await self._partners.of(chat, connection=asked.connection, model=asked.model)
        asked.choose(
            Chosen(
                connection=partner.connection.id,
                source=partner.connection.source,
                model=partner.model,
            )
        )
        occasion = await self._occasion(chat, partner, asked.run.kind, asked.instruction)
        prompt, request = await self._fitted(chat, partner, asked.history, occasion)
        if sent_from := prompt.report.sent_from:
            asked.note_cut(sent_from)
        if notice := _notice_of(prompt.report):
            yield [notice]
        in_full = await self._may_see_keys(chat.owner)
        trail = Trail()
        asker = Asker(chat.owner, asked.page) if asked.page else None
        answer = self._relay.batches(partner.connection, request, trail=trail, asker=asker)
        try:
            async with aclosing(answer):
                async for events in answer:
                    yield _with_cost(events, partner.facts)
        except SourceError as error:
            raise await self._relay.explained(partner.connection, error) from None
        finally:
            asked.note_tries(tries_of(trail, in_full=in_full))

    async def preview(
        self,
        chat: Chat,
        history: History,
        *,
        kind: RunKind = "say",
        instruction: str = "",
        connection: str | None = None,
        model: str | None = None,
        in_full: bool = False,
    ) -> Preview:
        """Return what would be sent to write on from `history`. The model is asked nothing.

        Keys show their ends only `in_full`, to who may administer them.
        """
        partner = await self._partners.of(chat, connection=connection, model=model)
        occasion = await self._occasion(chat, partner, kind, instruction)
        prompt, request = await self._fitted(chat, partner, history, occasion, looked_at=True)
        return Preview(
            connection=partner.connection.slug,
            source=partner.connection.source,
            model=partner.model,
            report=prompt.report,
            request=await self._relay.preview(partner.connection, request, in_full=in_full),
        )

    async def bounded(
        self, partner: Partner, settings: Settings, *, reply: int | None = None
    ) -> Settings:
        """Return `settings` with an end to the answer where nobody else sets one.

        A model inside this process may go on for ever; providers stop theirs. `reply` are the
        tokens that are kept for the answer.
        """
        endpoint = await self._relay.endpoints.reach(partner.connection)
        if settings.max_tokens is not None or not endpoint.source.built_in:
            return settings
        if reply is None:
            reply = Occasion(context=partner.facts.context).kept_for_reply
        return structs.replace(settings, max_tokens=reply)

    async def _occasion(
        self, chat: Chat, partner: Partner, kind: RunKind, instruction: str
    ) -> Occasion:
        tried = await self._tried(chat, partner)
        return Occasion(
            kind=kind,
            system=chat.system,
            person=_name_of(await self._person_of(chat.owner)) if kind == "impersonate" else None,
            instruction=instruction,
            context=partner.facts.context,
            assumed=partner.assumed,
            reply=chat.settings.max_tokens or _longest_answer(tried, partner.facts),
            longest_reply=partner.facts.max_output,
            prefills=all(notice.field != "prefix" for notice in tried.notices),
        )

    async def _fitted(
        self,
        chat: Chat,
        partner: Partner,
        history: History,
        occasion: Occasion,
        *,
        looked_at: bool = False,
    ) -> tuple[Prompt, ChatRequest]:
        """Return the prompt and the request for it.

        A server that counts tokens is asked, in little time, where the prompt is near the limit,
        and always when it is `looked_at`. Where it counts otherwise than we estimated, the prompt
        is put together once more by that.
        """
        patience = _LOOKED_AT if looked_at else self._count_within
        until = asyncio.get_running_loop().time() + patience
        for _ in range(_COUNTS):
            count = self._measures.counter_for(partner)
            prompt = await self._assembled(chat, history, occasion, count)
            request = await self._request(chat, partner, prompt)
            if not looked_at and not is_tight(prompt.report):
                return prompt, request
            counted = await self._measures.measure(
                partner, prompt, request, count=count, until=until
            )
            if counted is None or not is_misjudged(counted.report):
                return counted or prompt, request
        count = self._measures.counter_for(partner)
        prompt = await self._assembled(chat, history, occasion, count)
        return prompt, await self._request(chat, partner, prompt)

    async def _assembled(
        self, chat: Chat, history: History, occasion: Occasion, count: Counter
    ) -> Prompt:
        """Return the prompt for `history`, of which no more is read than fits."""
        assembly = Assembly(occasion, count)
        all_read = True
        async for message in history():
            if not assembly.feed((await in_words(self._store, chat.owner, message),)):
                all_read = message.parent_id is None
                break
        return assembly.finish(all_read=all_read)

    async def _may_see_keys(self, owner: str) -> bool:
        person = await self._person_of(owner)
        return person is not None and person.is_admin

    async def _tried(self, chat: Chat, partner: Partner) -> Encoded:
        """Return how a begun answer would be sent: what its dialect adds and what it cannot."""
        endpoint = await self._relay.endpoints.reach(partner.connection)
        begun = Message("assistant", (Text("One, two"),), prefix=True)
        request = ChatRequest(
            model=partner.model,
            messages=(says("user", "Count."), begun),
            settings=chat.settings,
        )
        request, notices = post_process(request, partner.connection.post_processing)
        encoded = endpoint.source.encoded(request, endpoint.link)
        return structs.replace(encoded, notices=(*notices, *encoded.notices))

    async def _request(self, chat: Chat, partner: Partner, prompt: Prompt) -> ChatRequest:
        return ChatRequest(
            model=partner.model,
            messages=await self._with_files(chat.owner, prompt.messages),
            # A run writes one answer.
            settings=structs.replace(
                await self.bounded(partner, chat.settings, reply=prompt.report.reply), n=None
            ),
        )

    async def _with_files(self, owner: str, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return `messages` with the attachments they refer to inside them."""
        wanted = {name for message in messages for name in attachments_of(message.parts)}
        if not wanted:
            return messages
        urls = {name: await self._data_url(owner, name) for name in wanted}
        return tuple(
            structs.replace(message, parts=tuple(_filled(part, urls) for part in message.parts))
            for message in messages
        )

    async def _data_url(self, owner: str, attachment_id: str) -> str:
        async with self._store.read() as rows:
            known = await rows.attachments.by_id(attachment_id)
            content = await rows.attachments.content_of(attachment_id)
        if known is None or content is None or known.owner != owner:
            raise NotFound(
                f"The attachment {attachment_id} of a message is not there any more. Hide or "
                "edit the message that has it."
            )
        return f"data:{known.media_type};base64,{base64.b64encode(content).decode()}"


def _name_of(person: Person | None) -> str | None:
    """Return what a person is called, unless nobody has given them a name."""
    return person.name if person and person.name != person.id else None


def _with_cost(events: list[Event], facts: Model) -> list[Event]:
    """Return `events`, the tokens in them with what they cost where only we can say it."""
    if facts.price is None:
        return events
    return [
        UsageReported(priced(event.usage, facts.price))
        if isinstance(event, UsageReported)
        else event
        for event in events
    ]


def _longest_answer(encoded: Encoded, facts: Model) -> int | None:
    """Return the longest answer that is asked for where nobody chose one, if one is.

    Some providers refuse a prompt that leaves no room for it.
    """
    for name in _LONGEST_ANSWER:
        longest = encoded.body.get(name)
        if isinstance(longest, int) and (facts.context is None or longest < facts.context):
            return longest
    return None


def _filled(part: Part, urls: dict[str, str]) -> Part:
    if isinstance(part, Image | Video | File) and part.url and part.url.startswith(ATTACHMENT):
        return structs.replace(part, url=urls[part.url.removeprefix(ATTACHMENT)])
    return part


def _notice_of(report: Report) -> Noticed | None:
    """Return what the person should know of a prompt: that it may have been cut in vain."""
    if report.context_assumed and any(cut.why == "budget" for cut in report.cuts):
        return Noticed(
            f"Older messages were left out: how much the model takes is not known, so "
            f"{report.context:,} tokens were assumed.",
            "messages",
        )
    return None
