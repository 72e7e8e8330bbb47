"""A chat: streaming, stopping, reloading, two windows, alternatives, and all that is done to it."""

import re

import pytest
from playwright.sync_api import expect

from conversing import Conversation, long_answer


@pytest.fixture
def chat(page):
    return Conversation(page)


def test_an_answer_grows_while_it_is_written_and_is_whole_at_the_end(chat):
    chat.open().say("mock:long@120@0.01")

    expect(chat.last).to_contain_text("w5 ")
    expect(chat.stop).to_be_visible()
    chat.finish()

    assert chat.words(chat.last) == long_answer(120)
    expect(chat.box).to_be_focused()
    expect(chat.box).to_have_value("")


def test_an_answer_is_stopped_and_keeps_what_it_said(chat, mock):
    chat.open().say("mock:long@2000@0.02")
    expect(chat.last).to_contain_text("w9 ")

    chat.page.keyboard.press("Escape")

    chat.finish()
    expect(chat.last).to_contain_text("Stopped.")
    said = chat.words(chat.last.locator("[class*=words]").first)
    assert long_answer(2000).startswith(said)
    assert len(said) > 20
    mock.until_left(mock.chats[-1])


def test_one_esc_stops_an_answer_while_the_mouse_rests_on_the_button(chat):
    chat.open().say("mock:long@2000@0.02")
    chat.stop.hover()
    expect(chat.page.get_by_role("tooltip")).to_be_visible()

    chat.page.keyboard.press("Escape")

    chat.finish()
    expect(chat.last).to_contain_text("Stopped.")


def test_a_reload_in_mid_stream_loses_nothing_and_doubles_nothing(chat):
    chat.open().say("mock:long@150@0.02")
    expect(chat.last).to_contain_text("w20 ")

    chat.page.reload()

    expect(chat.last).to_contain_text("w60 ")
    chat.page.reload()
    chat.finish()
    expect(chat.last).to_contain_text("w149")
    assert chat.words(chat.last) == long_answer(150)
    expect(chat.answers).to_have_count(1)


def test_what_is_said_and_stopped_in_one_window_shows_in_the_other(windows, server, talker):
    chat_id = talker.chat(title="Two windows")
    with windows.open(server.url) as first, windows.open(server.url) as second:
        here, there = Conversation(first).open(chat_id), Conversation(second).open(chat_id)

        here.ask("mock:echo\nSaid in the first")
        expect(there.last).to_contain_text("Said in the first")
        there.say("mock:long@3000@0.02")
        expect(here.last).to_contain_text("w9 ")
        here.stop.click()

        there.finish()
        here.finish()
        expect(there.last).to_contain_text("Stopped.")
        expect(here.last).to_contain_text("Stopped.")
        assert here.words(here.last) == there.words(there.last)


def test_alternatives_are_made_and_stepped_through_by_arrows_and_keys(chat):
    chat.open().ask("mock:long@8@0\n")
    expect(chat.last).to_contain_text("w7")

    chat.page.keyboard.press("ArrowRight")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()
    chat.alternatives(chat.last).get_by_role("button", name="Next alternative reply").click()
    expect(chat.alternatives(chat.last)).to_contain_text("3 of 3")
    chat.finish()
    expect(chat.answers).to_have_count(1)
    chat.box.focus()
    chat.page.keyboard.press("ArrowLeft")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 3")
    chat.alternatives(chat.last).get_by_role("button", name="Previous alternative reply").click()
    expect(chat.alternatives(chat.last)).to_contain_text("1 of 3")

    # While something is typed the arrows move the cursor.
    chat.box.fill("ab")
    chat.page.keyboard.press("ArrowLeft")
    chat.page.keyboard.type("-")
    expect(chat.box).to_have_value("a-b")
    expect(chat.alternatives(chat.last)).to_contain_text("1 of 3")


def test_an_answer_is_written_anew_and_goes_on(chat):
    chat.open().ask("mock:echo\nOnce")

    chat.page.keyboard.press("Control+Enter")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()
    chat.act(chat.last, "Continue")

    chat.finish()
    expect(chat.answers).to_have_count(1)
    expect(chat.last).to_contain_text(re.compile("Once.*Once", re.DOTALL))


