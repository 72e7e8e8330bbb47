"""SillyTavern's chat files: a header, then a message a line, each with its swipes.

Such a file holds one path. Swipes are siblings here; only what hangs on the shown one goes on.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

import msgspec

from tapster.core.chats import Reply
from tapster.core.errors import InvalidInput
from tapster.core.messages import Part, Reasoning, Role, Text
from tapster.core.usage import Usage
from tapster.formats.archives import (
    MOST_MESSAGES,
    Archive,
    Conversation,
    Earlier,
    Named,
    Written,
    places_below,
    shown_path,
)
from tapster.formats.send_dates import read_date, write_date
from tapster.formats.strict_json import read_json

_PERSON, _MODEL, _NARRATOR = "User", "Assistant", "System"
_NOBODY = frozenset({"", "unused"})
_LONGEST_NAME = 300
_STEP = 0.001

# What is read, and what says nothing that is not known otherwise.
_OF_METADATA = frozenset({"system_prompt", "integrity", "tainted"})
_OF_HEADER = frozenset({"user_name", "character_name", "create_date", "chat_metadata"})
_OF_MESSAGE = frozenset(
    [
        "name",
        "is_user",
        "is_system",
        "is_name",
        "is_group",
        "send_date",
        "mes",
        "extra",
        "gen_started",
        "gen_finished",
        "swipe_id",
        "swipes",
        "swipe_info",
    ]
)
_OF_EXTRA = frozenset(
    ["api", "model", "token_count", "reasoning", "reasoning_signature", "bookmark_link"]
)
_MOST_NAMED = 12


def is_header(value: dict[str, Any]) -> bool:
    """Return whether a line is the header of a chat file."""
    return "chat_metadata" in value or (
        "mes" not in value and ("user_name" in value or "character_name" in value)
    )


def is_message(value: dict[str, Any]) -> bool:
    """Return whether a line is a message of a chat file."""
    return isinstance(value.get("mes"), str)


def read_chat(
    raw: bytes, *, title: str, now: float, zone: tzinfo | None
) -> tuple[Archive, tuple[str, ...]]:
    """Return the chat in a file, and what of it was left out. Raises `InvalidInput`.

    `title` is how the chat is called; `now` is when what has no date was said.
    """
    reading = _Reading(now=now, zone=zone)
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            reading.take(line, number)
    return reading.archive(title), reading.notes()


def write_chat(archive: Archive) -> Iterator[bytes]:
    """Yield the lines of a file of the shown path. Swipes are what stands beside it as leaves."""
    path = shown_path(archive)
    below = places_below(archive)
    chat = archive.chat
    speakers = [archive.messages[place - 1] for place in path]
    person = next((each.author for each in speakers if each.role == "user"), None)
    model = next((each.author for each in speakers if each.role == "assistant"), None)
    yield _line(
        {
            "user_name": person or _PERSON,
            "character_name": model or _MODEL,
            "create_date": write_date(chat.created_at),
            "chat_metadata": {"system_prompt": chat.system} if chat.system else {},
        }
    )
    for place in path:
        shown = archive.messages[place - 1]
        beside = [
            other
            for other in below[shown.below]
            if other == place
            or (other not in below and archive.messages[other - 1].role == shown.role)
        ]
        yield _line(_message_of(archive, place, beside))


class _Reading:
    """A file that is being read, line by line: the messages so far, and what was left out."""

    def __init__(self, *, now: float, zone: tzinfo | None) -> None:
        self._now = now
        self._zone = zone
        self._header: dict[str, Any] = {}
        self._messages: list[Written] = []
        self._names: list[Named] = []
        self._head: int | None = None
        self._time: float | None = None
        self._left_out: Counter[str] = Counter()
        self._undated = 0

    def take(self, line: bytes, number: int) -> None:
        """Read one line. Raises `InvalidInput`, which names it."""
        value = read_json(line, what=f"Line {number} of the file")
        if not isinstance(value, dict):
            raise _wrong(number, "it is no object")
        if not self._messages and not self._header and is_header(value):
            self._take_header(value)
        elif is_message(value):
            self._take_message(value, number)
        else:
            raise _wrong(number, "`mes` is missing, or is no text")

    def archive(self, title: str) -> Archive:
        """Return what was read."""
        metadata = _object(self._header.get("chat_metadata"))
        times = [message.created_at for message in self._messages]
        began = read_date(self._header.get("create_date"), zone=self._zone)
        character = _text(self._header.get("character_name"))
        title = title or ("" if character in _NOBODY else character)
        chat = Conversation(
            title=title,
            titled_by="person" if title else "nobody",
            system=_text(metadata.get("system_prompt")),
            head=self._head,
            created_at=began if began is not None else min(times, default=self._now),
            updated_at=max(times, default=self._now if began is None else began),
        )
        return Archive(chat=chat, messages=tuple(self._messages), names=tuple(self._names))

    def notes(self) -> tuple[str, ...]:
        """Return what of the file has no place here."""
        notes = []
        if self._left_out:
            most = self._left_out.most_common(_MOST_NAMED)
            named = ", ".join(f"{name} ({count:,})" if count > 1 else name for name, count in most)
            more = f" and {len(self._left_out) - _MOST_NAMED} others" * (
                len(self._left_out) > _MOST_NAMED
            )
            notes.append(f"Left out, for there is no place for it yet: {named}{more}.")
        if self._undated:
            notes.append(
                f"Messages without a date that can be read: {self._undated:,}. They keep their "
                "order, and the time of what is before them."
            )
        return tuple(notes)

    def _take_header(self, value: dict[str, Any]) -> None:
        self._header = value
        self._leave_out(value, _OF_HEADER, "")
        self._leave_out(_object(value.get("chat_metadata")), _OF_METADATA, "chat_metadata.")
        self._time = read_date(value.get("create_date"), zone=self._zone)

    def _take_message(self, value: dict[str, Any], number: int) -> None:
        self._leave_out(value, _OF_MESSAGE, "")
        swipes = value.get("swipes") or [value["mes"]]
        if not isinstance(swipes, list) or not all(isinstance(each, str) for each in swipes):
            raise _wrong(number, "`swipes` is no list of texts")
        if len(self._messages) + len(swipes) > MOST_MESSAGES:
            raise _wrong(
                number, f"the chat has more than {MOST_MESSAGES:,} messages, swipes counted"
            )
        chosen = value.get("swipe_id")
        chosen = chosen if isinstance(chosen, int) and not isinstance(chosen, bool) else 0
        chosen = max(0, min(chosen, len(swipes) - 1))
        infos = value.get("swipe_info")
        infos = infos if isinstance(infos, list) else []
        below = self._head
        for at, text in enumerate(swipes):
            told = _object(infos[at]) if at < len(infos) else {}
            # What is shown is told by the message itself; its swipe may be an older state.
            told = value if at == chosen or not told else told
            message = self._message(value, told, value["mes"] if at == chosen else text, below)
            if at == chosen and text != value["mes"]:
                earlier = Earlier(
                    parts=(Text(text),) if text else (),
                    created_at=message.created_at,
                    replaced_at=message.created_at,
                )
                message = msgspec.structs.replace(message, earlier=(earlier,))
            self._messages.append(message)
            if at == chosen:
                self._head = len(self._messages)
        self._name(value)

    def _message(
        self, value: dict[str, Any], told: dict[str, Any], text: str, below: int | None
    ) -> Written:
        extra = _object(told.get("extra"))
        self._leave_out(extra, _OF_EXTRA, "extra.")
        role = _role_of(value, extra)
        at = self._moment(told.get("send_date"))
        thoughts = _text(extra.get("reasoning"))
        signature = _text(extra.get("reasoning_signature")) or None
        parts: list[Part] = []
        if thoughts or signature:
            parts.append(Reasoning(text=thoughts, signature=signature))
        if text:
            parts.append(Text(text))
        return Written(
            below=below,
            role=role,
            author=_author_of(value, role),
            parts=tuple(parts),
            hidden=value.get("is_system") is True,
            reply=self._reply(told, extra, at) if role == "assistant" else None,
            created_at=at,
            updated_at=at,
        )

    def _reply(self, told: dict[str, Any], extra: dict[str, Any], at: float) -> Reply | None:
        began = read_date(told.get("gen_started"), zone=self._zone)
        ended = read_date(told.get("gen_finished"), zone=self._zone)
        source, model = _text(extra.get("api")) or None, _text(extra.get("model")) or None
        tokens = extra.get("token_count")
        counted = isinstance(tokens, int) and not isinstance(tokens, bool) and 0 < tokens < 1 << 40
        if began is None and ended is None and not (source or model or counted):
            return None
        return Reply(
            source=source,
            model=model,
            usage=Usage(output=int(tokens)) if counted and tokens else None,
            began_at=began,
            ended_at=at if ended is None else ended,
        )

    def _moment(self, said: object) -> float:
        moment = read_date(said, zone=self._zone)
        if moment is None:
            self._undated += 1
            moment = self._now if self._time is None else self._time + _STEP
        self._time = moment
        return moment

    def _name(self, value: dict[str, Any]) -> None:
        name = " ".join(_text(_object(value.get("extra")).get("bookmark_link")).split())
        if name and self._head is not None:
            at = self._messages[self._head - 1].created_at
            named = Named(message=self._head, name=name[:_LONGEST_NAME], created_at=at)
            self._names.append(named)

    def _leave_out(self, value: dict[str, Any], known: frozenset[str], within: str) -> None:
        for name, said in value.items():
            if name in known or not said:
                continue
            if within == "extra." and name == "type" and said == "narrator":
                continue
            self._left_out[f"{within}{name[:60]}"] += 1


def _message_of(archive: Archive, place: int, beside: list[int]) -> dict[str, Any]:
    shown = archive.messages[place - 1]
    told = {
        "name": shown.author or _name_of(shown.role),
        "is_user": shown.role == "user",
        "is_system": shown.hidden,
        **_info_of(shown),
        "mes": shown.text,
    }
    if len(beside) < 2:
        return told
    swipes = [archive.messages[each - 1] for each in beside]
    return told | {
        "swipe_id": beside.index(place),
        "swipes": [each.text for each in swipes],
        "swipe_info": [_info_of(each) for each in swipes],
    }


def _info_of(message: Written) -> dict[str, Any]:
    """Return what is told of each swipe: when it was written, by whom, and the thoughts."""
    reply = message.reply
    thoughts = [each for each in message.parts if isinstance(each, Reasoning)]
    signature = next((each.signature for each in thoughts if each.signature), None)
    extra = {
        "api": reply.source if reply else None,
        "model": (reply.model or reply.answered_by) if reply else None,
        "token_count": reply.usage.output if reply and reply.usage else None,
        "reasoning": "".join(each.text for each in thoughts) or None,
        "reasoning_signature": signature,
        "type": "narrator" if message.role in {"system", "developer"} else None,
    }
    told: dict[str, Any] = {"send_date": write_date(message.created_at)}
    if reply and reply.began_at is not None:
        told["gen_started"] = write_date(reply.began_at)
    if reply and reply.ended_at is not None:
        told["gen_finished"] = write_date(reply.ended_at)
    return told | {"extra": {name: said for name, said in extra.items() if said}}


def _role_of(value: dict[str, Any], extra: dict[str, Any]) -> Role:
    if value.get("is_user") is True:
        return "user"
    return "system" if extra.get("type") == "narrator" else "assistant"


def _author_of(value: dict[str, Any], role: Role) -> str | None:
    name = _text(value.get("name"))[:_LONGEST_NAME]
    return None if not name or name == _name_of(role) else name


def _name_of(role: Role) -> str:
    match role:
        case "user":
            return _PERSON
        case "assistant" | "tool":
            return _MODEL
        case "system" | "developer":
            return _NARRATOR


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _wrong(number: int, why: str) -> InvalidInput:
    return InvalidInput(
        f"Line {number} of the file is no message of a chat: {why}. Nothing was imported.",
        field="file",
    )
