"""The command palette: whatever can be done, by a few letters of it and without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from browsing import assert_accessible
from conversing import Conversation
from talking import Talker

FIELD = "What shall be done, or where to?"


def open_palette(page: Page, sought: str) -> None:
    """Open the palette and type what is sought."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=FIELD)).to_be_focused()
    page.keyboard.type(sought)


def command(page: Page, sought: str, *then: str) -> None:
    """Do what goes by `sought`; what it asks for is answered by `then`."""
    open_palette(page, sought)
    page.keyboard.press("Enter")
    for answer in then:
        expect(page.get_by_role("dialog").locator("input")).to_be_focused()
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_hidden()


def assert_absent(page: Page, label: str) -> None:
    """Assert that a command is not offered now."""
    open_palette(page, label)
    expect(page.get_by_role("option", name=label)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_hidden()


def say(page: Page, *lines: str) -> None:
    """Type some lines where the focus is, and send them; the chat has its address then."""
    for number, line in enumerate(lines):
        if number:
            page.keyboard.press("Shift+Enter")
        page.keyboard.type(line)
    page.keyboard.press("Enter")
    page.wait_for_url("**/chats/*")
    expect(Conversation(page).box).to_be_focused()
    expect(Conversation(page).last).to_be_attached()


@pytest.fixture
def chat(page):
    chat = Conversation(page).open()
    expect(chat.box).to_be_focused()
    return chat


@pytest.fixture
def as_before(server, token):
    """Whatever is liked here, others find the page as it was."""
    yield
    with Talker(server.url, token) as talker:
        as_usual = {"theme": "auto", "language": "", "connection": None, "model": None}
        changed = talker.http.patch("/api/preferences", json=as_usual)
        assert changed.is_success, changed.text


def test_an_answer_is_written_anew_and_beside_and_goes_on(chat, page):
    for label in ("Regenerate", "Continue", "Stop what is being written", "Rename the chat"):
        assert_absent(page, label)
    say(page, "mock:echo", "Once")
    expect(chat.last).to_contain_text("Once")
    chat.finish()

    command(page, "retry")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()
    command(page, "swipe")
    expect(chat.alternatives(chat.last)).to_contain_text("3 of 3")
    chat.finish()
    command(page, "undo")
    expect(chat.alternatives(chat.last)).not_to_contain_text("3 of 3")
    command(page, "redo")
    expect(chat.alternatives(chat.last)).to_contain_text("3 of 3")
    command(page, "go on")

    chat.finish()
    expect(chat.box).to_be_focused()
    expect(chat.answers).to_have_count(1)


def test_what_is_being_written_is_stopped(chat, page):
    say(page, "mock:long@20000@0.02")
    expect(chat.last).to_contain_text("w5 ")
    assert_absent(page, "Regenerate")

    command(page, "abort")

    chat.finish()
    expect(chat.last).not_to_contain_text("w19999")


def test_a_chat_is_named_and_carried_out(chat, page):
    say(page, "Hello")
    chat.finish()
    command(page, "title", "The ferryman")
    expect(page.get_by_role("heading", level=1, name="The ferryman")).to_be_attached()

    with page.expect_download() as download:
        command(page, "export", "markd")

    assert download.value.suggested_filename.endswith(".md")


@pytest.mark.usefixtures("as_before")
def test_a_place_is_named_the_tree_is_shown_and_the_chat_is_copied(chat, page, talker):
    say(page, "mock:echo", "Once")
    chat.finish()
    original = chat.id

    command(page, "branch here", "Elsewhere")
    expect(chat.box).to_be_focused()
    command(page, "checkpoint", "The bridge")
    expect(page.get_by_text("Checkpoint set.")).to_be_visible()
    command(page, "tree of")
    expect(page.get_by_role("tree")).to_contain_text("The bridge")
    expect(page.get_by_role("tree")).to_contain_text("Elsewhere")
    page.go_back()
    expect(chat.box).to_be_focused()
    command(page, "duplicate the chat")
    page.wait_for_url(lambda address: "/chats/" in address and original not in address)

    expect(chat.last).to_contain_text("Once")
    assert len(talker.messages(chat.id)) == 2


def test_connections_are_led_to(chat, page):
    say(page, "mock:echo", "Once")
    chat.finish()

    command(page, "reverse proxy")
    expect(page.get_by_role("button", name="Reverse Proxy")).to_be_visible()
    command(page, "new connection")

    page.wait_for_url("**/connections/new")


def test_who_answers_is_chosen(chat, page):
    say(page, "Hello")
    chat.finish()
    others = page.get_by_role("option")

    command(page, "model of", "local")
    expect(page.get_by_role("button", name="Model: local-model")).to_be_visible()
    open_palette(page, "connection of")
    page.keyboard.press("Enter")
    expect(others.filter(has_text="own")).to_have_count(1)
    page.keyboard.press("Backspace")
    expect(page.get_by_role("combobox", name=FIELD)).to_be_focused()
    page.keyboard.press("Escape")
    command(page, "new chats", "own")

    open_palette(page, "new chats")
    page.keyboard.press("Enter")
    expect(others.filter(has_text="own").get_by_label("chosen")).to_be_visible()


def test_the_response_configuration_and_what_is_sent_come_up(chat, page):
    assert_absent(page, "What is sent")
    say(page, "mock:echo", "To be found in it")
    chat.finish()

    command(page, "preview")

    panel = page.get_by_role("complementary", name="AI Response Configuration")
    expect(panel).to_contain_text("tokens for local-model")
    command(page, "sampler")
    expect(panel).to_be_hidden()


@pytest.mark.usefixtures("as_before")
def test_the_page_looks_and_speaks_as_one_likes(chat, page):
    html = page.locator("html")
    command(page, "dark")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")
    command(page, "dark")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")

    command(page, "shortcuts")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(chat.box).to_be_focused()
    command(page, "language", "deut")

    expect(html).to_have_attribute("lang", "de")


def test_what_has_keys_shows_them_and_who_hears_the_page_is_led(chat, page):
    open_palette(page, "search")
    option = page.get_by_role("option", name="Search all chats")

    expect(option.locator("kbd")).to_have_text(["Ctrl", "shift", "F"], ignore_case=True)
    expect(option).to_have_attribute("aria-selected", "true")
    field = page.get_by_role("combobox", name=FIELD)
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search**")
