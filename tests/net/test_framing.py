"""Any framing becomes the same frames, wherever the network cuts the bytes."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Frame
from tapster.net import FrameParser, Limits
from timed import timed


def parse(stream: bytes, size: int = 0, limits: Limits = Limits()) -> list[Frame]:  # noqa: B008  # frozen
    parser = FrameParser(limits)
    frames = []
    for begin in range(0, len(stream), size or max(1, len(stream))):
        frames += parser.feed(stream[begin : begin + size] if size else stream)
    return frames + parser.close()


def frames(*data: str) -> list[Frame]:
    return [Frame(one.encode()) for one in data]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7])
@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", frames("a", "b")),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\r\n", frames("a", "b", "c")),
        (b"data:a\ndata: b\ndata:  c\n\n", frames("a\nb\n c")),
        (b"\xef\xbb\xbfdata: a\n\n", frames("a")),
        (b"\xef\xbb", []),
        (b"\xef\xbbdata: a\n\n", []),
        (b": ping\n\n:\n\ndata: a\n: in between\ndata: b\n\n", frames("a\nb")),
        (b"event: x\ndata: a\n\ndata: b\n\n", [Frame(b"a", "x"), Frame(b"b")]),
        (b"event:x\nid: 7\nretry: 10\ndata: a\n\n", [Frame(b"a", "x")]),
        (b"event: x\n\ndata: a\n\n", frames("a")),
        (b"event: ping\ndata: {}\n\ndata: a\n\n", frames("a")),
        (b"data\n\ndata:\n\ndata: \n\ndata: a\n\n", frames("a")),
        (b"data: a", frames("a")),
        (b"data: a\n", frames("a")),
        (b"data: a\r", frames("a")),
        (b"\n \n   \n\ndata: a\n\n", frames("a")),
        ("data: käse 🧀\n\n".encode(), frames("käse 🧀")),
        (b"data: [DONE]\n\n", frames("[DONE]")),
        (b'data: {"a":1}\ndata: {"b":1}\ndata: [DONE]\n', frames('{"a":1}', '{"b":1}', "[DONE]")),
        (b'data: {\ndata: "a": [{"b": 1}]\ndata: }\n\n', frames('{\n"a": [{"b": 1}]\n}')),
        (b'data: [{"a":1},\ndata: {"b":1}]\n\n', frames('[{"a":1},\n{"b":1}]')),
        (b'data: {"a":1}\n\n{"error":{"m":"x"}}\n', frames('{"a":1}', '{"error":{"m":"x"}}')),
        (b'data: {"a":1}\n{"b":1}\ndata: c\n\n', frames('{"a":1}', '{"b":1}', "c")),
        (b'event: error\n{"b":1}\n\n{"c":1}\n', [Frame(b'{"b":1}', "error"), Frame(b'{"c":1}')]),
        (b'data: a\n\n[{"b":1}]\ndata: c\n\n', frames("a", '{"b":1}', "c")),
        (b'{"a":1}\n{"b":2}\n', frames('{"a":1}', '{"b":2}')),
        (b'{"a":1}\r\n\r\n{"b":2}', frames('{"a":1}', '{"b":2}')),
        (b'{"a":1}{"b":2} {"c":3},{"d":4}', frames('{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}')),
        (b'{\n "a": {\n  "b": 1\n }\n}\n{"c":2}', frames('{\n "a": {\n  "b": 1\n }\n}', '{"c":2}')),
        (b'[{"a":"}]\\"{"},\r\n{"b":[1,{}]}\n]', frames('{"a":"}]\\"{"}', '{"b":[1,{}]}')),
        (b'[{"a":1},\n\n {"b":"\\\\"}', frames('{"a":1}', '{"b":"\\\\"}')),
        (b'[[1],2,"[",null,[3]]', frames("[1]", "[3]")),
        (b"[]\n{}\n", frames("{}")),
        (b'[{"a":1}', frames('{"a":1}')),
        (b'{"a":1}\n{"b":', frames('{"a":1}')),
        (b'data: {"a":1}\n\ndata: {"b":', frames('{"a":1}')),
        (b'{"a":"\n\ndata: b\n\n', frames("b")),
        (b"{never closed\ndata: b\n\nevent: c\ndata: d\n\n", [Frame(b"b"), Frame(b"d", "c")]),
        (b"[2024-01-01] INFO started\ndata: b\n\n", frames("b")),
        (b"[INFO started\ndata: b\n\n", frames("b")),
        (b'{"a":1} data: b\n\n', frames('{"a":1}', "b")),
        (b'  {"a":\xff"\\ud800"}\n', [Frame(b'{"a":\xff"\\ud800"}')]),
        (b"garbage\nmore: garbage\ndata: a\n\n", frames("a")),
        (b"", []),
    ],
)
def test_every_framing_becomes_frames(stream, expected, size):
    assert parse(stream, size) == expected


LINES = st.sampled_from(
    [
        *(b"data: x", b"data:y", b"data:", b"event: e", b": c", b"", b"", b" ", b",", b"id: 1"),
        *(b'{"a": [1, {"b": "}\\\\"}]}', b'{"a":1}{"b":2}', b'{"a":', b'"b"}', b"{", b"}", b"["),
        *(b"]", b'[{"a":1}', b',{"b":"\\""}]', b'"open', b"[1,[2]]", b"data: \xf0\x9f\xa7\x80"),
        *(b"data", b'  {"a":1} ', b'{"a":1} data: z', b"[x] y", b"\\", b'{"\xff":"\\u00'),
        b"event:ping",
    ]
)
STREAMS = st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"])), max_size=14).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@given(stream=STREAMS, tail=LINES, mark=st.sampled_from([b"", b"\xef\xbb\xbf"]), data=st.data())
@settings(deadline=None, max_examples=400)
def test_frames_do_not_depend_on_where_the_bytes_are_cut(stream, tail, mark, data):
    stream = mark + stream + tail
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    parser = FrameParser(Limits())

    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = [frame for piece in pieces for frame in parser.feed(piece)] + parser.close()

    assert found == parse(stream)
    assert found == parse(stream, 1)


TEXT = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]))
EVENTS = st.lists(
    st.builds(
        Frame,
        st.lists(TEXT, min_size=1, max_size=3)
        .map(lambda lines: "\n".join(lines).encode())
        .filter(lambda data: data.strip() and not data.isspace()),
        st.none() | st.sampled_from(["delta", "message_stop", "é"]),
    ),
    max_size=6,
)


def written(frame: Frame, end: bytes, space: bytes) -> bytes:
    lines = [b"data:" + space + line for line in frame.data.split(b"\n")]
    if frame.event:
        lines.insert(0, b"event: " + frame.event.encode())
    return end.join((*lines, b"", b""))


@given(events=EVENTS, end=st.sampled_from([b"\n", b"\r\n", b"\r"]), size=st.integers(1, 9))
@settings(deadline=None, max_examples=100)
def test_any_list_of_events_comes_back_whole(events, end, size):
    stream = b"".join(written(event, end, b" ") for event in events)

    assert parse(stream, size) == events


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=5)


@given(
    objects=OBJECTS,
    shape=st.sampled_from([("", "\n", "\n"), ("", "", ""), ("[", ",", "]"), ("[", ",\r\n", "\n]")]),
    indent=st.none() | st.just(1),
    ascii_only=st.booleans(),
    size=st.integers(1, 9),
)
@settings(deadline=None, max_examples=100)
def test_objects_come_back_whole_in_lines_in_arrays_and_run_together(
    objects, shape, indent, ascii_only, size
):
    first, between, last = shape
    texts = [
        json.dumps(one, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        for one in objects
    ]
    stream = first.encode() + between.encode().join(texts) + last.encode()

    assert [json.loads(frame.data) for frame in parse(stream, size)] == objects


def test_a_line_without_end_is_refused_when_it_outgrows_its_limit_and_not_before():
    parser = FrameParser(Limits(line=100))
    assert parser.feed(b"data: ok\n\ndata: " + b"x" * 90) == frames("ok")

    with pytest.raises(SourceError, match="larger than 100 bytes") as refused:
        parser.feed(b"x" * 20)

    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "stream", [b"data: 0123456789\n" * 20, b'{"a":"' + b"x" * 100, b'[{"a":[' + b"1," * 90]
)
@pytest.mark.parametrize("size", [0, 1])
def test_an_event_that_outgrows_its_limit_is_refused_after_those_before_it(stream, size):
    parser = FrameParser(Limits(event=80))
    stream = b"data: ok\n\n" + stream
    found = []

    with pytest.raises(SourceError, match="larger than 80 bytes"):
        for begin in range(0, len(stream), size or 4096):
            found += parser.feed(stream[begin : begin + (size or 4096)])
        found += parser.close()

    assert found == frames("ok")


SMALL = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"content":" hello"},"finish_reason":null}]}\n\n'
)


def best_rate(count: int, run) -> float:
    times = []
    for _ in range(5):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return count / min(times)


def test_small_events_are_parsed_by_the_hundred_thousand():
    stream = SMALL * 100

    def run():
        parser = FrameParser(Limits())
        for _ in range(50):
            parser.feed(stream)

    assert best_rate(5_000, run) > 150_000


@timed
@pytest.mark.parametrize(
    "stream",
    [
        SMALL,
        b'{"a":1\n}data: x\n\n',
        b'{"a":[1,{"b":2}]}\n',
        b"\r",
        b"data: x\n",
        b'{"a":',
        b"[",
        b'{"a":"\\\\',
        b" ",
        b",",
        b"x",
    ],
)
@pytest.mark.parametrize("size", [1, 65536])
def test_the_time_grows_with_the_length_and_not_faster(stream, size):
    def seconds(length):
        text = (stream * (length // len(stream) + 1))[:length]
        return 1 / best_rate(1, lambda: parse(text, size))

    assert seconds(40_000) < 24 * max(seconds(5_000), 0.0005)
