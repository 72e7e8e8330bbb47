"""Replies read: streamed, frame by frame, or whole."""

from collections.abc import Sequence
from typing import Any

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Annotated, Event, Failed, Started, UsageReported
from tapster.core.links import Frame
from tapster.dialects.broken_replies import ended_early
from tapster.dialects.errors import error_in, read_error_body
from tapster.dialects.json_values import text_in, whole_in
from tapster.dialects.openai_chat.choices import ChoiceReader
from tapster.dialects.openai_chat.usage import read_usage
from tapster.dialects.openai_chat.wire import Choice, Chunk, Delta, read_chunk, read_document


class ReplyDecoder:
    """Understands one reply. `echo` is a prefix the provider repeats before the new words;
    `sound` is the format generated sound was asked for in.
    """

    def __init__(
        self,
        *,
        echo: str = "",
        inline_thinking: bool = False,
        reasoning_apart: bool = False,
        sound: str | None = None,
        whole: bool = False,
    ) -> None:
        self._echo = echo
        self._sound = sound or ("wav" if whole else "pcm16")
        self._inline_thinking = inline_thinking
        self._reasoning_apart = reasoning_apart
        self._whole = whole
        self._readers: dict[int, ChoiceReader] = {}
        self._started = False
        self._id = ""
        self._usage: dict[str, Any] | None = None
        self._citations: list[Any] = []
        self._counted = False  # the last chunk was the count that OpenAI puts at the very end
        self._broken = False
        self._ended = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """Return the events of `frames`. A `Failed` is always the last event."""
        events: list[Event] = []
        for frame in frames:
            if self._ended:
                break
            data = frame.data
            chunk = read_chunk(data)
            if chunk is not None:
                self._read(chunk, frame, events)
            elif data.strip() == b"[DONE]":
                self._end(events, said_done=True)
            elif frame.event == "error":
                self._fail(read_error_body(500, {}, data), events)
            elif data.strip():
                self._broken = True
        return events

    def close(self) -> list[Event]:
        """Return what is left to say when the stream has ended.

        An alternative that never said why it ended is complete only if the stream as a whole
        said that it is, or counted its tokens last: elsewhere that is how a line that broke looks.
        """
        events: list[Event] = []
        if not self._ended:
            self._end(events, said_done=self._whole or self._counted)
        return events

    def read_whole(self, body: bytes) -> list[Event]:
        """Return the events of the whole reply in `body`."""
        events = self.feed([Frame(body.strip().removeprefix(b"\xef\xbb\xbf"))])
        if not events and (self._broken or not body.strip()):
            self._fail(read_error_body(200, {}, body), events)
        elif not self._ended and not self._readers:
            message = "The provider's answer holds no choices. Try again, or try another model."
            self._fail(SourceError(Reason.UPSTREAM, message, body=body[:2000]), events)
        return events + self.close()

    def _read(self, chunk: Chunk, frame: Frame, events: list[Event]) -> None:
        if not self._started and (chunk.id or chunk.model or chunk.choices):
            self._start(chunk, events)
        self._counted = not chunk.choices and isinstance(chunk.usage, dict)
        if chunk.choices:
            for choice in chunk.choices:
                self._read_choice(choice, chunk, events)
        if chunk.usage is not None or chunk.x_groq is not None:
            self._read_usage(chunk)
        if chunk.citations or chunk.search_results:
            self._keep_citations(chunk)
        if (
            chunk.error
            or chunk.choices is None
            or chunk.object == "error"
            or frame.event == "error"
            or chunk.x_groq
        ):
            self._look_for_error(chunk, frame, events)

    def _start(self, chunk: Chunk, events: list[Event]) -> None:
        if chunk.error and not chunk.choices:
            return
        self._started = True
        self._id = text_in(chunk.id) or ""
        events.append(
            Started(
                id=text_in(chunk.id),
                model=text_in(chunk.model),
                created=whole_in(chunk.created),
                fingerprint=text_in(chunk.system_fingerprint),
            )
        )

    def _read_choice(self, choice: Choice, chunk: Chunk, events: list[Event]) -> None:
        index = choice.index if type(choice.index) is int else 0
        reader = self._readers.get(index)
        if reader is None:
            reader = self._readers[index] = ChoiceReader(
                index,
                reply_id=self._id,
                echo=self._echo,
                inline_thinking=self._inline_thinking,
                whole=self._whole or (choice.delta is None and chunk.object == "chat.completion"),
                sound=self._sound,
            )
        delta = choice.delta
        if delta is None or choice.message is not None:
            delta = self._words_of(choice, chunk, reader)
        reader.read(choice, delta, events)
        if choice.error:
            error = error_in({"error": choice.error})
            if error is not None:
                self._fail(error, events)

    def _words_of(self, choice: Choice, chunk: Chunk, reader: ChoiceReader) -> Delta | None:
        """Return the new words of a choice that has a `message`, alone or beside a `delta`.

        In a whole reply the message holds everything; in a stream it repeats what the deltas
        said, so that it counts only where there are none.
        """
        if choice.message is None:
            return choice.delta
        if self._whole:
            return choice.message
        if choice.delta is not None:
            return choice.delta
        if chunk.object == "chat.completion" and reader.said_anything:
            return None
        return choice.message

    def _read_usage(self, chunk: Chunk) -> None:
        usage = chunk.usage
        if not isinstance(usage, dict) and isinstance(chunk.x_groq, dict):
            usage = chunk.x_groq.get("usage")
        if isinstance(usage, dict) and usage:
            self._usage = usage

    def _keep_citations(self, chunk: Chunk) -> None:
        found = chunk.search_results or chunk.citations
        if isinstance(found, list):
            self._citations = found

    def _look_for_error(self, chunk: Chunk, frame: Frame, events: list[Event]) -> None:
        if self._ended:
            return
        if isinstance(chunk.x_groq, dict) and chunk.x_groq.get("error"):
            error = error_in({"error": chunk.x_groq["error"]})
        elif chunk.choices is not None and not chunk.error and frame.event != "error":
            error = None
        else:
            document = read_document(frame.data)
            error = error_in(document)
            if error is None and frame.event == "error":
                error = read_error_body(500, {}, frame.data)
        if error is not None:
            self._fail(error, events)

    def _fail(self, error: SourceError, events: list[Event]) -> None:
        if self._ended:
            return
        self._ended = True
        self._report_usage(events)
        events.append(Failed.because(error))

    def _end(self, events: list[Event], *, said_done: bool) -> None:
        self._ended = True
        unfinished = any(not reader.is_finished for reader in self._readers.values())
        cut = (self._broken or not said_done) and (unfinished or not self._readers)
        for reader in self._readers.values():
            if cut:
                reader.flush(events)
            else:
                reader.end(events)
        self._cite(events)
        self._report_usage(events)
        if cut or not any(reader.is_finished for reader in self._readers.values()):
            events.append(ended_early())

    def _report_usage(self, events: list[Event]) -> None:
        if self._usage is not None:
            usage = read_usage(self._usage, reasoning_apart=self._reasoning_apart)
            events.append(UsageReported(usage))
            self._usage = None

    def _cite(self, events: list[Event]) -> None:
        for source in self._citations:
            fields = source if isinstance(source, dict) else {"url": source}
            url = fields.get("url")
            if isinstance(url, str):
                citation = {"url": url, "title": fields.get("title") or url}
                events.append(Annotated({"type": "url_citation", "url_citation": citation}))
