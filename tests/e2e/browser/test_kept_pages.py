"""Pages that the browser keeps as they are when one leaves them, for the way back."""

import pytest
from playwright.sync_api import expect

from browsing import browsing
from conversing import Conversation


@pytest.fixture(scope="module")
def windows():
    with browsing(without=("--disable-back-forward-cache",)) as windows:
        yield windows


COUNTING = """
  window.lines = new Set();
  const Plain = EventSource;
  window.EventSource = class extends Plain {
    constructor(...given) { super(...given); window.lines.add(this); }
    close() { window.lines.delete(this); super.close(); }
  };
  // A page that is kept is frozen last, after it was told that it is left.
  document.addEventListener("freeze", () => { window.linesKept = window.lines.size; });
  addEventListener("pageshow", ({ persisted }) => { window.wasKept = persisted; });
"""


def test_a_page_that_is_kept_holds_no_connection_and_goes_on_when_one_comes_back(page):
    page.add_init_script(COUNTING)
    chat = Conversation(page).open()
    chat.say("mock:long@200@0.02")
    expect(chat.last).to_contain_text("w5 ")
    assert page.evaluate("lines.size") == 2  # the answer, and what happens elsewhere

    page.goto("/settings")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.evaluate("history.back()")

    page.wait_for_function("window.wasKept")
    assert page.evaluate("linesKept") == 0
    chat.finish()
    expect(chat.last).to_contain_text("w199")
    page.wait_for_function("lines.size === 1")
