"""A browser as people have one: Debian's Chromium, driven by Playwright and watched for trouble."""

import os
import re
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    WebError,
    expect,
    sync_playwright,
)

from tapster.server.page import PAGE

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Slow machines make a page late, not wrong.
PATIENCE = 15_000

_AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# What a refused request also says on the console; the answers themselves are watched.
_SAID_OF_ANSWERS = "Failed to load resource"

Scheme = Literal["dark", "light"]


class Canary:
    """Plays every host under `.example`: whoever comes here should not have left."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Visit(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                # Of a secure greeting only the name of the host is text, if that.
                said = self.request.recv(2000)
                words = re.findall(rb"[!-~][ -~]{6,}", said)
                heard.append(b" ".join(words[:3]).decode()[:200] or "a secure greeting")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Visit)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


@dataclass
class Watch:
    """What went wrong in a window: a test ends with none of it, but for what it `forgives`."""

    own: str
    canary: Canary
    troubles: list[str] = field(default_factory=list)
    answers: list[tuple[str, str, int]] = field(default_factory=list)
    forgiven: list[re.Pattern[str]] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch whatever happens in `context`."""
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("dialog", self._on_dialog)

    def forgive(self, *patterns: str) -> None:
        """Take what matches for what this test wants to see."""
        self.forgiven += [re.compile(pattern) for pattern in patterns]

    def left(self) -> list[str]:
        """Return every trouble that nobody forgave."""
        troubles = [*self.troubles, *(f"left for another host: {said}" for said in self._escaped())]
        return [
            trouble
            for trouble in troubles
            if not any(pattern.search(trouble) for pattern in self.forgiven)
        ]

    def _escaped(self) -> list[str]:
        heard, self.canary.heard[:] = list(self.canary.heard), []
        return heard

    def _is_own(self, url: str) -> bool:
        place = urlsplit(url)
        return place.scheme in {"data", "blob", "about"} or f"{place.scheme}://{place.netloc}" == (
            self.own
        )

    def _on_request(self, request: Request) -> None:
        if not self._is_own(request.url):
            self.troubles.append(f"asked another host: {request.url[:300]}")

    def _on_failure(self, request: Request) -> None:
        # A window that closes or goes elsewhere breaks off what it was asking for.
        if self._is_own(request.url) and request.failure not in {None, "net::ERR_ABORTED"}:
            self.troubles.append(f"no answer: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if not self._is_own(response.url):
            return
        path = urlsplit(response.url).path
        method = response.request.method
        self.answers.append((method, path, response.status))
        if response.status >= 400:
            self.troubles.append(f"refused: {method} {path} {response.status}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_SAID_OF_ANSWERS):
            self.troubles.append(f"on the console: {message.text[:500]}")

    def _on_error(self, error: WebError) -> None:
        self.troubles.append(f"not caught: {error.error}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"a dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()


@dataclass
class Windows:
    """A running browser; each window has cookies and a store of its own."""

    browser: Browser
    canary: Canary

    @contextmanager
    def open(
        self,
        url: str,
        *,
        viewport: dict[str, int] = DESKTOP,
        scheme: Scheme = "dark",
        forgiving: tuple[str, ...] = (),
        **options: Any,
    ) -> Iterator[Page]:
        """Lend a window at the server at `url`; afterwards there must have been no trouble."""
        settings: dict[str, Any] = {
            "base_url": url,
            "viewport": viewport,
            "color_scheme": scheme,
            "reduced_motion": "reduce",
            "locale": "en-GB",
            "accept_downloads": True,
        }
        if viewport == PHONE:
            settings |= {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
        context = self.browser.new_context(**(settings | options))
        context.set_default_timeout(PATIENCE)
        watch = Watch(url, self.canary)
        watch.forgive(*forgiving)
        watch.follow(context)
        page = context.new_page()
        _WATCHES[page.context] = watch
        try:
            yield page
            # What it still has to say is heard before it is judged.
            if not page.is_closed():
                page.evaluate("0")
        finally:
            context.close()
            del _WATCHES[context]
        troubles = watch.left()
        assert troubles == [], "\n".join(troubles)


_WATCHES: dict[BrowserContext, Watch] = {}


def watch_of(page: Page) -> Watch:
    """Return what was seen to go wrong in a window."""
    return _WATCHES[page.context]


@contextmanager
def browsing(*flags: str, without: tuple[str, ...] = ()) -> Iterator[Windows]:
    """Run Chromium; names under `.example` lead it to a canary, and all others nowhere.

    `without` are flags that Playwright gives it by itself.
    """
    demand_browser()
    expect.set_options(timeout=PATIENCE)
    program = shutil.which("chromium")
    with Canary() as canary, sync_playwright() as playwright:
        rules = (
            f"MAP *.example 127.0.0.1:{canary.port}, MAP * ~NOTFOUND, "
            "EXCLUDE 127.0.0.1, EXCLUDE localhost"
        )
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", f"--host-resolver-rules={rules}", *flags],
            ignore_default_args=list(without),
        )
        try:
            yield Windows(browser, canary)
        finally:
            browser.close()


def demand_browser() -> None:
    """Skip the test where there is no Chromium or no page; where all must be tested it fails."""
    missing = [
        why
        for why, is_there in (
            ("no Chromium on this computer: apt install chromium", shutil.which("chromium")),
            ("the page is not built: make web", (PAGE / "index.html").is_file()),
            ("the page's packages are not installed: make web", _AXE.is_file()),
        )
        if not is_there
    ]
    if not missing:
        return
    if os.environ.get("CI") == "true":
        raise AssertionError(missing[0])
    pytest.skip(missing[0])


def assert_accessible(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """Assert that axe finds nothing wrong with what the window shows."""
    page.evaluate(_axe())
    found = page.evaluate(
        """async (without) => {
          const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
          const { violations } = await axe.run(document, { rules, resultTypes: ["violations"] });
          return violations.flatMap(({ id, nodes }) =>
            nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
        }""",
        list(without),
    )
    assert found == [], "\n".join(found)


def assert_fits(page: Page) -> None:
    """Assert that nothing has to be scrolled to the side, and no button's words are cut off."""
    wide = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          return [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > room + 1)
            .slice(0, 5)
            .map((one) => one.outerHTML.slice(0, 160));
        }"""
    )
    assert wide == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".mantine-Button-label")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1)
          .map((one) => one.textContent)"""
    )
    assert cut == []


@cache
def _axe() -> str:
    return _AXE.read_text()
