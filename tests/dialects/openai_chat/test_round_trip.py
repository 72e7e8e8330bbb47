"""What we write we read back: requests and replies of OpenAI's chat format, both ways."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.events import (
    Annotated,
    Finished,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.messages import (
    Audio,
    CacheMark,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Video,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.core.settings import SETTINGS
from tapster.core.usage import Usage
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.serve import ReplyEncoder, decode_request, encode_reply
from tapster.net.framing import FrameParser
from tapster.net.limits import Limits

EVERYTHING = OpenAIChat(
    effort="object",
    replay_reasoning="details",
    prefill="prefix",
    also_takes=frozenset(SETTINGS),
    cache_marks=True,
    parts_as_text=False,
    replay_images=True,
)
ASKED = ChatRequest(model="m", messages=())

words = st.text(min_size=1, max_size=20)
ids = st.text("abcXYZ019_-", min_size=1, max_size=12)
numbers = st.floats(-2, 2, allow_nan=False)
counts = st.integers(1, 10_000)
caches = st.none() | st.builds(CacheMark, ttl=st.sampled_from([None, "5m", "1h"]))
values = st.dictionaries(ids, st.integers() | words, max_size=3)
texts = st.builds(Text, words, cache=caches)
images = st.builds(Image, words, detail=st.sampled_from([None, "low"]), cache=caches)
blocks = values.map(lambda value: Opaque("openai-chat", {**value, "type": "new-kind"}))
parts = st.one_of(
    texts,
    images,
    st.builds(Audio, words, ids),
    st.builds(Video, words),
    st.builds(File, name=st.none() | words, url=words, cache=caches),
    st.builds(File, file_id=ids),
    blocks,
)
extras = st.dictionaries(ids.map("x_".__add__), st.integers() | words, max_size=2)
names = st.none() | st.text("abcdef", min_size=1, max_size=8)
thoughts = st.builds(
    Reasoning,
    text=words,
    signature=st.none() | ids,
    id=st.none() | ids,
    format=st.sampled_from(["anthropic-claude-v1", "unknown"]),
    index=st.none() | st.integers(0, 3),
) | st.builds(Reasoning, kind=st.just("encrypted"), encrypted=ids, format=st.just("unknown"))
calls = st.builds(ToolCall, id=ids, name=ids, arguments=words, signature=st.none() | ids)


def lists(items, size=3):
    return st.lists(items, max_size=size)


said = st.builds(
    Message,
    st.sampled_from(["user", "system", "developer"]),
    st.lists(parts, min_size=1, max_size=3).map(tuple),
    name=names,
    extra=extras,
)
answered = st.builds(
    lambda thought, text, refusal, pictures, made, name, extra: Message(
        "assistant", (*thought, *text, *refusal, *pictures, *made), name=name, extra=extra
    ),
    lists(thoughts),
    lists(texts),
    lists(st.builds(Refusal, words), 1),
    lists(st.builds(Image, words), 1),
    lists(calls),
    names,
    extras,
)
results = st.builds(
    lambda result: Message("tool", (result,)),
    st.builds(ToolResult, ids, lists(texts | images | blocks).map(tuple), name=names),
)
formats = st.builds(ResponseFormat, st.sampled_from(["text", "json_object"])) | st.builds(
    ResponseFormat,
    st.just("json_schema"),
    name=ids,
    schema=values,
    strict=st.none() | st.booleans(),
)
chosen = st.builds(
    Settings,
    **dict.fromkeys(
        ["temperature", "top_p", "min_p", "frequency_penalty", "presence_penalty", "top_a"],
        st.none() | numbers,
    ),
    **dict.fromkeys(["max_tokens", "seed", "n", "top_logprobs", "top_k"], st.none() | counts),
    stop=st.none() | st.lists(words, min_size=1, max_size=4).map(tuple),
    logprobs=st.none() | st.booleans(),
    logit_bias=st.none() | st.dictionaries(ids, numbers),
    reasoning_effort=st.none() | st.just("high"),
    show_reasoning=st.none() | st.booleans(),
    verbosity=st.none() | st.just("low"),
)
tools = st.builds(
    Tool,
    ids,
    description=st.none() | words,
    parameters=st.none() | values,
    strict=st.none() | st.booleans(),
    cache=caches,
) | values.map(lambda value: Tool(name="web", raw={**value, "type": "web", "name": "web"}))
choices = st.none() | st.builds(ToolChoice, st.sampled_from(["auto", "none", "required"]))
requests = st.builds(
    ChatRequest,
    model=words,
    messages=st.lists(said | answered | results, min_size=1, max_size=5).map(tuple),
    settings=chosen,
    tools=lists(tools).map(tuple),
    tool_choice=choices | st.builds(ToolChoice, st.just("tool"), name=ids),
    parallel_tool_calls=st.none() | st.booleans(),
    response_format=st.none() | formats,
    stream=st.booleans(),
    extra=extras,
)


@settings(max_examples=50, deadline=None)
@given(requests)
def test_a_request_we_write_is_the_request_we_read(request):
    encoded = EVERYTHING.encode(request)

    asked = decode_request(msgspec.json.encode(encoded.body))

    assert encoded.notices == ()
    assert asked.request == request
    assert asked.include_usage == request.stream


def deltas(kind, choice):
    return lists(words).map(lambda pieces: [kind(piece, choice) for piece in pieces])


@st.composite
def choice_events(draw, choice):
    """Draw what one choice says, in the order a provider says it."""
    thinking = draw(deltas(ReasoningDelta, choice))
    events = [*thinking, *draw(deltas(TextDelta, choice)), *draw(deltas(RefusalDelta, choice))]
    for slot, call in enumerate(draw(st.lists(calls, max_size=3, unique_by=lambda c: c.id))):
        events.append(ToolCallDelta(slot, call.id, call.name, "", call.signature, choice))
        events += [ToolCallDelta(slot, arguments=piece, choice=choice) for piece in call.arguments]
    events += [PartAdded(Image(url), choice) for url in draw(lists(words))]
    events += [Annotated(note, choice) for note in draw(lists(values.filter(bool)))]
    tokens = draw(lists(values.filter(bool)))
    events += [TokenLogprobs(tuple(tokens), choice)] if tokens else []
    sealed = draw(lists(thoughts)) if thinking else []
    for index, part in enumerate(sealed):
        events.append(ReasoningSealed(msgspec.structs.replace(part, index=index), choice))
    events.append(Finished(draw(st.sampled_from(["stop", "length", "tool_calls"])), None, choice))
    return events


@st.composite
def replies(draw):
    events = [
        event for choice in range(draw(st.integers(1, 2))) for event in draw(choice_events(choice))
    ]
    usage = draw(
        st.builds(
            Usage,
            input=counts,
            output=counts,
            reasoning=st.integers(0, 9),
            cache_read=st.integers(0, 9),
            cache_write=st.integers(0, 9),
            cost=st.none() | st.floats(0, 1),
        )
    )
    return [*events, UsageReported(usage)]


def told(events):
    """Fold `events` into what each choice said, and the usage."""
    heard = {}
    for event in events:
        if isinstance(event, UsageReported):
            heard["usage"] = msgspec.structs.replace(event.usage, raw={})
            continue
        if (choice := getattr(event, "choice", None)) is None:
            continue
        said = heard.setdefault(choice, {})
        match event:
            case TextDelta() | ReasoningDelta() | RefusalDelta():
                said[type(event)] = said.get(type(event), "") + event.text
            case ToolCallDelta():
                call = said.setdefault("calls", {}).setdefault(event.slot, ["", "", "", None])
                call[0] += event.id or ""
                call[1] += event.name or ""
                call[2] += event.arguments
                call[3] = call[3] or event.signature
            case TokenLogprobs():
                said["logprobs"] = [*said.get("logprobs", ()), *event.content]
            case Finished():
                said["finish"] = event.reason
            case ReasoningSealed() | PartAdded():
                said.setdefault(type(event), []).append(event.part)
            case Annotated():
                said.setdefault("notes", []).append(event.annotation)
    return heard


@settings(max_examples=50, deadline=None)
@given(replies(), st.integers(1, 40))
def test_a_streamed_reply_we_write_is_the_reply_we_read(events, size):
    encoder = ReplyEncoder("c", 7, "m", include_usage=True)
    written = encoder.feed(events[:3]) + encoder.feed(events[3:]) + encoder.end()
    parser, decoder = FrameParser(Limits()), OpenAIChat().decoder(ASKED)

    read = []
    for start in range(0, len(written), size):
        read += decoder.feed(parser.feed(written[start : start + size]))
    read += decoder.feed(parser.close()) + decoder.close()

    assert told(read) == told(events)


@settings(max_examples=50, deadline=None)
@given(replies())
def test_a_whole_reply_we_write_is_the_reply_we_read(events):
    written = encode_reply(events, id="c", created=7, model="m")

    read = OpenAIChat().decode_reply(written, ASKED)

    assert told(read) == told(events)
