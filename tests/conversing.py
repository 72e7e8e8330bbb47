"""A chat as a person has it in a window: what is typed and clicked, and what is read."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Conversation:
    """The open chat of a window."""

    page: Page

    def open(self, chat_id: str | None = None) -> "Conversation":
        """Go to a chat, or to where one begins; the input is there when this returns."""
        self.page.goto(f"/chats/{chat_id}" if chat_id else "/")
        expect(self.box).to_be_editable()
        return self

    @property
    def id(self) -> str:
        """Return the chat's id, once the address has it."""
        self.page.wait_for_url("**/chats/*")
        return self.page.url.partition("/chats/")[2].partition("?")[0]

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def stop(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("article")

    @property
    def answers(self) -> Locator:
        return self.page.locator("article[data-role=assistant]")

    @property
    def last(self) -> Locator:
        return self.answers.last

    def say(self, text: str) -> None:
        """Type something and send it."""
        self.box.fill(text)
        self.box.press("Enter")

    def ask(self, text: str) -> None:
        """Say something and wait until it is answered."""
        before = self.answers.count()
        self.say(text)
        expect(self.answers).to_have_count(before + 1)
        self.finish()

    def finish(self) -> None:
        """Wait until nothing is being written."""
        expect(self.stop).to_be_hidden(timeout=30_000)
        expect(self.page.locator("article[aria-busy=true]")).to_have_count(0)

    def act(self, message: Locator, word: str) -> None:
        """Do something with a message: by its button, or from its menu."""
        message.scroll_into_view_if_needed()
        message.hover()
        tools = message.get_by_role("group", name="What to do with this message")
        button = tools.get_by_role("button", name=word, exact=True)
        expect(tools.get_by_role("button", name="More", exact=True)).to_be_visible()
        if button.count():
            button.click()
            return
        tools.get_by_role("button", name="More", exact=True).click()
        self.page.get_by_role("menuitem", name=word, exact=True).click()

    def words(self, message: Locator) -> str:
        """Return what a message says, its paragraphs one after another."""
        # The renderer may still be on its way.
        expect(message.locator("p").first).to_be_visible()
        return "\n".join(message.locator("p").all_inner_texts()).strip()

    def alternatives(self, message: Locator) -> Locator:
        return message.get_by_role("group", name="Alternative replies")


def long_answer(count: int) -> str:
    """Return what the mock says to `mock:long@<count>`."""
    return " ".join(f"w{at}" for at in range(count))
