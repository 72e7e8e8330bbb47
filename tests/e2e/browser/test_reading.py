"""Reading what was said before, while an answer is being written: nothing moves under the eyes."""

import pytest
from playwright.sync_api import expect

from conversing import Conversation

# As in browsers that hold no place by themselves.
NOT_HELD = """
const sheet = new CSSStyleSheet();
sheet.replaceSync("* { overflow-anchor: none !important }");
document.adoptedStyleSheets = [sheet];
"""
TOP_OF = """(place) => {
  const top = place.getBoundingClientRect().top;
  const rows = [...place.querySelectorAll("article")];
  window.looked ??= rows.find((one) => one.getBoundingClientRect().bottom > top + 40);
  return window.looked.getBoundingClientRect().top;
}"""


@pytest.fixture(params=["held by the browser", "held by hand"])
def chat(request, page, talker):
    """A chat whose next answer is being written, far below what is read."""
    if request.param == "held by hand":
        page.add_init_script(NOT_HELD)
    chat_id = talker.chat(title="Long", connection="own", model="local-model")
    for number in range(6):
        text = f"Number {number}\n\n" + "Some words to read. " * 120
        talker.post(f"/api/chats/{chat_id}/messages", {"text": text, "answer": False})
    return Conversation(page).open(chat_id)


@pytest.mark.parametrize("back", [700, 2400])
def test_what_is_read_stays_where_it_is_while_an_answer_grows(chat, back):
    page = chat.page
    chat.say("mock:long@900@0.01")
    expect(chat.last).to_contain_text("w20 ")
    place = page.get_by_role("group", name="Messages")
    place.evaluate("(place, back) => place.scrollTo({ top: -back })", back)
    page.wait_for_timeout(300)
    before = place.evaluate(TOP_OF)
    said = len(chat.last.text_content())

    expect(chat.last).to_contain_text("w500 ")

    assert len(chat.last.text_content()) > said
    assert abs(place.evaluate(TOP_OF) - before) <= 2
    chat.stop.click()
    chat.finish()
