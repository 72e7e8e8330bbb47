"""Content parts, written and read: text, pictures, sound, films, documents."""

from collections.abc import Iterable, Sequence
from typing import Any

from tapster.core.errors import InvalidInput
from tapster.core.messages import (
    Audio,
    CacheMark,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    Video,
)
from tapster.dialects.openai_chat.details import read_detail

DIALECT = "openai-chat"


def write_part(part: Part, *, cache_marks: bool) -> dict[str, Any] | None:
    """Return `part` as OpenAI writes it, or `None` for a part that has no place in content."""
    written = _written(part)
    cache = getattr(part, "cache", None)
    if written is not None and cache_marks and cache is not None:
        written["cache_control"] = write_cache(cache)
    return written


def write_cache(cache: CacheMark) -> dict[str, Any]:
    """Return the mark as Anthropic wrote it first and routers pass it on."""
    mark = {"type": "ephemeral"}
    return {**mark, "ttl": cache.ttl} if cache.ttl else mark


def _written(part: Part) -> dict[str, Any] | None:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Image():
            place = {"url": part.url, "detail": part.detail} if part.detail else {"url": part.url}
            return {"type": "image_url", "image_url": place}
        case Audio():
            return {
                "type": "input_audio",
                "input_audio": {"data": part.data, "format": part.format},
            }
        case Video():
            return {"type": "video_url", "video_url": {"url": part.url}}
        case File():
            fields = {"file_id": part.file_id, "filename": part.name, "file_data": part.url}
            return {
                "type": "file",
                "file": {name: value for name, value in fields.items() if value is not None},
            }
        case Opaque() if part.dialect == DIALECT:
            return dict(part.value)
        case _:
            return None


def write_content(
    parts: Sequence[Part], *, as_text: bool, cache_marks: bool, joint: str = "\n"
) -> str | list[dict[str, Any]]:
    """Return `parts` as content: a plain string where it is all text and may be one.

    `joint` stands between the words of two parts that become one string.
    """
    marked = cache_marks and any(getattr(part, "cache", None) for part in parts)
    texts = [part.text for part in parts if isinstance(part, Text)]
    if not marked and len(texts) == len(parts) and (as_text or len(texts) <= 1):
        return joint.join(texts)
    written = (write_part(part, cache_marks=cache_marks) for part in parts)
    return [item for item in written if item is not None]


def read_content(content: object, field: str) -> tuple[Part, ...]:
    """Return the parts of a message's `content`; raise `InvalidInput` naming the field."""
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(content),) if content else ()
    if not isinstance(content, list):
        raise InvalidInput(f"`{field}` must be text or a list of parts.", field=field)
    return tuple(_read_parts(content, field))


def _read_parts(content: Sequence[object], field: str) -> Iterable[Part]:
    for number, item in enumerate(content):
        place = f"{field}[{number}]"
        if isinstance(item, str):
            yield Text(item)
            continue
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            raise InvalidInput(f"`{place}` must be an object with a `type`.", field=place)
        yield _read_part(item, place)


def _read_part(item: dict[str, Any], place: str) -> Part:
    cache = read_cache(item.get("cache_control"))
    match item["type"]:
        case "text":
            return Text(_text(item, "text", place), cache=cache)
        case "image_url":
            image = _inside(item, "image_url", place)
            detail = image.get("detail")
            detail = detail if isinstance(detail, str) else None
            return Image(_text(image, "url", f"{place}.image_url"), detail=detail, cache=cache)
        case "input_audio":
            audio = _inside(item, "input_audio", place, key="data")
            inside = f"{place}.input_audio"
            return Audio(_text(audio, "data", inside), str(audio.get("format") or "wav"))
        case "video_url":
            return Video(_text(_inside(item, "video_url", place), "url", f"{place}.video_url"))
        case "file":
            return _read_file(_inside(item, "file", place, key="file_id"), place, cache)
        case "refusal":
            return Refusal(_text(item, "refusal", place))
        case "thinking" | "redacted_thinking":
            return _read_thinking(item)
        case _:
            return Opaque(DIALECT, item)


def _read_file(fields: dict[str, Any], place: str, cache: CacheMark | None) -> File:
    named = {name: fields.get(name) for name in ("filename", "file_data", "file_id")}
    for name, value in named.items():
        if value is not None and not isinstance(value, str):
            field = f"{place}.file.{name}"
            raise InvalidInput(f"`{field}` must be text.", field=field)
    return File(
        name=named["filename"], url=named["file_data"], file_id=named["file_id"], cache=cache
    )


def _read_thinking(item: dict[str, Any]) -> Part:
    thinking = item.get("thinking")
    if isinstance(thinking, list):
        words = [part.get("text") for part in thinking if isinstance(part, dict)]
        return Reasoning("".join(word for word in words if isinstance(word, str)))
    return read_detail(item) or Opaque(DIALECT, item)


def read_cache(mark: object) -> CacheMark | None:
    """Return the cache mark `mark` stands for, if it is one."""
    if not isinstance(mark, dict):
        return None
    ttl = mark.get("ttl")
    return CacheMark(ttl=ttl if ttl in ("5m", "1h") else None)


def _inside(item: dict[str, Any], name: str, place: str, *, key: str = "url") -> dict[str, Any]:
    """Return the object `name` of a part; plain text there stands for its field `key`."""
    value = item.get(name)
    if isinstance(value, str):
        return {key: value}
    if not isinstance(value, dict):
        field = f"{place}.{name}"
        raise InvalidInput(f"`{field}` is missing or no object.", field=field)
    return value


def _text(fields: dict[str, Any], name: str, place: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        field = f"{place}.{name}"
        raise InvalidInput(f"`{field}` must be text.", field=field)
    return value
