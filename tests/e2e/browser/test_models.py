"""The model of a chat: marked with a star, and kept where no list has it."""

import re

from playwright.sync_api import expect

from conversing import Conversation

PICKER = re.compile("^Model:")


def test_a_favourite_is_one_after_the_page_was_loaded_anew(page):
    Conversation(page).open()
    page.get_by_role("button", name=PICKER).click()
    page.get_by_role("combobox", name="Search models").fill("local-model")
    star = page.get_by_role("button", name="Favourite: local-model")
    expect(star).to_have_attribute("aria-pressed", "false")
    with page.expect_response("**/api/preferences"):
        star.click()

    page.reload()

    page.get_by_role("button", name=PICKER).click()
    rows = page.get_by_role("listbox", name="Model")
    expect(rows).to_contain_text(re.compile(r"^Favourites\s*1\s*local-model"))
    page.get_by_role("combobox", name="Search models").fill("local-model")
    expect(star).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/api/preferences"):
        star.click()
    expect(star).to_have_attribute("aria-pressed", "false")


def test_a_model_no_list_has_stays_chosen_and_is_said_to_be_unlisted(page, talker):
    chat_id = talker.chat(title="Elsewhere", connection="own", model="from/a-while-ago")

    Conversation(page).open(chat_id)

    button = page.get_by_role("button", name="Model: from/a-while-ago")
    expect(button).to_contain_text(re.compile("not listed", re.IGNORECASE))
    page.reload()
    expect(button).to_contain_text(re.compile("not listed", re.IGNORECASE))
    assert talker.get(f"/api/chats/{chat_id}")["model"] == "from/a-while-ago"


def test_a_model_of_a_connection_that_its_endpoint_does_not_list_is_said_to_be_unlisted(
    page, talker, mock
):
    connection = talker.post(
        "/api/connections",
        {
            "name": "Old",
            "source": "custom",
            "endpoint": f"{mock.url}/compatible/v1",
            "model": "gone-since",
        },
    )

    page.goto(f"/connections/{connection['id']}")

    button = page.get_by_role("button", name="Model: gone-since")
    expect(button).to_contain_text(re.compile("not listed", re.IGNORECASE))
