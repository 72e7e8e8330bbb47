"""`python -m benchmarks`: measures Tapster and prints a table; see docs/benchmarks.md."""

import argparse
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.chats import MANY, QUICK_MANY, long_chats_and_searches, long_prompts
from benchmarks.measures import (
    FULL,
    QUICK,
    added_time,
    overload,
    paced_streams,
    streamed_replies,
    translated_replies,
    whole_replies,
)
from benchmarks.page import page_in_chromium, what_is_missing
from benchmarks.peers import (
    LITELLM,
    Home,
    Peer,
    start_bare_asgi,
    start_litellm,
    start_nginx,
    start_tapster,
    start_upstream,
)
from benchmarks.processes import (
    CORES,
    LOAD_CORE,
    Processes,
    pin,
    processes,
    raise_file_limit,
)
from benchmarks.rounds import Noise, Row
from benchmarks.runs import parallel_runs
from benchmarks.starts import embedded_model, start_and_memory
from benchmarks.table import as_table

if TYPE_CHECKING:
    from collections.abc import Callable

MEASURES = (
    "chats",
    "prompts",
    "runs",
    "whole",
    "added",
    "streamed",
    "translated",
    "paced",
    "overload",
    "start",
    "local",
    "page",
)


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise_file_limit()
    pin(LOAD_CORE)
    noise = Noise()
    with (
        tempfile.TemporaryDirectory(prefix="tapster-bench-") as folder,
        processes(Path(folder)) as started,
    ):
        rows: list[Row] = []
        try:
            _run(started, arguments, noise, rows)
        except Exception:
            _show_logs(started.folder)
            print(as_table(rows))
            raise
    print(as_table(rows))
    print(f"\n{_machine()} {noise.said()}")
    if arguments.json:
        told = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "machine": _machine(),
            "noise": noise.said(),
            "rows": [{**msgspec.to_builtins(row), "ratio": row.ratio} for row in rows],
        }
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(told)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute, without LiteLLM")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--only", choices=MEASURES, action="append", help="repeatable")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="an empty one, for one of `--only chats`, `prompts` or `runs`",
    )
    return parser.parse_args()


def _run(started: Processes, arguments: argparse.Namespace, noise: Noise, rows: list[Row]) -> None:
    """Measure what is asked for and add it to `rows` as it is found."""
    plan = QUICK if arguments.quick else FULL
    wanted = arguments.only or MEASURES
    if "chats" in wanted:
        _say("chats")
        url = arguments.database or f"sqlite:///{started.folder}/chats.db"
        rows += long_chats_and_searches(url, messages=QUICK_MANY if arguments.quick else MANY)
    if "prompts" in wanted:
        _say("prompts")
        rows += long_prompts(arguments.database or f"sqlite:///{started.folder}/prompts.db")
    if "runs" in wanted:
        _say("runs")
        rows += parallel_runs(arguments.database or f"sqlite:///{started.folder}/runs.db")
    if set(wanted) <= {"chats", "prompts", "runs"}:
        noise.listen()
        return
    upstream = start_upstream(started)
    home = Home(started.folder / "home", upstream.port)
    if "start" in wanted:
        _say("start, memory")
        rows += start_and_memory(
            started,
            home,
            upstream.port,
            plan=plan,
            noise=noise,
            litellm=not arguments.quick and LITELLM.exists(),
        )
    if "local" in wanted:
        _say("embedded model")
        rows += embedded_model(started, home)
    if "page" in wanted:
        if missing := what_is_missing():
            _say(f"{missing}: the page is left out")
        else:
            _say("page")
            noise.listen()
            rows += page_in_chromium(started, upstream.port)
            noise.listen()
    if set(wanted) <= {"chats", "prompts", "runs", "start", "local", "page"}:
        noise.listen()
        return
    peers = [start_bare_asgi(started, upstream.port)]
    if nginx := start_nginx(started, upstream.port):
        peers.append(nginx)
    else:
        _say("nginx is not installed and left out")
    fast = list(peers)
    if arguments.quick:
        _say("LiteLLM is left out of a quick run")
    elif litellm := start_litellm(started, upstream.port):
        peers.append(litellm)
    else:
        _say("LiteLLM is not installed (make .venv-litellm/done) and left out")
    ours = start_tapster(started, home)
    measures: dict[str, tuple[Callable[..., list[Row]], list[Peer]]] = {
        "whole": (whole_replies, [upstream, *peers, ours]),
        "added": (added_time, [upstream, *peers, ours]),
        "streamed": (streamed_replies, [upstream, *peers, ours]),
        "translated": (translated_replies, [*peers, ours]),
        # LiteLLM does not bear a thousand streams.
        "paced": (paced_streams, [upstream, *fast, ours]),
        "overload": (overload, [*fast, ours]),
    }
    for name, (measured, asked) in measures.items():
        if name in wanted:
            _say(name)
            rows += measured(asked, plan, noise)


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def _show_logs(folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        if said := log.read_text(errors="replace").strip():
            print(f"--- {log.name}\n{said[-1500:]}", file=sys.stderr)


def _machine() -> str:
    found = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    shared = "gateway on one core, load on the other" if len(CORES) > 1 else "one core for all"
    return f"{found[0] if found else platform.machine()}, {len(CORES)} cores ({shared})."


if __name__ == "__main__":
    main()
