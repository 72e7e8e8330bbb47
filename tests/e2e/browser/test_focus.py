"""Where the keyboard is after what it was on is gone."""

import pytest
from playwright.sync_api import expect

from conversing import Conversation


@pytest.fixture
def chat(page):
    chat = Conversation(page)
    chat.open().ask("mock:echo\nOne")
    chat.ask("mock:echo\nTwo")
    return chat


def press(chat, message, word):
    """Do something with a message as one does without a mouse."""
    message.get_by_role("button", name="More", exact=True).focus()
    chat.page.keyboard.press("Enter")
    item = chat.page.get_by_role("menuitem", name=word, exact=True)
    item.focus()
    chat.page.keyboard.press("Enter")


@pytest.mark.parametrize("word", ["Delete", "Delete this and all below"])
def test_after_a_message_is_deleted_its_neighbour_has_the_keyboard(chat, word):
    press(chat, chat.last, word)

    expect(chat.answers).to_have_count(1)
    expect(chat.messages.nth(2)).to_be_focused()


def test_after_all_is_deleted_the_input_has_the_keyboard(chat):
    press(chat, chat.messages.first, "Delete this and all below")

    expect(chat.messages).to_have_count(0)
    expect(chat.box).to_be_focused()


def test_a_branch_is_begun_to_write_in(chat):
    branch = chat.answers.first.get_by_role("button", name="Branch from here")
    branch.focus()
    chat.page.keyboard.press("Enter")
    chat.page.get_by_role("textbox", name="Name").fill("Elsewhere")
    chat.page.keyboard.press("Enter")

    expect(chat.answers).to_have_count(1)
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(chat.box).to_be_focused()
