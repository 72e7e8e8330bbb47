"""Going away from a chat and coming back: streams rest, and the focus finds its way."""

import re

import pytest
from playwright.sync_api import expect

from conversing import Conversation


@pytest.fixture
def chat(page):
    return Conversation(page)


def test_a_chat_that_is_left_is_not_followed_and_is_whole_on_the_way_back(chat):
    chat.page.add_init_script(
        """
        window.lines = new Set();
        const Plain = EventSource;
        window.EventSource = class extends Plain {
          constructor(...given) { super(...given); window.lines.add(this); }
          close() { window.lines.delete(this); super.close(); }
        };
        """
    )
    chat.open().say("mock:long@150@0.02")
    expect(chat.last).to_contain_text("w5 ")
    runs = "[...window.lines].filter((line) => line.url.includes('/runs/')).length"
    assert chat.page.evaluate(runs) == 1
    own = chat.id

    chat.page.get_by_role("link", name="New chat").first.click()
    expect(chat.messages).to_have_count(0)
    chat.page.wait_for_function(f"{runs} === 0")
    chat.page.go_back()

    chat.finish()
    assert chat.id == own
    expect(chat.last).to_contain_text("w149")


def test_the_focus_comes_back_when_a_dialog_is_closed(chat):
    chat.open().ask("Hello")
    chat.act(chat.last, "Set a checkpoint")
    dialog = chat.page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_be_focused()

    chat.page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    expect(chat.last.get_by_role("button", name="More", exact=True)).to_be_focused()


def test_a_message_that_was_looked_for_is_named_by_the_address_once(chat):
    chat.open().ask("Hello")
    chat.ask("Once more")
    first = chat.page.evaluate(
        f"fetch('/api/chats/{chat.id}/messages')"
        ".then((answer) => answer.json()).then(({ messages }) => messages[0].id)"
    )
    chat.page.goto(f"{chat.page.url}?message={first}")

    expect(chat.page.locator("[data-focus]")).to_be_focused()
    expect(chat.page).not_to_have_url(re.compile("message="))
    expect(chat.page.locator("[data-focus]")).to_contain_text("Hello")
