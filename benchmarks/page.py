"""The page in Chromium: a chat of 10,000 messages opened and scrolled, and an answer written.

Frames are counted by the page itself, between two calls of `requestAnimationFrame`.
"""

import asyncio
import json
import os
import shutil
import statistics
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.peers import Home, start_tapster
from benchmarks.processes import (
    CORES,
    LOAD_CORE,
    ROOT,
    Processes,
    free_port,
    pin,
    python,
    wait_for,
)
from benchmarks.rounds import Row
from tapster.core.chats import Chat, ChatMessage
from tapster.core.messages import Text
from tapster.server.page import PAGE
from tapster.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ME = "me"
LONG = 10_000
CHAT = "c0de" * 8
TOKENS_A_SECOND = 60

_OPENINGS = 5
_SCROLL_FOR = 5.0
_WRITE_FOR = 6.0
_PATIENCE = 60_000
_DESKTOP = {"width": 1440, "height": 900}

_SAID = "Seen from the bridge the river is slow and brown, and nobody on it is in a hurry. "
_REPLY = """### What the ferryman says

He has **three rules**, and *he keeps them*:

1. Nobody crosses after dark.
2. The fare is `2` coins, and a story.
3. A story that was told before costs `3`.

| who | fare | story |
|---|---:|---|
| a child | 1 | none |
| a merchant | 3 | always the same |

```python
def fare(person, told):
    return 3 if person.story in told else 2
```

> "You look like somebody who has crossed before," he said, and pushed off.

"""

# Tells when a message is there, and until when the page was too busy to answer a click.
_WATCH = """
window.measured = { shown: 0, busy: 0 };
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) {
    window.measured.busy = Math.max(window.measured.busy, task.startTime + task.duration);
  }
}).observe({ type: "longtask", buffered: true });
const look = () => {
  const last = [...document.querySelectorAll("#main article")].pop();
  if (last && last.textContent.includes("LASTWORD")) {
    window.measured.shown = performance.now();
  } else {
    requestAnimationFrame(look);
  }
};
requestAnimationFrame(look);
"""

# Half a second without a long task: what comes later is no part of opening it.
_SETTLED = """
async () => {
  const { measured } = window;
  while (!measured.shown || performance.now() - Math.max(measured.shown, measured.busy) < 500) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return [measured.shown, measured.busy];
}
"""

_FRAMES = """
async ([seconds, speed]) => {
  const scrolls = (one) => one.scrollHeight - one.clientHeight > 200
    && /auto|scroll/.test(getComputedStyle(one).overflowY);
  const found = [...document.querySelectorAll("#main, #main *, html")].filter(scrolls)
    .sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
  const began = performance.now();
  const frames = [];
  let before = await new Promise(requestAnimationFrame);
  while (performance.now() - began < seconds * 1000) {
    if (speed && found) found.scrollTop -= speed;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return frames;
}
"""


def page_in_chromium(started: Processes, upstream: int) -> list[Row]:
    """(k) Time to interactive, frames while scrolling, frames while an answer is written."""
    home = Home(started.folder / "page-home", upstream)
    mock = _start_mock(started)
    endpoint = f"http://127.0.0.1:{mock}/compatible/v1"
    said = ("--source", "custom", "--endpoint", endpoint, "--model", "local-model")
    home.run("connections", "add", "mock", *said)
    asyncio.run(_fill(f"sqlite:///{home.variables['TAPSTER_DATA_DIR']}/tapster.db"))
    token = home.run("tokens", "create", "page", "--scope", "api").strip()
    served = start_tapster(started, home, core=None, name="tapster-page")
    url = f"http://127.0.0.1:{served.port}"
    with _browser() as browser:
        rows = _openings(browser, url)
        with _window(browser, url) as page:
            _open(page)
            rows += _frames("scrolling it", page.evaluate(_FRAMES, [_SCROLL_FOR, 40]))
        with _window(browser, url) as page:
            _open(page)
            _write(url, token)
            page.get_by_text("What the ferryman says").last.wait_for()
            frames = page.evaluate(_FRAMES, [_WRITE_FOR, 0])
            rows += _frames(f"{TOKENS_A_SECOND} tokens/s written into it", frames)
    return rows


