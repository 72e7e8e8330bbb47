"""The list of chats and the search: found, jumped to, renamed, pinned, carried in and out."""

import json
import re

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible
from conversing import Conversation


def said(talker, chat, text, **more):
    """Say something nobody answers; return the message."""
    body = {"text": text, "answer": False, **more}
    return talker.post(f"/api/chats/{chat}/messages", body)["message"]


@pytest.fixture
def menu(page):
    def choose(title: str, word: str) -> None:
        main = page.locator("#main")
        main.get_by_role("button", name=f"What to do with “{title}”").click()
        page.get_by_role("menuitem", name=word).click()

    return choose


def test_what_is_found_is_jumped_to_in_its_own_branch(page, talker):
    chat = talker.chat(title="The lighthouse")
    root = said(talker, chat, "We begin at the harbour.")
    first = said(talker, chat, "There is a zebrafish in the lamp room.", parent=root["id"])
    for number in range(40):
        said(talker, chat, f"And {number} steps more.")
    said(talker, chat, "Instead we go home.", parent=root["id"])

    page.goto("/search")
    page.get_by_role("searchbox", name="Search all chats").fill("zebrafish")
    hits = page.get_by_role("list", name="What was found")
    expect(hits.get_by_role("listitem")).to_have_count(1)
    expect(hits.locator("mark")).to_have_text("zebrafish")
    assert_accessible(page)
    hits.get_by_role("link").click()

    page.wait_for_url(re.compile(f"/chats/{chat}.*{first['id']}"))
    expect(page.get_by_text("There is a zebrafish in the lamp room.")).to_be_in_viewport()
    expect(page.get_by_text("Instead we go home.")).to_be_hidden()


def test_nothing_found_says_how_to_find_more(page, talker):
    page.goto("/search?q=nobodysaidthis")

    expect(page.get_by_text("Nothing found.")).to_be_visible()


def test_a_chat_is_renamed_and_pinned(page, talker, menu):
    talker.chat(title="A plain one")
    page.goto("/chats")
    menu("A plain one", "Rename")

    page.get_by_role("textbox", name="Title of the chat").fill("A fine one")
    page.keyboard.press("Enter")

    expect(page.locator("#main").get_by_role("link", name="A fine one")).to_be_visible()
    menu("A fine one", "Pin")
    pinned = page.locator("#main").get_by_role("list", name="Pinned")
    expect(pinned).to_contain_text("A fine one")
    page.reload()
    expect(pinned).to_contain_text("A fine one")


def test_a_deleted_chat_comes_back_by_undo_and_from_the_deleted_ones(page, talker, menu):
    talker.chat(title="Nearly lost")
    page.goto("/chats")
    link = page.locator("#main").get_by_role("link", name="Nearly lost")

    menu("Nearly lost", "Delete")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(link).to_be_visible()
    menu("Nearly lost", "Delete")
    expect(link).to_be_hidden()
    page.get_by_text("Deleted", exact=True).click()

    expect(page.locator("#main")).to_contain_text("Nearly lost")
    row = page.locator("#main").get_by_role("listitem").filter(has_text="Nearly lost")
    row.get_by_role("button", name=re.compile("Restore|Bring back")).click()
    page.get_by_text("Chats", exact=True).last.click()
    expect(link).to_be_visible()


def test_titles_are_filtered_as_one_types(page, talker):
    talker.chat(title="Of cabbages")
    talker.chat(title="Of kings")
    page.goto("/chats")
    main = page.locator("#main")

    page.get_by_role("textbox", name="Filter by title").fill("cabb")

    expect(main.get_by_role("link", name="Of kings")).to_be_hidden()
    expect(main.get_by_role("link", name="Of cabbages")).to_be_visible()


