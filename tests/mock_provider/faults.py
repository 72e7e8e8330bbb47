"""What can go wrong, each a function that bends an answer.

Written `name@value*times`, joined by `+`: `cut@3`, `429@7*2` (the first two requests only).

Before the answer: any status (`503`, `429@7` with Retry-After, `429@date`), `html`, `empty`,
`invalid-json`, `echo-headers`, `hang`, `delay@2`, `hangup`, `redirect@307` (to another port),
`bomb` (gzip, 1 GB unpacked), `ok-error` (an error body with status 200).
In the answer: `trickle@0.5` (a byte per interval), `cut@3` (drops the connection after three
writes), `stall@3`, `no-terminal`, `no-done`, `error@3` (the vendor's error event), `endless`,
`huge@8` (a line of 8 MB), `utf8` (bytes that are no UTF-8, split across writes), `unknown`
(events nobody knows), `after-done`, `length@5` (content-length too large by five; negative: too
small), `close` (neither length nor chunks).
Framing: `crlf`, `bytes@7`, `one-write`, `no-final`, `no-space`, `comments`, `multiline`, `bom`,
`padding`. Model lists: `models@10000`, `models-missing`, `-empty`, `-array`, `-html` (in the
vendors, for they alone know their lists).
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import chain, repeat
from time import time

from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, document
from mock_provider.state import State
from mock_provider.vendors.vendor import HTML, Vendor

INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault happens."""

    vendor: Vendor
    request: Request
    state: State


Bend = Callable[[Output, str, Scene], Output]


def split(spec: str) -> tuple[str, ...]:
    """Return the single faults of `spec`."""
    return tuple(fault for fault in spec.split("+") if fault)


def bend(output: Output, faults: tuple[str, ...], scene: Scene) -> Output:
    """Return `output` after all `faults`; those used up, and the model lists' own, do nothing."""
    for fault in faults:
        name, _, value = fault.partition("@")
        value, _, times = value.partition("*") if value else ("", "", "")
        name, _, times = name.partition("*") if "*" in name else (name, "", times)
        if name.startswith("models") or _is_used_up(fault, times, scene.state):
            continue
        if name.isdigit():
            output = _answer_status(int(name), value, scene)
        elif name in FAULTS:
            output = FAULTS[name](output, value, scene)
        else:
            raise ValueError(f"There is no fault called {name!r}.")
    return output


def _is_used_up(fault: str, times: str, state: State) -> bool:
    if not times:
        return False
    state.counted[fault] = state.counted.get(fault, 0) + 1
    return state.counted[fault] > int(times)


def _answer_status(status: int, value: str, scene: Scene) -> Output:
    headers = {}
    if value:
        headers["retry-after"] = formatdate(time() + 5, usegmt=True) if value == "date" else value
    return scene.vendor.status_error(status, headers)


def _html(_output: Output, value: str, _scene: Scene) -> Output:
    return document(HTML, "text/html; charset=utf-8", status=int(value or 200))


def _empty(_output: Output, value: str, _scene: Scene) -> Output:
    return document(b"", "application/json", status=int(value or 200))


def _invalid_json(_output: Output, value: str, _scene: Scene) -> Output:
    return document(b'{"choices": [{"mess', "application/json", status=int(value or 200))


def _echo_headers(_output: Output, value: str, scene: Scene) -> Output:
    said = "; ".join(f"{name}: {value}" for name, value in scene.request.headers.items())
    told = f"Bad request to {scene.request.target} with headers {said}"
    return scene.vendor.error(int(value or 400), told)


def _ok_error(_output: Output, value: str, scene: Scene) -> Output:
    return replace(scene.vendor.status_error(int(value or 502)), status=200)


def _delay(output: Output, value: str, _scene: Scene) -> Output:
    return replace(output, delay=float(value or 1))


def _hang(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, delay=INFINITY)


def _hang_up(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, status=0)


