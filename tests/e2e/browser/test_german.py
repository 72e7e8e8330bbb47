"""In German the server is heard in German, too: with its figures, names and addresses."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsing import assert_accessible, watch_of


@pytest.fixture
def page(windows, server):
    with windows.open(server.url, locale="de-DE") as page:
        yield page


def connect(page: Page, endpoint: str, key: str = "", *, name: str = ""):
    """Fill in the form of a new connection, save and check it; return where that is told."""
    page.goto("/connections/new")
    box = page.get_by_role("combobox", name="Chat-Completion-Quelle")
    box.click()
    box.fill("Custom")
    page.get_by_role("option", name=re.compile("^Custom")).click()
    page.get_by_role("textbox", name="Eigener Endpunkt (Basis-URL)").fill(endpoint)
    page.get_by_label("Schlüssel", exact=True).fill(key)
    if name:
        page.get_by_role("button", name=re.compile("^Erweitert")).click()
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
    part = page.get_by_role("region", name="Verbinden", exact=True)
    part.get_by_role("button", name="Verbinden", exact=True).click()
    return part


def test_the_status_of_a_connection_is_german(page, mock):
    told = connect(page, f"{mock.url}/compatible/v1", "sk-wrong-1")
    expect(told).to_contain_text("Der Anbieter hat den Schlüssel abgelehnt (401).")
    expect(told).not_to_contain_text("The key was refused")

    told = connect(page, f"{mock.url}/compatible/v1", "sk-good-1")

    expect(told).to_contain_text(re.compile(r"Bereit\. \d+ Modelle, \d+ ms\."))
    assert_accessible(page)


def test_a_refused_save_is_german(page, mock):
    watch_of(page).forgive(r"POST /api/connections 409")
    refused = page.get_by_text("Eine Verbindung namens 'own' gibt es schon")

    connect(page, f"{mock.url}/compatible/v1", name="own")

    expect(refused.first).to_be_visible()


def test_an_answer_that_fails_says_why_in_german(page, talker):
    made = talker.post(
        "/api/connections",
        {"name": "nobody", "source": "custom", "endpoint": "http://127.0.0.1:9/v1"},
    )
    chat = talker.chat(connection=made["id"], model="any")
    talker.finish(talker.say(chat, "Ist da jemand?"))

    page.goto(f"/chats/{chat}")

    expect(page.get_by_role("main")).to_contain_text(
        "Unter http://127.0.0.1:9 antwortet nichts: Die Verbindung wurde abgelehnt."
    )


def test_the_language_of_the_browser_is_called_by_its_german_name(page):
    page.goto("/settings/appearance")

    expect(page.get_by_role("combobox", name="Sprache")).to_contain_text("Wie der Browser: Deutsch")