def test_a_chat_goes_out_as_a_file_and_comes_in_again(page, talker, tmp_path):
    chat = talker.chat(title="To be carried")
    said(talker, chat, "Mind the step.")
    page.goto("/chats")
    page.locator("#main").get_by_role("button", name="What to do with “To be carried”").click()
    page.get_by_role("menuitem", name="Export").hover()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile("JSON \\(")).first.click()
    file = tmp_path / "chat.json"
    download.value.save_as(file)
    assert "Mind the step." in json.dumps(json.loads(file.read_text()))
    page.keyboard.press("Escape")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import chats").click()
    chooser.value.set_files(file)

    outcome = page.get_by_role("status").filter(has_text="1 chat")
    expect(outcome).to_be_visible()
    outcome.get_by_role("link").click()
    expect(Conversation(page).messages.first).to_contain_text("Mind the step.")
    assert chat not in page.url


def test_a_chat_of_sillytavern_comes_in(page, tmp_path):
    lines = [
        {"user_name": "You", "character_name": "Ferryman", "create_date": "2024-1-1@00h00m00s"},
        {"name": "Ferryman", "is_user": False, "mes": "Who is there?", "send_date": "x"},
        {"name": "You", "is_user": True, "mes": "A traveller.", "send_date": "x"},
    ]
    file = tmp_path / "Ferryman - 2024.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    page.goto("/chats")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import chats").click()
    chooser.value.set_files(file)
    page.get_by_role("status").filter(has_text="1 chat").get_by_role("link").click()

    chat = Conversation(page)
    expect(chat.messages.first).to_contain_text("Who is there?")
    expect(chat.messages.nth(1)).to_contain_text("A traveller.")


def test_a_file_that_is_no_chat_is_refused_in_words(windows, server, tmp_path):
    file = tmp_path / "nothing.json"
    file.write_text("{not a chat")
    with windows.open(server.url, forgiving=(r"refused: POST /api/chats/import 4",)) as page:
        page.goto("/chats")
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Import chats").click()
        chooser.value.set_files(file)

        expect(page.get_by_role("alert")).to_contain_text("nothing.json")


def test_a_chat_of_thousands_opens_at_its_end_and_is_read_upwards(page, talker):
    chat_id = talker.chat(title="Thousands")
    for number in range(300):
        said(talker, chat_id, f"Line {number} of it.")

    chat = Conversation(page).open(chat_id)

    expect(page.get_by_text("Line 299 of it.")).to_be_in_viewport()
    assert chat.messages.count() < 120
    page.locator("#main").get_by_text("Line 299 of it.").hover()
    for _ in range(40):
        page.mouse.wheel(0, -3000)
        page.wait_for_timeout(50)
        if page.get_by_text("Line 0 of it.", exact=True).count():
            break
    expect(page.get_by_text("Line 0 of it.", exact=True)).to_be_attached()
    page.get_by_role("button", name="To the end").click()
    expect(page.get_by_text("Line 299 of it.")).to_be_in_viewport()


def test_an_address_without_a_chat_says_so_and_leads_on(windows, server, talker):
    gone = talker.chat(title="The one that was here")
    talker.ask("DELETE", f"/api/chats/{gone}")
    with windows.open(server.url, forgiving=(r"refused: GET /api/chats/\S+ 404",)) as page:
        for chat in (gone, "no-such-chat"):
            page.goto(f"/chats/{chat}")

            expect(page.get_by_role("heading", name="This chat is not here")).to_be_visible()
            expect(page.get_by_role("button", name="Retry")).to_have_count(0)
            expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
        assert_accessible(page)
        page.locator("#main").get_by_role("link", name="All chats").click()
        expect(page).to_have_url(re.compile("/chats$"))
        page.go_back()
        page.locator("#main").get_by_role("link", name="New chat").click()

        expect(page.get_by_role("textbox", name="Message")).to_be_editable()


def test_a_chat_that_cannot_be_read_just_now_is_tried_again(windows, server, talker):
    chat = talker.chat(title="Patience")
    said(talker, chat, "Still here.")
    with windows.open(server.url, forgiving=(r"refused: GET \S+ 503",)) as page:
        page.route("**/api/chats/*/messages*", lambda route: route.fulfill(status=503))
        page.goto(f"/chats/{chat}")
        retry = page.locator("#main").get_by_role("button", name="Retry")
        expect(retry).to_be_visible()
        page.unroute_all()

        retry.click()

        expect(page.get_by_text("Still here.")).to_be_visible()
