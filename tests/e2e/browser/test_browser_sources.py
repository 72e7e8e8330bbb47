"""Models that live in the browser: found, asked by one page, stopped, lost, kept like others."""

import json
import re

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible, assert_fits
from conversing import Conversation
from page_models import with_built_in, with_extension
from running import Home, serving
from talking import Talker

PASSWORD = "correct horse battery"
PAGE_GONE = "was closed, reloaded, or lost its connection"


@pytest.fixture(scope="module")
def home(tmp_path_factory, live_mock):
    home = Home(tmp_path_factory.mktemp("home"), {"TAPSTER_BACKUPS": "off"})
    home.add("extension", "windowai", key=None)
    home.add("inside", "browser", key=None)
    return home


@pytest.fixture
def over(talker):
    """Makes a chat over a connection."""
    return lambda connection, **more: talker.chat(connection=connection, **more)


def asked(page):
    return page.evaluate("window.asked")


def opened(page, chat_id):
    return Conversation(page).open(chat_id)


def show(page, connection):
    """Open the form of a connection."""
    page.goto("/connections")
    rows = page.get_by_role("navigation", name="Connections")
    rows.get_by_role("link").filter(has_text=connection).click()


def test_the_extension_answers_and_its_words_are_kept_searched_and_exported(page, over, talker):
    with_extension(page)
    chat_id = over("extension", system="Be brief.", settings={"max_tokens": 50})
    chat = opened(page, chat_id)

    chat.ask("tell me of quokkas")

    assert chat.words(chat.last) == "You said: tell me of quokkas"
    assert asked(page) == [
        {
            "input": {
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "tell me of quokkas"},
                ]
            },
            "options": {"temperature": 1, "maxTokens": 50},
        }
    ]
    (_, answer) = talker.messages(chat_id)
    assert answer["text"].strip() == "You said: tell me of quokkas"
    assert "openai/gpt-4" in json.dumps(answer["reply"])
    found = talker.get(f"/api/search?q=quokkas&chat={chat_id}")
    assert "quokkas" in json.dumps(found)
    exported = talker.http.get(f"/api/chats/{chat_id}/export", params={"format": "text"}).text
    assert "You said: tell me of quokkas" in exported


def test_it_is_found_although_it_comes_late(page, over):
    with_extension(page, after=1000)
    chat = opened(page, over("extension"))

    chat.ask("late")

    assert chat.words(chat.last) == "You said: late"


def test_what_only_says_all_at_once_stands_there_once(page, over):
    with_extension(page)
    chat = opened(page, over("extension"))

    chat.ask("whole")

    assert chat.words(chat.last) == "All at once."


@pytest.mark.parametrize("foreign", [False, True], ids=["nothing", "something of that name"])
def test_where_it_is_not_there_the_answer_says_where_to_get_it(page, over, foreign):
    if foreign:
        with_extension(page, foreign=True)
    chat = opened(page, over("extension"))

    chat.say("anyone?")

    expect(page.get_by_text("No open page of yours has the Window AI extension")).to_be_visible()
    expect(page.get_by_role("button", name="Retry").first).to_be_visible()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("fail PERMISSION_DENIED", "may not use the Window AI extension"),
        ("error NOT_AUTHENTICATED", "not signed in"),
        ("fail MODEL_REJECTED_REQUEST: 400: That is too long", "That is too long"),
    ],
)
def test_what_goes_wrong_is_said_once_with_the_way_out(page, over, said, told):
    with_extension(page)
    chat = opened(page, over("extension"))

    chat.say(said)

    expect(page.get_by_role("alert").filter(has_text=told)).to_have_count(1)
    assert len(asked(page)) == 1


def test_an_alternative_is_written_and_the_answer_goes_on(page, over):
    with_extension(page)
    chat = opened(page, over("extension"))
    chat.ask("one")

    chat.page.keyboard.press("Control+Enter")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()
    chat.act(chat.last, "Continue")
    chat.finish()

    expect(chat.answers).to_have_count(1)
    expect(chat.last).to_contain_text(re.compile("You said: one.*You said", re.DOTALL))


