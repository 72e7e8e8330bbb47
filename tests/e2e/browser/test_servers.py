"""Servers of one's own: found from the page, used, and taken for what they are."""

import re

from playwright.sync_api import Page, expect

from browsing import PHONE, assert_accessible, assert_fits
from mock_provider import homes
from mock_provider.home import serving

# Usual ports, of which one is free where a few of these tests run side by side.
PORTS = (9931, 2242, 5001, 4000, 1234)


def find(page: Page):
    """Look for servers as a person does, and return the dialog with what was found."""
    page.goto("/connections")
    page.get_by_role("button", name="Find my servers").click()
    dialog = page.get_by_role("dialog", name="Servers of your own")
    expect(dialog.get_by_role("button", name="Look again")).to_be_visible()
    return dialog


def row_of(dialog, server):
    return dialog.get_by_role("listitem").filter(has_text=server.url)


def test_a_server_that_runs_here_is_found_and_used_at_once(page, talker):
    with serving(homes.LLAMACPP, ports=PORTS) as server:
        for made in talker.get("/api/connections"):
            # An earlier try of this test got as far as that.
            if made["source"] == "llamacpp":
                talker.ask("DELETE", f"/api/connections/{made['id']}")
        row = row_of(find(page), server)
        expect(row).to_contain_text("llama.cpp server")
        expect(row).to_contain_text("qwen3-8b · 4,096 tokens of context")
        row.get_by_role("button", name=re.compile("^Use this: llama.cpp server")).click()

        connect = page.get_by_role("region", name="Connect", exact=True)
        expect(connect.get_by_role("status").first).to_contain_text("Ready.")
        page.get_by_role("button", name=re.compile("^What the server says of itself")).click()
        facts = page.get_by_role("region", name="What the server says of itself")
        expect(facts).to_contain_text("4,096 tokens in each of 2 slots")
        expect(facts).to_contain_text("b6900-abcdef")
        expect(facts.get_by_label("Chat template")).to_have_text(homes.TEMPLATE)
        dialog = find(page)
        dialog.get_by_label("Where to look").fill("127.0.0.1")
        dialog.get_by_role("button", name="Look again").click()
        again = row_of(dialog, server)
        expect(
            again.get_by_role("button", name=re.compile("^Connected already: llama.cpp"))
        ).to_be_visible()


def test_one_that_wants_a_key_leads_to_the_form_for_it(page):
    with serving(homes.TABBYAPI.locked("sk-good-tabby-0123456789"), ports=PORTS) as server:
        row = row_of(find(page), server)
        expect(row).to_contain_text("key wanted")
        row.get_by_role("button", name=re.compile("^Use this: TabbyAPI")).click()

        box = page.get_by_role("combobox", name="Chat Completion Source")
        expect(box).to_have_value("TabbyAPI")
        endpoint = page.get_by_role("textbox", name=re.compile("^Custom Endpoint"))
        expect(endpoint).to_have_value(server.url)
        page.get_by_role("button", name="Discard").click()


def test_a_connection_that_leads_to_another_kind_of_server_becomes_one_of_that(page, talker):
    with serving(homes.KOBOLDCPP) as server:
        made = talker.post("/api/connections", {"source": "custom", "endpoint": f"{server.url}/v1"})
        page.goto(f"/connections/{made['id']}")
        connect = page.get_by_role("region", name="Connect", exact=True)
        connect.get_by_role("button", name="Connect", exact=True).click()
        expect(connect).to_contain_text("The server here is KoboldCpp")
        connect.get_by_role("button", name="Make it a connection to KoboldCpp").click()

        box = page.get_by_role("combobox", name="Chat Completion Source")
        expect(box).to_have_value("KoboldCpp")
        expect(connect.get_by_role("status").first).to_contain_text("Ready.")
        expect(connect).not_to_contain_text("The server here is")
        assert talker.get(f"/api/connections/{made['id']}")["settings"]["endpoint"] == (
            f"{server.url}/v1"
        )


def test_what_was_found_fits_on_a_phone_and_is_read_out(phone):
    with serving(homes.LMSTUDIO, ports=PORTS) as server:
        expect(row_of(find(phone), server)).to_contain_text("LM Studio")

        assert_fits(phone)
        assert_accessible(phone)


def test_it_is_said_in_german_too_and_fits_on_a_phone(windows, server, talker):
    with (
        serving(homes.KOBOLDCPP) as found,
        windows.open(server.url, locale="de-DE", viewport=PHONE) as page,
    ):
        made = talker.post("/api/connections", {"source": "custom", "endpoint": f"{found.url}/v1"})
        page.goto("/connections")
        expect(page.get_by_role("button", name="Meine Server suchen")).to_be_visible()

        page.goto(f"/connections/{made['id']}")
        page.get_by_role("button", name="Verbinden", exact=True).click()

        connect = page.get_by_role("region", name="Verbinden", exact=True)
        expect(connect).to_contain_text("Der Server hier ist KoboldCpp")
        expect(connect).to_contain_text("Adresse, Schlüssel und Modell bleiben, wie sie sind.")
        assert_fits(page)
