"""What the canned upstream says, made once, byte for byte."""

import json

EVENTS = 200
PACED_EVERY = 0.05  # seconds between the events of a paced stream
_SENTENCE = "the tap is open and the glass fills slowly while the room goes on talking"
_WORDS = _SENTENCE.split()


def _word(number: int) -> str:
    return f" {_WORDS[number % len(_WORDS)]}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _whole() -> bytes:
    text = "".join(map(_word, range(EVENTS)))
    return _json(
        {
            "id": "chatcmpl-canned",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "canned",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 300, "completion_tokens": EVENTS, "total_tokens": 500},
        }
    )


def openai_events(count: int) -> list[bytes]:
    """Return a streamed reply of `count` words, the first event saying who speaks."""

    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        body = {
            "id": "chatcmpl-canned",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": "canned",
            "system_fingerprint": "fp_canned",
            "choices": [choice],
        }
        return b"data: " + _json(body) + b"\n\n"

    words = [chunk({"content": _word(number)}) for number in range(count)]
    words[0] = chunk({"role": "assistant", "content": ""}) + words[0]
    words[-1] += chunk({}, "stop") + b"data: [DONE]\n\n"
    return words


def anthropic_events(count: int) -> list[bytes]:
    """Return the same reply as Anthropic's Messages API streams it."""

    def event(kind: str, **fields: object) -> bytes:
        return f"event: {kind}\n".encode() + b"data: " + _json({"type": kind, **fields}) + b"\n\n"

    words = [
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": _word(number)})
        for number in range(count)
    ]
    message = {
        "id": "msg_canned",
        "type": "message",
        "role": "assistant",
        "model": "canned",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 300, "output_tokens": 1},
    }
    words[0] = (
        event("message_start", message=message)
        + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        + words[0]
    )
    words[-1] += (
        event("content_block_stop", index=0)
        + event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": count},
        )
        + event("message_stop")
    )
    return words


def as_answer(body: bytes) -> bytes:
    """Return a whole HTTP answer."""
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
        + str(len(body)).encode()
        + b"\r\n\r\n"
        + body
    )


def as_chunks(events: list[bytes]) -> list[bytes]:
    """Return a streamed HTTP answer, one write per event."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    chunks = [f"{len(event):x}\r\n".encode() + event + b"\r\n" for event in events]
    chunks[0] = head + b"\r\n" + chunks[0]
    chunks[-1] += b"0\r\n\r\n"
    return chunks


WHOLE = as_answer(_whole())
MODELS = as_answer(_json({"object": "list", "data": [{"id": "canned", "object": "model"}]}))


def question(model: str, *, stream: bool) -> bytes:
    """Return the body of a request as a chat of some turns sends it, about 2 kB."""
    said = "".join(map(_word, range(40))).strip()
    turns = [{"role": ("user", "assistant")[turn % 2], "content": said} for turn in range(7)]
    messages = [{"role": "system", "content": f"You are the bartender. {said}"}, *turns]
    return _json({"model": model, "messages": messages, "temperature": 0.7, "stream": stream})