@pytest.mark.parametrize("connection", ["extension", "inside"])
def test_it_is_stopped_and_keeps_what_it_said(page, over, connection):
    with_extension(page)
    with_built_in(page)
    chat = opened(page, over(connection))
    chat.say("slow")
    expect(chat.last).to_contain_text("w9 ")

    chat.page.keyboard.press("Escape")

    chat.finish()
    expect(chat.last).to_contain_text("Stopped.")
    if connection == "inside":
        page.wait_for_function("() => window.aborted")
    said = chat.words(chat.last)
    page.reload()
    # Until the renderer is there the words stand in no paragraph.
    expect(chat.last.locator("p").first).to_contain_text("w9 ")
    assert chat.words(chat.last) == said


def test_a_reload_in_mid_stream_ends_it_at_once_and_keeps_the_words(page, over):
    with_extension(page)
    chat = opened(page, over("extension"))
    chat.say("slow")
    expect(chat.last).to_contain_text("w20 ")

    page.reload()

    expect(page.get_by_text(PAGE_GONE)).to_be_visible(timeout=25_000)
    expect(page.get_by_text("The page that wrote this is gone.")).to_be_visible()
    expect(chat.last).to_contain_text("w20 ")
    chat.act(chat.last, "Continue")
    expect(page.get_by_text(PAGE_GONE)).to_be_hidden()
    expect(chat.last).to_contain_text(re.compile(r"w20 .*You said", re.DOTALL))
    chat.finish()


def test_of_two_windows_one_asks_it_and_both_see_it(page, over):
    with_extension(page)
    chat_id = over("extension")
    other = page.context.new_page()
    with_extension(other)
    here, there = opened(page, chat_id), opened(other, chat_id)

    here.ask("both of you")

    expect(there.last).to_contain_text("You said: both of you")
    assert len(asked(page)) == 1
    assert asked(other) == []


def test_where_the_page_that_asks_cannot_another_does(windows, server, page, over):
    with windows.open(server.url) as able:
        with_extension(able)
        chat_id = over("extension")
        there = opened(able, chat_id)
        here = opened(page, chat_id)

        here.ask("help me")

        expect(here.last).to_contain_text("You said: help me")
        expect(there.last).to_contain_text("You said: help me")
        assert len(asked(able)) == 1


def test_the_built_in_model_is_asked_with_its_instructions_first(page, over):
    with_built_in(page)
    chat = opened(page, over("inside", system="Be kind."))
    chat.ask("one")
    chat.ask("two")

    assert chat.words(chat.last) == "You said: two"
    (_, second) = asked(page)
    assert [each["role"] for each in second["initial"]] == ["system", "user", "assistant"]
    assert second["input"] == [{"role": "user", "content": "two"}]


def test_a_begun_answer_of_the_built_in_model_is_begun_in_its_own_words(page, over):
    with_built_in(page)
    chat = opened(page, over("inside"))
    chat.ask("one")

    chat.act(chat.last, "Continue")
    chat.finish()

    page.wait_for_function("() => asked.length === 2")
    (_, again) = asked(page)
    (user, begun) = again["input"]
    assert user["content"] == "one"
    assert begun == {"role": "assistant", "content": begun["content"], "prefix": True}


def test_that_the_chat_is_too_long_for_it_is_said_with_the_way_out(page, over):
    with_built_in(page)
    chat = opened(page, over("inside"))

    chat.say("fail QuotaExceededError")

    expect(page.get_by_text("longer than the browser's model can read")).to_be_visible()


