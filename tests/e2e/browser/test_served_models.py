"""The models on a server of one's own: loaded, downloaded and stopped on the page."""

import re

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible, assert_fits

ASK = "Ask the server for its models"


@pytest.fixture
def room(live_mock):
    room = live_mock.provider.room("ollama")
    room.trouble = ""
    yield room
    room.trouble = ""


@pytest.fixture
def address(talker, mock, room):
    """The page of a connection to Ollama that is the test's own."""
    del room
    connection = talker.post(
        "/api/connections", {"source": "ollama", "endpoint": f"{mock.url}/own/ollama"}
    )
    return f"/connections/{connection['id']}"


def test_a_model_is_loaded_and_unloaded(page, address):
    page.goto(address)
    page.get_by_role("button", name=ASK).click()

    page.get_by_role("button", name="Load llama3.2:1b").click()
    row = page.get_by_role("listitem").filter(has_text="llama3.2:1b")
    expect(row).to_contain_text(re.compile(r"loaded · until .* · context 4,096 · 4 GB"))
    page.get_by_role("button", name="Unload llama3.2:1b").click()

    expect(row).to_contain_text("not loaded")


def test_two_windows_see_a_download_that_outlives_the_one_it_was_begun_in(
    windows, server, page, address, room
):
    room.trouble = "hangs"
    with windows.open(server.url) as first:
        first.goto(address)
        first.get_by_label("Download a model").fill("gemma3:4b")
        first.get_by_role("button", name="Download", exact=True).click()
        bar = first.get_by_role("progressbar", name="Downloading gemma3:4b")
        expect(bar).to_have_attribute("aria-valuenow", "0")

    page.goto(address)
    with windows.open(server.url) as other:
        other.goto(address)
        for window in (page, other):
            expect(window.get_by_text(re.compile("0 bytes of 2 GB · pulling aa"))).to_be_visible()
        other.get_by_role("button", name="Cancel: Downloading gemma3:4b").click()
        for window in (page, other):
            expect(window.get_by_role("progressbar")).to_have_count(0)


def test_a_full_disk_is_said_where_the_download_was(phone, address, room):
    room.trouble = "disk"
    phone.goto(address)
    phone.get_by_label("Download a model").fill("gemma3:4b")
    phone.get_by_role("button", name="Download", exact=True).click()

    row = phone.get_by_role("listitem").filter(has_text="gemma3:4b")
    expect(row).to_contain_text("The disk of the computer Ollama runs on is full. Make room there")
    assert_fits(phone)
    assert_accessible(phone)


def test_a_model_is_loaded_without_a_mouse_and_its_state_is_true_after_a_look_elsewhere(
    page, address
):
    page.goto(address)
    page.get_by_role("button", name=ASK).press("Enter")
    expect(page.get_by_role("button", name="Ask the server again")).to_be_focused()
    row = page.get_by_role("listitem").filter(has_text="qwen3:8b")
    page.get_by_role("button", name="Load qwen3:8b").press("Enter")
    unload = page.get_by_role("button", name="Unload qwen3:8b")
    expect(unload).to_be_visible()
    expect(row).to_be_focused()
    page.get_by_role("link", name="Settings").first.click()
    page.go_back()

    unload.press("Enter")

    expect(row).to_contain_text("not loaded")
    expect(row).to_be_focused()


def test_a_download_is_said_to_be_done_where_the_models_are_not_listed(page, address):
    page.goto(address)
    page.get_by_label("Download a model").fill("gemma3:4b")
    page.get_by_label("Download a model").press("Enter")

    row = page.get_by_role("listitem").filter(has_text="gemma3:4b")
    expect(row).to_contain_text("Downloaded.")
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_role("button", name="Load gemma3:4b")).to_be_visible()