def what_is_missing() -> str:
    """Return why the page cannot be measured here; empty when it can."""
    if not shutil.which("chromium"):
        return "Chromium is not installed"
    if not (PAGE / "index.html").is_file():
        return "the page is not built (make web)"
    return ""


def _openings(browser: "Browser", url: str) -> list[Row]:
    first: list[float] = []
    again: list[float] = []
    for _ in range(_OPENINGS):
        with _window(browser, url) as page:
            first.append(_open(page))
            again.append(_open(page))
    name = f"page, chat of {LONG:,} messages"
    return [
        _row(f"{name}: opened for the first time, time to interactive", "ms", first),
        _row(f"{name}: opened again, time to interactive", "ms", again),
    ]


def _open(page: "Page") -> float:
    """Open the long chat; return after how many milliseconds it can be used."""
    page.goto(f"/chats/{CHAT}")
    shown, busy = page.evaluate(_SETTLED)
    return max(shown, busy)


def _frames(what: str, frames: list[float]) -> list[Row]:
    ordered = sorted(frames)
    name = f"page, chat of {LONG:,} messages: {what}"
    worst = ordered[int(len(ordered) * 0.95)]
    return [
        _row(f"{name}, median frame", "ms", [statistics.median(ordered)]),
        _row(f"{name}, p95 frame", "ms", [worst]),
        _row(f"{name}, frames", "/s", [1000 * len(frames) / sum(frames)]),
    ]


def _row(work: str, unit: str, found: list[float]) -> Row:
    middle = statistics.median(found)
    apart = (max(found) - min(found)) / middle if len(found) > 1 else 0.0
    return Row(work=work, unit=unit, budget="", ours=middle, spread=apart)


def _write(url: str, token: str) -> None:
    """Have an answer written into the chat, sixty words a second, for longer than is measured."""
    text = f"mock:paced@{1 / TOKENS_A_SECOND:.4f}\n" + _REPLY * 8
    asked = urllib.request.Request(
        f"{url}/api/chats/{CHAT}/messages",
        json.dumps({"text": text}).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    urllib.request.urlopen(asked, timeout=30).close()


@contextmanager
def _browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only this needs it

    # A browser has all cores, as on a desk.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(CORES))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            try:
                yield browser
            finally:
                browser.close()
    finally:
        pin(LOAD_CORE)


@contextmanager
def _window(browser: "Browser", url: str) -> "Iterator[Page]":
    settings: dict[str, Any] = {"viewport": _DESKTOP, "color_scheme": "dark"}
    context = browser.new_context(base_url=url, **settings)
    context.set_default_timeout(_PATIENCE)
    context.add_init_script(_WATCH)
    try:
        yield context.new_page()
    finally:
        context.close()


def _start_mock(started: Processes) -> int:
    port = free_port()
    path = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "src")))
    process = started.start(
        "mock",
        python("mock_provider", "--port", str(port)),
        core=None,
        environment={"PYTHONPATH": path},
    )
    wait_for(process, port, seconds=20)
    return port


async def _fill(url: str) -> None:
    """Keep a chat of 10,000 messages, half of them as models write."""
    store = await Store.open(url)
    made = [
        ChatMessage(
            id=f"{place:032x}",
            chat_id=CHAT,
            parent_id=f"{place - 1:032x}" if place else None,
            role="assistant" if place % 2 else "user",
            parts=(Text(_said(place)),),
            created_at=time.time() - LONG + place,
        )
        for place in range(LONG)
    ]
    try:
        async with store.begin() as rows:
            chat = Chat(id=CHAT, owner=ME, title="A long crossing", head=made[-1].id)
            await rows.chats.add(chat)
            await rows.messages.add_all(made)
    finally:
        await store.close()


def _said(place: int) -> str:
    if place == LONG - 1:
        return "LASTWORD. " + _SAID
    if place % 2 == 0:
        return _SAID * (1 + place % 3)
    return _REPLY if place % 8 == 1 else (_SAID * (2 + place % 5)).strip() + "\n\n" + _SAID