def test_its_download_is_begun_by_a_click_and_shown(page, talker):
    (inside,) = [each for each in talker.get("/api/connections") if each["name"] == "inside"]
    place = f"/api/connections/{inside['id']}"
    talker.ask("PATCH", place, {"options": {"context": None}})
    with_built_in(page, state="downloadable")
    show(page, "inside")
    status = page.locator("#main").get_by_role("status")
    expect(status.filter(has_text="has to download its model first")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Download the model").click()

    expect(status.filter(has_text="downloading its model: 40 %")).to_be_visible()
    page.evaluate("finishDownload()")
    expect(status.filter(has_text="Ready in this page. It reads 9,216 tokens.")).to_be_visible()
    page.get_by_role("button", name="Set the context to 9,216 tokens").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    (inside,) = [each for each in talker.get("/api/connections") if each["name"] == "inside"]
    assert inside["settings"]["options"] == {"context": 9216}


def test_a_chat_says_that_it_has_to_be_downloaded(page, over):
    with_built_in(page, state="downloadable")
    chat = opened(page, over("inside"))

    chat.say("hello")

    expect(page.get_by_text("not downloaded yet")).to_be_visible()


def test_the_status_of_the_extension_is_that_of_this_page(page, phone):
    show(page, "extension")
    status = page.locator("#main").get_by_role("status")
    expect(status.filter(has_text="is not in this page")).to_be_visible()
    expect(page.locator("#main").get_by_role("link", name="windowai.io")).to_have_attribute(
        "href", "https://windowai.io"
    )
    assert_accessible(page)
    with_extension(page)
    page.reload()
    expect(status.filter(has_text="Ready in this page: openai/gpt-4.")).to_be_visible()

    page.evaluate("becomes('local')")
    expect(status.filter(has_text="Ready in this page: local.")).to_be_visible()
    assert page.evaluate("handlers.length") == 1
    page.evaluate("window.refuses = true")
    page.get_by_role("button", name="Look again").click()
    expect(status.filter(has_text="does not let this page use it")).to_be_visible()

    show(phone, "extension")
    expect(phone.locator("#main").get_by_role("status").first).to_be_visible()
    assert_fits(phone)


def test_a_test_message_goes_through_the_page(page):
    with_extension(page)
    show(page, "extension")
    expect(page.get_by_role("button", name="Model: The extension’s model")).to_be_visible()

    page.get_by_role("button", name="Test Message").click()

    expect(page.get_by_text("You said: Hi")).to_be_visible()
    expect(page.get_by_text("answered by openai/gpt-4")).to_be_visible()


def test_another_persons_page_sees_nothing_of_it(windows, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("two"), {"TAPSTER_BACKUPS": "off"})
    home.add("extension", "windowai", key=None)
    for name in ("Ada", "Bob"):
        home.run("users", "add", name, "--password-stdin", stdin=PASSWORD + "\n")
    with serving(home) as server, _of(windows, server) as ada, _of(windows, server) as bob:
        for page, name in ((ada, "Ada"), (bob, "Bob")):
            if page is bob:
                with_extension(page)
            sign_in(page, name)
        heard = []
        bob.on("request", lambda request: heard.append(request.url))

        chat = Conversation(ada)
        chat.say("is anybody there")

        expect(ada.get_by_text("No open page of yours has")).to_be_visible(timeout=30_000)
        assert bob.evaluate("window.asked") == []
        assert not [url for url in heard if "/errands/" in url]


def _of(windows, server):
    # Whoever is not signed in yet is told so.
    return windows.open(
        server.url, forgiving=(r"refused: \w+ /api/(session|live) 401", "/api/live")
    )


def sign_in(page, name):
    page.goto("/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(Conversation(page).box).to_be_editable()


def test_a_program_is_told_where_it_lives(server, home):
    token = home.run("tokens", "create", "program").strip()
    with Talker(server.url, token) as program:
        body = {"model": "extension", "messages": [{"role": "user", "content": "Hi"}]}

        answer = program.http.post("/v1/chat/completions", json=body)

    assert answer.status_code == 400
    assert "open Tapster in a browser" in answer.json()["error"]["message"]
