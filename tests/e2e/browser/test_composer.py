"""What is typed and attached: by every way in, kept until it has arrived."""

import base64

import pytest
from playwright.sync_api import expect

from conversing import Conversation
from mock_provider.behaviours import PIXEL

PICTURE = base64.b64decode(PIXEL)
MEGABYTE = 1024 * 1024


@pytest.fixture
def chat(page):
    return Conversation(page)


def files_of(chat):
    return chat.page.get_by_role("list", name="Attached files")


def hand_over(chat, kind: str, name: str, media_type: str, content: bytes) -> None:
    """Drop or paste a file on the input, as the browser tells the page of it."""
    chat.box.evaluate(
        """(box, [kind, name, type, content]) => {
          const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], name, { type }));
          const how = { bubbles: true, cancelable: true };
          if (kind === "paste") {
            box.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: carried }));
            return;
          }
          for (const step of ["dragenter", "dragover", "drop"]) {
            box.dispatchEvent(new DragEvent(step, { ...how, dataTransfer: carried }));
          }
        }""",
        [kind, name, media_type, base64.b64encode(content).decode()],
    )


def paste(chat, words: str) -> float:
    """Paste words into the input; return the milliseconds until the page was drawn again."""
    took: float = chat.box.evaluate(
        """async (box, words) => {
          const carried = new DataTransfer();
          carried.setData("text/plain", words);
          const how = { bubbles: true, cancelable: true, clipboardData: carried };
          const began = performance.now();
          box.dispatchEvent(new ClipboardEvent("paste", how));
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          return performance.now() - began;
        }""",
        words,
    )
    return took


def test_files_come_by_button_by_paste_and_by_drop_and_go_to_the_model(chat, mock):
    chat.open()
    with chat.page.expect_file_chooser() as chooser:
        chat.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"The tide turns at four."}
    )
    hand_over(chat, "paste", "shot.png", "image/png", PICTURE)
    hand_over(chat, "drop", "map.png", "image/png", PICTURE)
    expect(files_of(chat).get_by_role("listitem")).to_have_count(3)
    expect(files_of(chat).get_by_role("progressbar")).to_have_count(0)

    chat.ask("What is there?")

    sent = str(mock.chats[-1].body)
    assert "The tide turns at four." in sent
    assert sent.count("data:image/png;base64,") == 2
    expect(chat.messages.first.get_by_role("img")).to_have_count(2)
    expect(files_of(chat)).to_have_count(0)
    chat.page.reload()
    expect(chat.messages.first.get_by_role("img")).to_have_count(2)


def test_a_file_is_taken_back_before_it_is_sent(chat):
    chat.open()
    hand_over(chat, "drop", "not-this.png", "image/png", PICTURE)

    chat.page.get_by_role("button", name="Remove not-this.png").click()

    expect(files_of(chat)).to_have_count(0)


def test_what_is_typed_and_attached_is_there_again_after_a_reload(chat):
    chat.open()
    hand_over(chat, "paste", "kept.png", "image/png", PICTURE)
    expect(files_of(chat).get_by_role("progressbar")).to_have_count(0)
    chat.box.fill("Half a thought")
    chat.page.reload()

    expect(chat.box).to_have_value("Half a thought")
    expect(files_of(chat)).to_contain_text("kept.png")


def test_each_chat_has_a_draft_of_its_own(chat, talker):
    one, other = talker.chat(title="One"), talker.chat(title="Other")
    chat.open(one).box.fill("for the one")
    recent = chat.page.get_by_role("navigation", name="Recent chats")

    recent.get_by_role("link", name="Other").click()
    expect(chat.box).to_have_value("")
    chat.box.fill("for the other")
    recent.get_by_role("link", name="One").click()

    expect(chat.box).to_have_value("for the one")
    assert other


def test_five_megabytes_pasted_become_a_file_and_freeze_nothing(chat, mock):
    chat.open()
    words = ("A long text, line by line.\n" * 200_000)[: 5 * MEGABYTE]

    assert paste(chat, words) < 3000
    expect(files_of(chat)).to_contain_text("pasted.txt")
    expect(files_of(chat).get_by_role("progressbar")).to_have_count(0, timeout=30_000)
    chat.box.fill("mock:echo\nRead that")
    chat.box.press("Enter")
    # More than any model reads: nothing is sent, and nothing that was said is lost.
    alert = chat.page.get_by_role("alert").filter(has_text="The last message does not fit")
    expect(alert).to_be_visible(timeout=60_000)
    expect(chat.messages.first).to_contain_text("pasted.txt")
    expect(chat.messages.first).to_contain_text("Read that")
    assert not mock.chats


