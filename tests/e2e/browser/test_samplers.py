"""The samplers of a local server in the response configuration: folded, turned, sent, kept back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import PHONE, assert_accessible, assert_fits
from conversing import Conversation
from houses import until

GRAMMAR = 'root ::= "yes"\n  | "no"'


@pytest.fixture(scope="module")
def home(home, live_mock):
    """The folders of a Tapster that has a TabbyAPI beside the rest."""
    home.add("tabby", "tabbyapi", "--endpoint", f"{live_mock.url}/tabbyapi", "--model", "echo")
    return home


@pytest.fixture
def chat(talker):
    return talker.chat(title="Samplers", connection="tabby", model="echo")


def fold(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=title)


def turned_on(page: Page, title: str) -> Locator:
    """Have a setting sent and return all that stands about it."""
    row = page.get_by_role("group", name=title, exact=True)
    row.get_by_role("switch").click()
    return row


def test_samplers_are_folded_away_turned_and_sent(page, chat, mock, talker):
    talk = Conversation(page).open(chat)
    page.keyboard.press("Control+.")
    samplers = fold(page, "More samplers")
    expect(samplers).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("group", name="XTC probability")).to_have_count(0)

    samplers.click()
    row = turned_on(page, "XTC probability")
    expect(row.get_by_role("textbox", name="XTC probability")).to_have_value("0.5")
    samplers.click()
    expect(samplers).to_contain_text("1 sent")
    fold(page, "What may be written").click()
    turned_on(page, "Grammar").get_by_role("textbox", name="Grammar").fill(GRAMMAR)
    chosen = {"xtc_probability": 0.5, "grammar": GRAMMAR}
    until(lambda: talker.get(f"/api/chats/{chat}")["settings"] == chosen, within=10)
    talk.ask("Hello")

    body = mock.chats[-1].body
    assert (body["xtc_probability"], body["grammar_string"]) == (0.5, GRAMMAR)


def test_what_the_server_ignores_is_marked_with_the_reason(page, chat):
    Conversation(page).open(chat)
    page.keyboard.press("Control+.")

    fold(page, "Against repetition").click()

    row = turned_on(page, "DRY multiplier")
    expect(row).to_contain_text("TabbyAPI passes over it with its engine, ExLlamaV3.")
    expect(page.get_by_role("group", name="Repetition range")).not_to_contain_text("passes over")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_all_of_them_unfolded_fit_and_can_be_used_by_everyone(windows, server, chat, viewport):
    more = {"viewport": viewport} if viewport else {}
    with windows.open(server.url, **more) as page:
        Conversation(page).open(chat)
        page.get_by_role("button", name="AI Response Configuration").click()
        for title in ("Changing temperature", "What may be written"):
            fold(page, title).click()
        for title in ("Temperature last", "Banned tokens", "JSON schema", "Grammar"):
            turned_on(page, title)

        page.mouse.move(0, 0)
        expect(page.get_by_role("tooltip")).to_have_count(0)
        assert_accessible(page)
        assert_fits(page)


def test_lists_of_words_make_the_page_no_higher_than_the_window(page, chat):
    Conversation(page).open(chat)
    page.keyboard.press("Control+.")
    for title in ("Against repetition", "What may be written"):
        fold(page, title).click()
    for title in ("Stop strings", "DRY sequence breakers", "Banned tokens"):
        turned_on(page, title)

    height = page.evaluate("[document.scrollingElement.scrollHeight, innerHeight]")
    assert height[0] == height[1]
