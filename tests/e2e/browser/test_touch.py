"""Fingers on a phone: a tap brings what can be done with a message, a swipe its alternatives."""

import re

from playwright.sync_api import Page, expect

from conversing import Conversation

TOOLS = "What to do with this message"


def swipe(page: Page, place, way: int) -> None:
    """Draw a finger over `place`, to the left with -1, to the right with 1."""
    box = place.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    line = page.context.new_cdp_session(page)

    def touch(kind: str, points: list[dict[str, float]]) -> None:
        line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [{"x": x, "y": y}])
    for step in range(1, 6):
        touch("touchMove", [{"x": x + way * step * 24, "y": y}])
    touch("touchEnd", [])


def ask(chat: Conversation, text: str) -> None:
    """Say something by the button, as Enter begins a line on a phone, and wait for the answer."""
    before = chat.answers.count()
    chat.box.fill(text)
    chat.page.get_by_role("button", name="Send", exact=True).tap()
    expect(chat.answers).to_have_count(before + 1)
    chat.finish()


def test_a_tap_shows_what_can_be_done_with_a_message(phone):
    chat = Conversation(phone).open()
    ask(chat, "mock:echo\nThe first")
    ask(chat, "mock:echo\nThe second")
    first = chat.answers.first
    tools = first.get_by_role("group", name=TOOLS)
    expect(tools).to_be_hidden()

    first.locator("p").first.tap()

    expect(tools.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    tools.get_by_role("button", name="More", exact=True).tap()
    expect(phone.get_by_role("menuitem", name="Delete", exact=True)).to_be_visible()


def test_a_swipe_shows_the_alternatives(phone):
    chat = Conversation(phone).open()
    ask(chat, "mock:echo\nOnce")
    words = chat.last.locator("p").first

    swipe(phone, words, -1)

    expect(chat.alternatives(chat.last)).to_contain_text(re.compile("2 of 2"))
    chat.finish()
    swipe(phone, words, 1)
    expect(chat.alternatives(chat.last)).to_contain_text(re.compile("1 of 2"))
    swipe(phone, words, -1)
    expect(chat.alternatives(chat.last)).to_contain_text(re.compile("2 of 2"))
