"""A dead server, a lost session, a stale tab, long replies, broken images: nothing freezes."""

import re
import shutil
import time

import pytest
from playwright.sync_api import expect

from conversing import Conversation, long_answer
from running import Home, free_port, serving
from tapster.server.page import PAGE

REFUSALS = "REFUSED|RESET|CLOSED|ABORTED"
GONE = (
    rf"no answer: .*ERR_(CONNECTION_({REFUSALS})|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|NETWORK)",
    r"on the console: .*ERR_(CONNECTION|INCOMPLETE)",
)


def start(home, port: int):
    return serving(home, "--port", str(port))


@pytest.fixture
def port():
    return free_port()


def test_a_server_that_dies_and_comes_back_costs_nothing(windows, home, port, live_mock):
    with start(home, port) as server, windows.open(server.url, forgiving=GONE) as page:
        chat = Conversation(page).open()
        chat.ask("mock:echo\nBefore")
        server.stop()
        chat.box.fill("mock:echo\nSaid into the dark")

        chat.box.press("Enter")

        expect(page.get_by_text(re.compile("does not answer")).first).to_be_visible()
        expect(chat.box).to_have_value("mock:echo\nSaid into the dark")
        with start(home, port):
            expect(page.get_by_text("It is asked again by itself")).to_be_hidden(timeout=30_000)
            chat.box.press("Enter")
            expect(chat.last).to_contain_text("Said into the dark")
            chat.finish()
            expect(chat.answers).to_have_count(2)


def test_an_answer_that_dies_with_the_server_keeps_its_words_and_goes_on(
    windows, home, port, live_mock
):
    with start(home, port) as server, windows.open(server.url, forgiving=GONE) as page:
        chat = Conversation(page).open()
        chat.say("mock:long@2000@0.03")
        expect(chat.last).to_contain_text("w20 ")
        server.process.kill()
        server.process.wait(10)

        with start(home, port):
            button = page.get_by_role("button", name="Continue", exact=True).first
            expect(button).to_be_visible(timeout=40_000)
            expect(chat.last).to_contain_text("w1 w2 w3")
            expect(chat.answers).to_have_count(1)


def test_a_lost_session_is_taken_up_again_and_what_was_said_arrives(windows, server):
    with windows.open(server.url, forgiving=(r"refused: \w+ \S+ 401",)) as page:
        chat = Conversation(page).open()
        # The page goes in again by itself: held back, or what is said might come after that.
        page.route("**/api/session", lambda _: None)
        page.context.clear_cookies()
        chat.say("mock:echo\nNot lost")
        alert = page.get_by_role("alert").filter(has=page.get_by_role("button", name="Retry"))
        expect(alert).to_be_visible()
        expect(chat.box).to_have_value("mock:echo\nNot lost")

        with page.expect_response(lambda answer: answer.url.endswith("/session") and answer.ok):
            page.unroute("**/api/session")
        alert.get_by_role("button", name="Retry").click()

        expect(chat.last).to_contain_text("Not lost")
        chat.finish()
        expect(chat.box).to_have_value("")
        expect(chat.messages.filter(has_text="mock:echo")).to_have_count(1)