def test_a_message_is_edited_and_its_earlier_version_brought_back(chat):
    chat.open().ask("mock:echo\nFirst words")

    chat.act(chat.last, "Edit")
    chat.page.get_by_role("textbox", name="Text of the message").fill("Better **words**")
    chat.page.keyboard.press("Control+Enter")
    expect(chat.last.locator("strong")).to_have_text("words")
    chat.act(chat.last, "Earlier versions")
    chat.page.get_by_role("button", name="Return to this").click()

    expect(chat.last).to_contain_text("First words")
    chat.page.reload()
    expect(chat.last).to_contain_text("First words")


def test_what_was_said_is_edited_and_answered_anew_beside_the_answer_there_was(chat):
    chat.open().ask("mock:echo\nFirst words")

    chat.act(chat.messages.first, "Edit")
    chat.page.get_by_role("textbox", name="Text of the message").fill("mock:echo\nOther words")
    chat.page.get_by_role("button", name="Save and answer").click()

    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()
    expect(chat.last).to_contain_text("Other words")
    expect(chat.messages.first).to_contain_text("Other words")
    expect(chat.box).to_be_focused()


def test_a_deleted_alternative_is_called_one_and_comes_back(chat):
    chat.open().ask("mock:echo\nOnce")
    chat.page.keyboard.press("Control+Enter")
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")
    chat.finish()

    chat.act(chat.last, "Delete")

    notice = chat.page.get_by_role("alert").filter(has_text="Alternative reply deleted.")
    expect(chat.answers).to_have_count(1)
    notice.get_by_role("button", name="Undo").click()
    expect(chat.alternatives(chat.last)).to_contain_text("2 of 2")


def test_the_last_own_message_is_edited_by_a_key(chat):
    chat.open().ask("mock:echo\nMine")

    chat.box.focus()
    chat.page.keyboard.press("ArrowUp")

    expect(chat.page.get_by_role("textbox", name="Text of the message")).to_have_value(
        "mock:echo\nMine"
    )
    chat.page.keyboard.press("Escape")
    expect(chat.box).to_be_focused()


def test_a_deleted_message_comes_back_by_undo(chat):
    chat.open().ask("mock:echo\nTo be missed")

    chat.act(chat.last, "Delete")
    expect(chat.answers).to_have_count(0)
    chat.page.get_by_role("button", name="Undo", exact=True).click()

    expect(chat.last).to_contain_text("To be missed")
    chat.page.reload()
    expect(chat.last).to_contain_text("To be missed")


def test_the_last_step_is_taken_back_and_done_again(chat):
    chat.open().ask("mock:echo\nA step")
    chat.act(chat.last, "Delete this and all below")
    expect(chat.answers).to_have_count(0)

    chat.page.keyboard.press("Control+Alt+z")

    expect(chat.last).to_contain_text("A step")


def test_a_branch_begins_and_the_tree_shows_both(chat):
    chat.open().ask("mock:echo\nThe trunk")
    chat.ask("mock:echo\nThe first branch")

    chat.act(chat.answers.first, "Branch from here")
    chat.page.get_by_role("textbox", name="Name").fill("Elsewhere")
    chat.page.keyboard.press("Enter")
    expect(chat.answers).to_have_count(1)
    chat.ask("mock:echo\nThe second branch")
    chat.page.get_by_role("button", name="More about this chat").click()
    chat.page.get_by_role("menuitem", name="Tree of branches").click()

    tree = chat.page.get_by_role("tree", name="Branches of this chat")
    expect(tree.get_by_role("treeitem")).to_have_count(3)
    tree.get_by_role("treeitem").filter(has_text="The first branch").click()
    chat.page.wait_for_url(re.compile(r"/chats/\w+(\?.*)?$"))
    expect(chat.last).to_contain_text("The first branch")


def test_a_checkpoint_is_set_and_found_in_the_tree(chat):
    chat.open().ask("mock:echo\nA place to remember")

    chat.act(chat.last, "Set a checkpoint")
    chat.page.get_by_role("textbox", name="Name").fill("The bridge")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_text("Checkpoint set.")).to_be_visible()
    chat.page.goto(f"/chats/{chat.id}/tree")

    expect(chat.page.get_by_role("tree")).to_contain_text("The bridge")


