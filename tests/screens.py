"""The pictures of the page in docs/screens: `python -m screens` from tests/ makes them anew."""

import base64
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from browsing import DESKTOP, PHONE, Scheme, Windows, browsing
from conversing import Conversation
from mock_provider import home as homely
from mock_provider import homes
from page_models import with_extension
from running import Home, LiveMock, serving
from talking import Talker

FOLDER = Path(__file__).parents[1] / "docs" / "screens"
QUALITY = 82

ASKED = "How would you pour a stout, and can you show me how to time it?"
ANSWER = """A stout wants **two pours** and a little patience.

1. Hold the glass at 45° and fill it to three quarters.
2. Let it settle until it is *quite* black.
3. Top it up, straight, to a dome just above the rim.

| step | seconds | what to look for |
|---|--:|---|
| first pour | 10 | no splashing |
| settling | 119 | the surge is over |
| top-up | 6 | a dome, not a spill |

```python
from asyncio import sleep

async def pour(glass: Glass) -> None:
    await glass.fill(0.75)
    await sleep(119)  # it cannot be hurried
    await glass.fill(1.0)
```

> Good things come to those who wait.
"""
TITLES = ["The keeper of the lighthouse", "Names for a cat", "A week in Aachen", "Tides, explained"]


def main() -> None:
    """Make every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LiveMock() as mock, tempfile.TemporaryDirectory() as folder, browsing() as windows:
        home = Home(Path(folder), {"TAPSTER_BACKUPS": "off"})
        for name, source, place, model in (
            ("Claude", "claude", "/anthropic/v1", "claude-sonnet-4-6"),
            ("OpenRouter", "openrouter", "/openrouter/api/v1", "openai/gpt-6-sol"),
            ("Studio", "custom", "/compatible/v1", "local-model"),
            ("Ollama", "ollama", "/own/ollama", "llama3.2:1b"),
        ):
            home.add(name, source, "--endpoint", mock.url + place, "--model", model)
        home.add("Window AI", "windowai", key=None)
        mock.provider.room("ollama").trouble = "hangs"
        token = home.run("tokens", "create", "s", "--scope", "api", "--scope", "admin").strip()
        with (
            serving(home) as server,
            Talker(server.url, token) as talker,
            homely.serving(homes.LLAMACPP, ports=(8080,)),
            homely.serving(homes.KOBOLDCPP, ports=(5001,)),
            homely.serving(homes.TABBYAPI.locked(), ports=(5000,)),
        ):
            chat = furnish(talker)
            for view in ("dark", "light", "phone"):
                picture(windows, server.url, view, chat, talker)
    print(*sorted(f"{each.name} {each.stat().st_size // 1024} kB" for each in FOLDER.iterdir()))


def furnish(talker: Talker) -> str:
    """Put chats there that are worth looking at; return the one that is shown."""
    for title in TITLES:
        other = talker.chat(title=title, connection="Studio", model="local-model")
        talker.finish(talker.say(other, "mock:echo\nThe tide turns at four."))
    for connection in talker.get("/api/connections"):
        if not connection["ready_made"] and connection["source"] != "windowai":
            talker.post(f"/api/connections/{connection['id']}/check")
    chat = talker.chat(title="Pouring a stout", connection="Claude", model="claude-sonnet-4-6")
    first = talker.post(f"/api/chats/{chat}/messages", {"text": ASKED, "answer": False})["message"]
    talker.post(
        f"/api/chats/{chat}/messages",
        {"text": "Slowly.", "role": "assistant", "parent": first["id"], "answer": False},
    )
    talker.post(
        f"/api/chats/{chat}/messages",
        {"text": ANSWER, "role": "assistant", "parent": first["id"], "answer": False},
    )
    return chat


def picture(windows: Windows, url: str, view: str, chat: str, talker: Talker) -> None:
    """Take each page in one view."""
    viewport = PHONE if view == "phone" else DESKTOP
    scheme: Scheme = "light" if view.endswith("light") else "dark"
    own = {each["name"]: each["id"] for each in talker.get("/api/connections")}
    with windows.open(url, viewport=viewport, scheme=scheme, forgiving=("",)) as page:
        with_extension(page)
        Conversation(page).open(chat)
        expect(page.get_by_role("table").first).to_be_visible()
        if view != "phone":
            page.keyboard.press("Control+.")
        keep(page, f"chat-{view}")
        if view != "phone":
            page.keyboard.press("Control+.")
        for name, place in (
            ("connections", f"/connections/{own['Claude']}"),
            ("browser-model", f"/connections/{own['Window AI']}"),
            ("chats", "/chats"),
            ("tree", f"/chats/{chat}/tree"),
            ("search", "/search?q=tide"),
            ("settings", "/settings/appearance"),
        ):
            page.goto(place)
            expect(page.locator("#main :is(h1, h2)").first).to_be_attached()
            keep(page, f"{name}-{view}")
        models_of(page, f"/connections/{own['Ollama']}")
        keep(page, f"models-{view}")
        page.goto("/connections")
        page.get_by_role("button", name="Find my servers").click()
        expect(page.get_by_role("button", name="Look again")).to_be_visible()
        keep(page, f"servers-{view}")


def models_of(page: Page, place: str) -> None:
    """Show the models on a server, one of which is on its way."""
    page.goto(place)
    page.get_by_role("button", name="Ask the server for its models").click()
    if not page.get_by_role("progressbar", name="Downloading gemma3:4b").is_visible():
        page.get_by_label("Download a model").fill("gemma3:4b")
        page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_role("progressbar", name="Downloading gemma3:4b").scroll_into_view_if_needed()


def keep(page: Page, name: str) -> None:
    """Keep what the window shows, once it has come to rest."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    # WebP is what the browser itself knows, and Playwright does not ask for.
    line = page.context.new_cdp_session(page)
    taken = line.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    sys.exit(main())