@pytest.fixture
def newer(home, tmp_path):
    """The same folders, and a Tapster whose page was built anew."""
    package = tmp_path / "newer" / "tapster"
    shutil.copytree(PAGE.parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    page = package / "page"
    document = (page / "index.html").read_text()
    stamp = (page / "build.txt").read_text().strip()
    entry = re.search(r'src="/assets/(index-[^"]+)\.js"', document)[1]
    (page / "build.txt").write_text("another-build")
    for file in (page / "assets").glob(f"{entry}.js*"):
        file.rename(file.with_name(file.name.replace(entry, "index-another")))
    document = document.replace(stamp, "another-build").replace(entry, "index-another")
    (page / "index.html").write_text(document)
    return Home(home.folder, home.environment | {"PYTHONPATH": str(package.parent)})


def test_a_tab_that_is_older_than_the_server_says_so(windows, home, newer, port, live_mock):
    with start(home, port) as server, windows.open(server.url, forgiving=GONE) as page:
        chat = Conversation(page).open()
        chat.box.fill("Typed in the old one")
        server.stop()

        with start(newer, port):
            old = page.get_by_text("This page is still the old one.")
            expect(old).to_be_visible(timeout=30_000)
            page.get_by_role("button", name="Load the new one").click()

            expect(old).to_be_hidden()
            expect(chat.box).to_have_value("Typed in the old one")


KEPT = "caches.keys().then((names) => names.filter((name) => name.startsWith('tapster-')))"
WORKER = """navigator.serviceWorker.ready.then(({ active }) =>
  new URL(active.scriptURL).searchParams.get("build"))"""


def wait_until(holds, *, within=30.0):
    """Wait until `holds()`. Playwright waits for expressions too, but takes a promise for true."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


def test_what_a_build_keeps_at_hand_goes_when_no_page_of_it_is_open(
    windows, home, newer, port, live_mock
):
    with start(home, port) as server, windows.open(server.url, forgiving=GONE) as page:
        Conversation(page).open()
        before = page.evaluate(WORKER)
        assert before
        server.stop()

        with start(newer, port):
            button = page.get_by_role("button", name="Load the new one")
            expect(button).to_be_visible(timeout=30_000)
            button.click()
            # What was kept for the old page stays while one of it may be open.
            wait_until(lambda: len(page.evaluate(KEPT)) == 2)
            assert page.evaluate(WORKER) == before

            # A browser takes its time to see that nobody needs the old one any more.
            def came_anew():
                page.goto("about:blank")
                page.wait_for_timeout(500)
                page.goto(server.url)
                return page.evaluate(WORKER) == "index-another.js"

            wait_until(came_anew)
            wait_until(lambda: page.evaluate(KEPT) == ["tapster-index-another.js"])
            expect(page.get_by_text("This page is still the old one.")).to_be_hidden()


def test_a_reply_of_twenty_thousand_tokens_freezes_nothing(page):
    chat = Conversation(page).open()
    chat.say("mock:long@20000@0")
    expect(chat.last).to_contain_text("w50 ")

    # While it comes the page still does what is asked of it.
    chat.box.fill("still here")
    expect(chat.box).to_have_value("still here")
    chat.finish()

    expect(chat.last).to_contain_text("w19999", timeout=60_000)
    assert chat.words(chat.last) == long_answer(20_000)


def test_an_image_that_is_broken_says_so(page, talker):
    broken = talker.http.post(
        "/api/attachments?name=broken.png", content=b"no", headers={"content-type": "image/png"}
    ).json()
    chat_id = talker.chat(title="Broken")
    parts = [
        {"type": "image", "url": f"attachment:{broken['id']}"},
        {"type": "text", "text": "Look: ![x](data:image/png;base64,AAAA)"},
    ]
    talker.post(f"/api/chats/{chat_id}/messages", {"parts": parts, "answer": False})

    chat = Conversation(page).open(chat_id)

    expect(chat.messages.first).to_contain_text("This image cannot be shown")
    expect(chat.messages.first).to_contain_text("This image is broken.")


def test_a_chat_that_is_not_there_says_so(windows, server):
    with windows.open(server.url, forgiving=(r"refused: GET /api/chats/\w+",)) as page:
        page.goto("/chats/" + "0" * 32)

        told = page.locator("#main").get_by_role("alert")
        expect(told).to_contain_text("This chat is not here")
        expect(told.get_by_role("link", name="New chat")).to_be_visible()
        expect(told.get_by_role("link", name="All chats")).to_be_visible()


def test_a_slow_provider_is_waited_for_in_the_place_of_the_answer(page):
    chat = Conversation(page).open()

    chat.say("mock:echo fault=delay@3\nAt last")

    expect(page.locator("article[aria-busy=true]")).to_contain_text(
        re.compile(r"Connecting…|Waiting for the first words…")
    )
    expect(page.locator("article[aria-busy=true]")).to_contain_text(re.compile(r"\d+ s"))
    expect(chat.last).to_contain_text("At last")