def test_what_is_hidden_is_not_sent(chat, mock):
    chat.open().ask("mock:echo\nA secret between us")
    chat.act(chat.last, "Hide from the model")
    expect(chat.last).to_contain_text("hidden from the model")

    chat.ask("mock:echo\nAnd now?")

    sent = str(mock.chats[-1].body)
    assert "And now?" in sent
    assert sent.count("A secret between us") == 1  # what the person said, not the answer
    chat.act(chat.answers.first, "Show to the model again")
    expect(chat.answers.first).not_to_contain_text("hidden from the model")


def test_thoughts_are_folded_and_timed(chat):
    chat.open().ask("mock:think\nAn echo")

    fold = chat.last.get_by_role("button", name=re.compile("Thought"))
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()

    expect(chat.last).to_contain_text("So I echo.")


def test_figures_of_an_answer_are_at_hand(chat):
    chat.open().ask("mock:echo\nCount these words")

    chat.last.get_by_role("button", name=re.compile(r"\d+ tokens")).click()

    card = chat.page.get_by_role("dialog")
    expect(card).to_contain_text("local-model")
    expect(card).to_contain_text("Tokens written")


def test_a_failure_stands_where_the_answer_would_and_is_tried_again(chat, mock):
    chat.open().say("mock:echo fault=400\nNot today")
    trouble = chat.page.get_by_role("alert").or_(chat.page.locator("[class*=trouble]")).first
    expect(trouble).to_be_visible()
    asked = len(mock.chats)

    chat.page.get_by_role("button", name="Retry").first.click()

    expect(trouble).to_be_visible()
    chat.finish()
    assert len(mock.chats) > asked


def test_an_answer_that_breaks_off_keeps_its_words_and_goes_on(chat):
    chat.open().say("mock:long@30@0 fault=cut@12")
    expect(chat.last).to_contain_text("w3")

    expect(chat.page.get_by_role("button", name="Continue").first).to_be_visible()


def test_markdown_is_shown_as_it_is_meant(chat):
    text = (
        "## A heading\n\n1. **bold** and `code`\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n"
        "```python\ndef pour(glass):\n    return None\n```\n\n$e^{i\\pi} = -1$\n\n||covered||"
    )
    chat.open().ask(f"mock:echo\n{text}")

    expect(chat.last.get_by_role("heading", name="A heading")).to_be_visible()
    expect(chat.last.locator("strong")).to_have_text("bold")
    expect(chat.last.get_by_role("table").get_by_role("cell", name="2")).to_be_visible()
    expect(chat.last.locator("pre code")).to_contain_text("def pour(glass):")
    expect(chat.last.locator("math, .katex").first).to_be_attached()
    chat.last.get_by_role("button", name="Spoiler: show it").click()
    expect(chat.last.get_by_text("covered")).to_be_visible()


def test_the_chat_is_named_after_what_was_said_and_renamed_where_its_name_stands(chat):
    chat.open().ask("mock:echo\nHello")

    chat.page.get_by_role("button", name=re.compile("^Rename:")).click()
    chat.page.get_by_role("textbox", name="Name of the chat").fill("The evening")
    chat.page.keyboard.press("Enter")

    recent = chat.page.get_by_role("navigation", name="Recent chats")
    expect(recent.get_by_role("link", name="The evening")).to_be_visible()


def test_the_last_message_is_written_for_the_person(chat):
    chat.open().ask("mock:echo\nGo on")

    chat.page.get_by_role("region", name="Chat").get_by_role("button", name="More").last.click()
    chat.page.get_by_role("menuitem", name=re.compile("^Impersonate")).click()

    expect(chat.box).not_to_have_value("")
    expect(chat.box).to_be_editable()
    expect(chat.answers).to_have_count(1)


def test_a_line_shows_where_what_is_sent_begins_once_the_chat_is_too_long(chat, talker):
    chat_id = talker.chat(title="Long")
    for line in ("mock:echo\nLeft out", "Sent on"):
        words = line + " and many more words" * 5_000
        talker.post(f"/api/chats/{chat_id}/messages", {"text": words, "answer": False})

    chat.open(chat_id).ask("mock:echo\nWhat was first?")

    line = chat.page.get_by_text("was not sent any more")
    expect(line).to_have_count(1)
    expect(chat.page.locator("p:has-text('was not sent any more') + *")).to_contain_text("Sent on")
    chat.page.reload()
    expect(line).to_have_count(1)
