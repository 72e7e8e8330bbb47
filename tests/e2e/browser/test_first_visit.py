"""The first visit: an answer of the embedded model at one click, and all of it without a mouse."""

import os
import re

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible, watch_of
from conversing import Conversation
from running import Home, serving
from tapster.engine.weights import packaged_file


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A Tapster nobody has used yet."""
    return Home(tmp_path_factory.mktemp("home"), {"TAPSTER_BACKUPS": "off"})


@pytest.fixture(scope="module")
def server(windows, home):
    if packaged_file(None) is None:
        assert os.environ.get("CI") != "true", "the package with the model is not installed"
        pytest.skip("the package with the model is not installed: run `make run` once")
    with serving(home) as server:
        yield server


def test_one_click_and_a_few_words_and_the_embedded_model_answers(page):
    chat = Conversation(page).open()
    expect(page.get_by_role("heading", name="runs here, no key needed")).to_be_visible()
    expect(page.get_by_role("link", name="Connect a source")).to_be_visible()
    assert_accessible(page)
    expect(chat.box).to_be_focused()

    page.keyboard.type("Say hello in three words.")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(chat.last.locator("p").first).to_have_text(re.compile(r"\w+"))
    if chat.stop.is_visible():
        chat.stop.click()
    chat.finish()
    expect(page.get_by_role("navigation", name="Recent chats")).to_contain_text("Say hello")


def test_with_the_keyboard_alone_one_comes_from_the_first_visit_to_an_answer(page):
    page.goto("/")
    expect(page.get_by_role("heading", name="runs here, no key needed")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("API Conn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connections**")

    seen = walk_to(page, "New chat")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    walk_to(page, "Message")
    page.keyboard.type("Hello")
    page.keyboard.press("Enter")

    chat = Conversation(page)
    expect(chat.last.locator("p").first).not_to_be_empty()
    page.keyboard.press("Escape")
    chat.finish()
    assert len(seen) >= 1
    assert not watch_of(page).left()


def walk_to(page, name: str, *, most: int = 60) -> list[str]:
    """Press Tab until what has the focus is called `name`; what has it must be seen to have it."""
    seen: list[str] = []
    for _ in range(most):
        called, outlined = page.evaluate(
            """() => {
              const one = document.activeElement;
              const labelled = document.getElementById(one.getAttribute("aria-labelledby"));
              const name = one.ariaLabel || labelled?.innerText || one.innerText || "";
              const style = getComputedStyle(one);
              const shown = style.outlineStyle !== "none" || one.matches("input, textarea")
                || one === document.body;
              return [name.trim(), shown];
            }"""
        )
        if called == name:
            return seen
        if seen:
            assert outlined, f"nobody sees that {called!r} has the focus"
        seen.append(called)
        page.keyboard.press("Tab")
    raise AssertionError(f"{name!r} is not reached: {seen}")