def test_a_long_text_that_was_pasted_is_shown_as_a_file_and_goes_out_as_words(chat, mock):
    chat.open()
    words = "A long text, line by line.\n" * 1900
    paste(chat, words)
    expect(files_of(chat)).to_contain_text("pasted.txt")
    expect(files_of(chat).get_by_role("progressbar")).to_have_count(0)

    chat.ask("Read that")

    assert str(mock.chats[-1].body).count("line by line.") == 1900
    said = chat.messages.first
    file = said.get_by_role("button", name="pasted.txt 51.3 kB")
    expect(file).to_be_visible()
    expect(said).not_to_contain_text("line by line")
    expect(said).to_contain_text("Read that")
    expect(chat.page.get_by_role("button", name="Rename: pasted.txt: Read that")).to_be_visible()
    file.click()
    expect(chat.page.get_by_role("dialog", name="pasted.txt")).to_contain_text("line by line")
    chat.page.keyboard.press("Escape")
    chat.act(said, "Edit")
    expect(chat.page.get_by_role("textbox", name="Text of the message")).to_be_focused()
    chat.page.keyboard.insert_text(", please")
    chat.page.keyboard.press("Control+Enter")
    expect(said).to_contain_text("Read that, please")
    expect(file).to_be_visible()


def test_lines_are_begun_with_shift_and_sent_without(chat):
    chat.open()
    chat.box.press_sequentially("one")
    chat.box.press("Shift+Enter")
    chat.box.press_sequentially("two")

    expect(chat.box).to_have_value("one\ntwo")
    chat.box.press("Enter")

    expect(chat.messages.first).to_contain_text("two")
    chat.finish()


def test_what_is_sent_into_an_answer_waits_for_its_end_and_goes_out_once(chat, mock):
    chat.open().say("mock:long@150@0.02")
    expect(chat.last).to_contain_text("w5 ")

    chat.say("mock:echo\nAnd after that?")

    expect(chat.page.get_by_text("This is sent when the answer ends.")).to_be_visible()
    expect(chat.box).to_have_value("mock:echo\nAnd after that?")
    assert len(mock.chats) == 1
    expect(chat.answers).to_have_count(2)
    chat.finish()
    expect(chat.last).to_contain_text("And after that?")
    expect(chat.answers.first).to_contain_text("w149")
    expect(chat.box).to_have_value("")
    assert len(mock.chats) == 2


def test_what_waits_for_an_answer_stays_in_the_input_when_that_is_stopped(chat, mock):
    chat.open().say("mock:long@2000@0.02")
    expect(chat.last).to_contain_text("w5 ")
    chat.box.fill("Not any more")
    chat.page.get_by_role("button", name="Send when the answer ends").click()

    chat.page.keyboard.press("Escape")

    chat.finish()
    expect(chat.page.get_by_text("This was not sent:")).to_be_visible()
    expect(chat.box).to_have_value("Not any more")
    assert len(mock.chats) == 1
    chat.box.press("Enter")
    expect(chat.answers).to_have_count(2)
    chat.finish()


def test_what_waits_for_an_answer_waits_on_after_a_reload(windows, server, mock):
    # Whether it arrived before is asked, and it did not.
    with windows.open(server.url, forgiving=(r"refused: GET /api/messages/\w+ 404",)) as page:
        chat = Conversation(page).open()
        chat.say("mock:long@250@0.02")
        expect(chat.last).to_contain_text("w5 ")
        chat.say("mock:echo\nAnd after that?")

        page.reload()

        expect(chat.box).to_have_value("mock:echo\nAnd after that?")
        expect(chat.answers).to_have_count(2)
        chat.finish()
        expect(chat.last).to_contain_text("And after that?")
        assert len(mock.chats) == 2


def test_nothing_is_sent_when_nothing_is_typed(chat, mock):
    chat.open()

    chat.box.press("Enter")
    chat.box.fill("   ")
    chat.box.press("Enter")

    expect(chat.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    expect(chat.messages).to_have_count(0)
    assert not mock.chats
