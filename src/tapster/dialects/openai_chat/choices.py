"""What one alternative of an answer has said so far, and the events of what it adds."""

import base64
import binascii
import json
from typing import Any

from tapster.core.events import (
    Annotated,
    Event,
    Finished,
    FinishReason,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    TokenLogprobs,
)
from tapster.core.messages import Audio, Image
from tapster.dialects.openai_chat.calls import Calls
from tapster.dialects.openai_chat.details import Sealing, read_detail
from tapster.dialects.openai_chat.finish import finished
from tapster.dialects.openai_chat.inline import EchoedPrefix, InlineThinking, split_thinking
from tapster.dialects.openai_chat.signatures import read_signature
from tapster.dialects.openai_chat.wire import Choice, Delta
from tapster.dialects.token_logprobs import read_lists


class ChoiceReader:
    """Reads one choice, in pieces or whole, into events."""

    __slots__ = (
        "_audio",
        "_calls",
        "_echo",
        "_plain_thinking",
        "_sealing",
        "_sound",
        "_thinking",
        "_whole",
        "index",
        "is_finished",
        "said_anything",
    )

    def __init__(
        self,
        index: int,
        *,
        reply_id: str = "",
        echo: str = "",
        inline_thinking: bool = False,
        sound: str = "pcm16",
        whole: bool = False,
    ) -> None:
        self.index = index
        self._sound = sound
        self.said_anything = False
        self.is_finished = False
        self._calls = Calls(index, reply_id)
        self._sealing: Sealing | None = None
        self._plain_thinking = False
        self._echo = EchoedPrefix(echo) if echo else None
        self._thinking = InlineThinking() if inline_thinking and not whole else None
        self._whole = inline_thinking and whole
        self._audio: bytearray | None = None

    def read(self, choice: Choice, delta: Delta | None, events: list[Event]) -> None:
        """Append the events of `choice`, whose words are in `delta`."""
        if delta is not None:
            self._read_delta(delta, events)
        elif isinstance(choice.text, str):
            self._say(choice.text, events)
        if choice.logprobs is not None:
            self._read_logprobs(choice.logprobs, events)
        if choice.finish_reason and isinstance(choice.finish_reason, str) and not self.is_finished:
            self.flush(events)
            self.finish(choice.finish_reason, events)

    def finish(self, raw: str, events: list[Event]) -> None:
        """Append the choice's end, as the provider's word `raw` says it."""
        self.is_finished = True
        events.append(
            finished(
                raw,
                said_anything=self.said_anything,
                called_tools=bool(self._calls),
                choice=self.index,
            )
        )

    def end(self, events: list[Event]) -> None:
        """Append the end of a choice that never said one, if it said anything."""
        self.flush(events)
        if not self.is_finished and self.said_anything:
            self.is_finished = True
            reason: FinishReason = "tool_calls" if self._calls else "stop"
            events.append(Finished(reason, choice=self.index))

    def flush(self, events: list[Event]) -> None:
        """Append what was held back until it could be told complete."""
        if self._echo:
            self._split(self._echo.close(), events)
        if self._thinking:
            self._add(*self._thinking.close(), events)
        if self._sealing:
            events += [ReasoningSealed(part, self.index) for part in self._sealing.take()]
        if self._audio:
            data = base64.b64encode(self._audio).decode()
            self._audio = None
            self.said_anything = True
            events.append(PartAdded(Audio(data=data, format=self._sound), self.index))

    def _read_delta(self, delta: Delta, events: list[Event]) -> None:
        if thought := delta.reasoning_content or delta.reasoning or delta.thinking:
            self._think(thought, events)
        if delta.reasoning_details or delta.thinking_blocks:
            self._read_details(delta.reasoning_details or delta.thinking_blocks, events)
        content = delta.content
        if content is not None and content != "":
            if type(content) is str:
                self._say(content, events)
            else:
                self._read_content(content, events)
        if delta.refusal and isinstance(delta.refusal, str):
            self.said_anything = True
            events.append(RefusalDelta(delta.refusal, self.index))
        if delta.tool_calls or delta.function_call:
            self._read_calls(delta, events)
        if delta.annotations or delta.images or delta.audio:
            self._read_rest(delta, events)

    def _think(self, thought: object, events: list[Event]) -> None:
        if isinstance(thought, str):
            self._plain_thinking = True
            events.append(ReasoningDelta(thought, self.index))
        elif isinstance(thought, dict | list):
            self._read_details(thought if isinstance(thought, list) else [thought], events)

    def _read_details(self, items: object, events: list[Event]) -> None:
        for item in items if isinstance(items, list) else ():
            part = read_detail(item)
            if part is None:
                continue
            if part.text and not self._plain_thinking:
                events.append(ReasoningDelta(part.text, self.index))
            if self._sealing is None:
                self._sealing = Sealing()
            self._sealing.add(part)

    def _say(self, text: str, events: list[Event]) -> None:
        if self._echo:
            text = self._echo.feed(text)
        if self._thinking or self._whole:
            self._split(text, events)
        elif text:
            self.said_anything = True
            events.append(TextDelta(text, self.index))

    def _split(self, text: str, events: list[Event]) -> None:
        if self._whole:
            self._add(*split_thinking(text), events)
        elif self._thinking:
            self._add(*self._thinking.feed(text), events)
        else:
            self._add("", text, events)

    def _add(self, thought: str, words: str, events: list[Event]) -> None:
        if thought:
            events.append(ReasoningDelta(thought, self.index))
        if words:
            self.said_anything = True
            events.append(TextDelta(words, self.index))

    def _read_content(self, content: object, events: list[Event]) -> None:
        """Read content that is not text: a list of parts, or the object of a JSON mode."""
        if isinstance(content, list):
            for item in content:
                self._read_part(item, events)
        elif isinstance(content, dict):
            self._say(json.dumps(content, ensure_ascii=False), events)
        elif isinstance(content, int | float) and not isinstance(content, bool):
            self._say(str(content), events)

    def _read_part(self, item: object, events: list[Event]) -> None:
        if isinstance(item, str):
            self._say(item, events)
            return
        if not isinstance(item, dict):
            return
        text = item.get("text")
        match item.get("type"):
            case "thinking" | "redacted_thinking" | "reasoning":
                self._read_thinking_part(item, events)
            case "refusal" if isinstance(item.get("refusal"), str):
                self.said_anything = True
                events.append(RefusalDelta(item["refusal"], self.index))
            case "image_url":
                self._read_image(item, events)
            case _ if isinstance(text, str):
                self._say(text, events)

    def _read_thinking_part(self, item: dict[str, Any], events: list[Event]) -> None:
        # Databricks writes Claude's thinking as the summary of a part called `reasoning`.
        thinking = item.get("thinking") or item.get("text") or item.get("summary")
        if isinstance(thinking, list):
            words = [part.get("text") for part in thinking if isinstance(part, dict)]
            thinking = "".join(word for word in words if isinstance(word, str))
        text = thinking if isinstance(thinking, str) else ""
        if item.get("signature") or item.get("data"):
            self._read_details([{**item, "thinking": text}], events)
        elif text:
            events.append(ReasoningDelta(text, self.index))

    def _read_calls(self, delta: Delta, events: list[Event]) -> None:
        signature = read_signature(delta.extra_content) if not self._calls else None
        items = delta.tool_calls
        for item in items if isinstance(items, list) else ():
            if (added := self._calls.add(item, signature)) is not None:
                signature = None
                events.append(added)
        if delta.function_call and (added := self._calls.add_function(delta.function_call)):
            events.append(added)
        self.said_anything = self.said_anything or bool(self._calls)

    def _read_rest(self, delta: Delta, events: list[Event]) -> None:
        notes = delta.annotations if isinstance(delta.annotations, list) else ()
        events += [Annotated(note, self.index) for note in notes if isinstance(note, dict)]
        for image in delta.images if isinstance(delta.images, list) else ():
            self._read_image(image, events)
        if isinstance(delta.audio, dict):
            self._read_audio(delta.audio, events)

    def _read_image(self, item: object, events: list[Event]) -> None:
        place = item.get("image_url") if isinstance(item, dict) else item
        url = place.get("url") if isinstance(place, dict) else place
        if isinstance(url, str) and url:
            self.said_anything = True
            events.append(PartAdded(Image(url), self.index))

    def _read_audio(self, audio: dict[str, Any], events: list[Event]) -> None:
        """Read spoken words: their text at once, their sound when it is complete."""
        transcript, data = audio.get("transcript"), audio.get("data")
        if isinstance(transcript, str):
            self._say(transcript, events)
        if isinstance(data, str) and data:
            try:
                sound = base64.b64decode(data)
            except (binascii.Error, ValueError):
                return
            self._audio = (self._audio or bytearray()) + sound

    def _read_logprobs(self, logprobs: object, events: list[Event]) -> None:
        if not isinstance(logprobs, dict):
            return
        content = logprobs.get("content")
        if not isinstance(content, list):
            content = read_lists(logprobs)
        tokens = tuple(item for item in content if isinstance(item, dict))
        if tokens:
            events.append(TokenLogprobs(tokens, self.index))