def _redirect(output: Output, value: str, scene: Scene) -> Output:
    if scene.request.elsewhere:
        return output
    target = re.sub(r"^(/(~|%7E)fault=[^/]*)+", "", scene.request.target)
    place = scene.state.elsewhere_url + target
    return document(b"", "text/plain", status=int(value or 307), headers={"location": place})


def _bomb(_output: Output, value: str, _scene: Scene) -> Output:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return Output(
        headers=headers,
        pieces=(Piece(part) for part in _packed_spaces(int(value or 1024))),
        framing="chunked",
    )


def _packed_spaces(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * (1 << 20)
    yield packer.compress(b'{"a":"') + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush equal input gives equal output: packing one block is enough.
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from repeat(packed, megabytes)
    yield packer.flush()


def _trickle(output: Output, value: str, _scene: Scene) -> Output:
    body = b"".join(piece.data for piece in output.pieces)
    pause = float(value or 0.1)
    pieces = tuple(Piece(body[at : at + 1], "delta", pause) for at in range(len(body)))
    return replace(output, pieces=pieces, length=None if output.is_stream else len(body))


def _cut(output: Output, value: str, _scene: Scene) -> Output:
    return replace(_first(output, int(value or 3)), ending="cut")


def _stall(output: Output, value: str, _scene: Scene) -> Output:
    return replace(_first(output, int(value or 3)), ending="hang")


def _first(output: Output, count: int) -> Output:
    """Keep the first writes of a stream, or the first half of a document."""
    if output.is_stream:
        return replace(output, pieces=_take(output.pieces, count))
    body = b"".join(piece.data for piece in output.pieces)
    return replace(output, pieces=(Piece(body[: len(body) // 2]),), length=len(body))


def _take(pieces: object, count: int) -> Iterator[Piece]:
    for at, piece in enumerate(pieces):  # type: ignore[arg-type, var-annotated]
        if at == count:
            return
        yield piece


def _without(*kinds: str) -> Bend:
    def drop(output: Output, _value: str, _scene: Scene) -> Output:
        kept = (piece for piece in output.pieces if piece.kind not in kinds)
        return replace(output, pieces=kept) if output.is_stream else output

    return drop


def _break_off(output: Output, value: str, scene: Scene) -> Output:
    event = scene.vendor.error_event("The model broke off in the middle of its answer.")
    return replace(output, pieces=chain(_take(output.pieces, int(value or 3)), [event]))


def _endless(output: Output, value: str, _scene: Scene) -> Output:
    def pieces() -> Iterator[Piece]:
        last = None
        for piece in output.pieces:
            last = piece if piece.kind == "delta" else last
            if piece.kind in {"close", "end", "done"} and last:
                break
            yield piece
        yield from repeat(last._replace(pause=float(value or 0)) if last else Piece(b": \n\n"))

    return replace(output, pieces=pieces())


def _huge_line(output: Output, value: str, _scene: Scene) -> Output:
    block = b"x" * (1 << 20)
    line = chain([Piece(b'data: {"x":"')], repeat(Piece(block), int(value or 64)))
    return replace(output, pieces=chain(_take(output.pieces, 2), line, [Piece(b'"}\n\n', "end")]))


def _break_utf8(output: Output, _value: str, _scene: Scene) -> Output:
    def pieces() -> Iterator[Piece]:
        for piece in output.pieces:
            # Inside the first string of the event: a lone lead byte, then one no UTF-8 has.
            if piece.kind == "delta" and (at := piece.data.rfind(b'"')) > 0:
                yield piece._replace(data=piece.data[:at] + b"\xe2\x82")
                yield piece._replace(data=b"\xff" + piece.data[at:])
            else:
                yield piece

    return replace(output, pieces=pieces())


def _unknown_events(output: Output, _value: str, scene: Scene) -> Output:
    strange = scene.vendor.unknown_event()
    mixed = ((piece, strange) if piece.kind == "delta" else (piece,) for piece in output.pieces)
    return replace(output, pieces=chain.from_iterable(mixed))


def _after_done(output: Output, _value: str, scene: Scene) -> Output:
    if not output.is_stream:
        return output
    pieces = list(output.pieces)
    late = [piece for piece in pieces if piece.kind == "delta"][-1:]
    return replace(output, pieces=[*pieces, *late, scene.vendor.unknown_event()])


def _wrong_length(output: Output, value: str, _scene: Scene) -> Output:
    body = b"".join(piece.data for piece in output.pieces)
    return replace(
        output,
        pieces=(Piece(body),),
        framing="length",
        length=max(0, len(body) + int(value or 5)),
        ending="cut",
    )


def _unframed(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, framing="close")


def _each(change: Callable[[bytes], bytes]) -> Bend:
    def rewrite(output: Output, _value: str, _scene: Scene) -> Output:
        if not output.is_stream:
            return output
        return replace(
            output, pieces=(piece._replace(data=change(piece.data)) for piece in output.pieces)
        )

    return rewrite


def _split_data_line(data: bytes) -> bytes:
    # A line break between two members is white space of the JSON, and two `data:` lines in SSE.
    return re.sub(rb'(?m)^(data: \{"[^"]*":[^{,]*,)', rb"\1\ndata: ", data)


def _in_bytes(output: Output, value: str, _scene: Scene) -> Output:
    def pieces() -> Iterator[Piece]:
        size = int(value or 7)
        rest = b""
        for piece in output.pieces:
            rest += piece.data
            while len(rest) >= size:
                yield Piece(rest[:size], piece.kind, piece.pause)
                rest = rest[size:]
        if rest:
            yield Piece(rest, "end")

    length = output.length
    if not output.is_stream and length is None:
        body = b"".join(piece.data for piece in output.pieces)
        output, length = replace(output, pieces=(Piece(body),)), len(body)
    return replace(output, pieces=pieces(), length=length)


def _in_one_write(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, pieces=(Piece(b"".join(piece.data for piece in output.pieces)),))


def _no_final_line(output: Output, _value: str, _scene: Scene) -> Output:
    if not output.is_stream:
        return output
    *pieces, last = list(output.pieces)
    return replace(output, pieces=[*pieces, last._replace(data=last.data.rstrip(b"\r\n"))])


def _padded(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, pieces=chain([Piece(b"\n\n    \n")], output.pieces))


def _bom(output: Output, _value: str, _scene: Scene) -> Output:
    return replace(output, pieces=chain([Piece(b"\xef\xbb\xbf", "open")], output.pieces))


FAULTS: dict[str, Bend] = {
    "html": _html,
    "empty": _empty,
    "invalid-json": _invalid_json,
    "echo-headers": _echo_headers,
    "ok-error": _ok_error,
    "delay": _delay,
    "hang": _hang,
    "hangup": _hang_up,
    "redirect": _redirect,
    "bomb": _bomb,
    "trickle": _trickle,
    "cut": _cut,
    "stall": _stall,
    "no-terminal": _without("end", "done"),
    "no-done": _without("done"),
    "error": _break_off,
    "endless": _endless,
    "huge": _huge_line,
    "utf8": _break_utf8,
    "unknown": _unknown_events,
    "after-done": _after_done,
    "length": _wrong_length,
    "close": _unframed,
    "crlf": _each(lambda data: data.replace(b"\n", b"\r\n")),
    "no-space": _each(lambda data: re.sub(rb"(?m)^(data|event): ", rb"\1:", data)),
    "comments": _each(lambda data: b": keep-alive\n\n" + data),
    "multiline": _each(_split_data_line),
    "bytes": _in_bytes,
    "one-write": _in_one_write,
    "no-final": _no_final_line,
    "padding": _padded,
    "bom": _bom,
}
