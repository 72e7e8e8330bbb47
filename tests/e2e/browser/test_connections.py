"""API Connections: every kind of source is connected as a person does it, in a window."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from browsing import assert_accessible, assert_fits, watch_of
from conversing import Conversation
from taps import TAPS

SECRET = "sk-good-0123456789-a-key-that-nobody-may-see-again"
BY_CHECK = re.compile(r"Ready\.")
ENDPOINT = re.compile("^Custom Endpoint")


@pytest.fixture(scope="module")
def titles(server, token):
    from talking import Talker

    with Talker(server.url, token) as talker:
        return {source["id"]: source["title"] for source in talker.get("/api/sources")}


class Form:
    """The form of one connection."""

    def __init__(self, page: Page, titles: dict[str, str]) -> None:
        self.page = page
        self.titles = titles

    def begin(self, source: str, endpoint: str, key: str | None = None) -> "Form":
        """Open the form of a new connection and fill in what most have."""
        self.page.goto("/connections/new")
        box = self.page.get_by_role("combobox", name="Chat Completion Source")
        title = self.titles[source]
        expect(box).to_be_visible()
        if box.input_value() != title:
            box.click()
            box.fill(title)
            self.page.get_by_role("option", name=title, exact=True).click()
        expect(box).to_have_value(title)
        self.page.get_by_role("textbox", name=ENDPOINT).fill(endpoint)
        if key:
            self.key.fill(key)
        return self

    @property
    def key(self):
        return self.page.get_by_label("Key", exact=True)

    def part(self, title: str):
        return self.page.get_by_role("region", name=title, exact=True)

    def connect(self):
        """Save and check; return where the outcome is said."""
        self.part("Connect").get_by_role("button", name="Connect", exact=True).click()
        return self.status

    @property
    def status(self):
        return self.part("Connect").get_by_role("status").first


@pytest.fixture
def form(page, titles):
    return Form(page, titles)


@pytest.mark.parametrize("tap", TAPS, ids=lambda tap: tap.name)
def test_every_kind_of_source_is_connected_with_a_good_key(form, mock, tap):
    key = mock.account() if tap.source == "vertex" else tap.key

    form.begin(tap.source, mock.url + tap.place, key)

    expect(form.connect()).to_contain_text(BY_CHECK)
    expect(form.part("Connect")).to_contain_text(re.compile(r"\d+ ms"))
    assert mock.provider.requests


@pytest.mark.parametrize("tap", [tap for tap in TAPS if tap.wrong_key], ids=lambda tap: tap.name)
def test_a_wrong_key_is_said_to_be_wrong_and_sending_stays_possible(form, mock, tap):
    form.begin(tap.source, mock.url + tap.place, tap.wrong_key)

    status = form.connect()

    expect(status).to_contain_text(re.compile("key", re.IGNORECASE))
    expect(status).not_to_contain_text("Ready.")
    form.part("Connect").get_by_role("button", name="Show what was tried").click()
    expect(form.part("Connect")).to_contain_text(mock.url)


def test_a_late_key_becomes_good_by_itself(form, mock):
    form.begin("mistral", f"{mock.url}/mistral/v1", "late-6s")
    status = form.connect()
    expect(status).to_contain_text("The key is new")
    expect(form.part("Connect")).to_contain_text("Tried again by itself")

    expect(status).to_contain_text(BY_CHECK, timeout=60_000)


def test_no_list_of_models_is_no_hindrance(form, mock):
    endpoint = f"{mock.url}/~fault=models-missing/compatible/v1"

    form.begin("custom", endpoint)
    status = form.connect()

    expect(status).not_to_contain_text("Not checked yet.")
    form.page.get_by_role("button", name=re.compile("^Model:")).click()
    form.page.get_by_role("combobox", name="Search models").fill("local-model")
    form.page.keyboard.press("Enter")
    expect(form.page.get_by_role("button", name="Model: local-model")).to_be_visible()
    form.page.get_by_role("button", name="Test Message", exact=True).click()
    expect(form.part("Test Message")).to_contain_text("It answers.")


def test_the_path_to_the_api_is_found_and_kept(form, mock):
    form.begin("custom", f"{mock.url}/compatible")

    expect(form.connect()).to_contain_text(BY_CHECK)

    expect(form.part("Connect")).to_contain_text(f"{mock.url}/compatible/v1")
    expect(form.page.get_by_role("textbox", name=ENDPOINT)).to_have_value(
        f"{mock.url}/compatible/v1"
    )


def test_an_address_that_is_no_api_is_said_to_be_none(form, mock):
    form.begin("custom", f"{mock.url}/~fault=html/compatible/v1")

    status = form.connect()

    expect(status).to_contain_text(re.compile("web page|not an API|no API", re.IGNORECASE))


def test_nobody_at_an_address_is_said_and_what_was_typed_stays(form):
    form.begin("custom", "http://127.0.0.1:9/v1")

    status = form.connect()

    expect(status).to_contain_text(re.compile("reach|refused|nobody", re.IGNORECASE))
    expect(form.page.get_by_role("textbox", name=ENDPOINT)).to_have_value("http://127.0.0.1:9/v1")


def test_a_proxy_takes_its_password_in_the_place_of_the_key(form, mock, talker):
    form.begin("openai", "", SECRET)
    form.page.get_by_role("button", name=re.compile("^Reverse Proxy")).click()
    form.page.get_by_role("textbox", name="Preset name").fill("friend")
    form.page.get_by_role("textbox", name="Proxy Server URL").fill(f"{mock.url}/openai")
    form.page.get_by_label("Proxy Password", exact=True).fill("sk-good-of-the-proxy")
    expect(form.part("Reverse Proxy")).to_contain_text("can read everything")

    form.part("Connect").get_by_role("button", name="Connect", exact=True).click()
    form.page.get_by_role("button", name="Yes, use it").click()

    expect(form.status).to_contain_text(re.compile("Ready|works"))
    use = form.page.get_by_role("button", name="Use it")
    if use.is_visible():
        use.click()
        expect(form.status).to_contain_text(BY_CHECK)
    sent = [str(record.headers) for record in mock.provider.requests]
    assert any("sk-good-of-the-proxy" in headers for headers in sent)
    assert not any(SECRET in headers for headers in sent)
    assert {"friend"} <= {proxy["name"] for proxy in talker.get("/api/proxies")}


def test_a_proxy_is_entered_beside_the_chat_that_goes_through_it(page, mock, talker):
    # The connection has no key of its own, and the proxy's address lacks its /v1.
    connection = talker.post(
        "/api/connections",
        {"source": "openai", "model": "local-model", "options": {"api": "chat"}},
    )
    preset = f"of {connection['name']}"
    chat = Conversation(page).open(talker.chat(connection=connection["id"], model="local-model"))
    page.get_by_role("button", name="AI Response Configuration").click()
    drawer = page.get_by_role("complementary", name="AI Response Configuration")
    drawer.get_by_role("button", name="Reverse Proxy").click()
    drawer.get_by_role("textbox", name="Preset name").fill(preset)
    drawer.get_by_role("textbox", name="Proxy Server URL").fill(f"{mock.url}/compatible")
    drawer.get_by_label("Proxy Password", exact=True).fill("sk-good-beside-the-chat")
    expect(drawer).to_contain_text("can read everything")

    drawer.get_by_role("button", name="Save preset").click()
    page.get_by_role("button", name="Yes, use it").click()

    expect(drawer.get_by_role("status").first).to_contain_text(BY_CHECK)
    expect(drawer.get_by_label("Proxy Password", exact=True)).to_have_value("")
    mock.provider.clear()
    chat.ask("mock:echo\nThrough the proxy.")
    assert "Through the proxy." in chat.words(chat.last)
    (sent,) = mock.provider.requests
    assert sent.path == "/compatible/v1/chat/completions"
    assert "sk-good-beside-the-chat" in str(sent.headers)
    assert_accessible(page)
    drawer.get_by_role("button", name="Delete preset").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Proxy deleted")).to_be_visible()
    expect(drawer.get_by_role("combobox", name="Proxy preset")).to_have_value("None")
    assert preset not in {each["name"] for each in talker.get("/api/proxies")}


def test_a_chat_says_that_its_proxy_refused_its_password_and_leads_to_it(page, mock, talker):
    address = {"url": f"{mock.url}/openai/v1", "password": "sk-wrong-0123456789"}
    preset = talker.post("/api/proxies", {"name": "strict", **address})
    connection = talker.post(
        "/api/connections", {"source": "openai", "model": "m", "proxy": preset["id"]}
    )
    chat = Conversation(page).open(talker.chat(connection=connection["id"], model="m"))

    chat.say("Hello")

    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("The proxy 'strict' refused its password (401).")
    trouble.get_by_role("link", name="To the connection").click()
    page.wait_for_url(f"**/connections/{connection['id']}")
    expect(page.get_by_label("Proxy Password", exact=True)).to_be_attached()


def test_a_key_that_is_needed_is_asked_for_and_may_be_left_out(form, talker):
    before = len(talker.get("/api/connections"))
    form.begin("openai", "")

    form.part("Connect").get_by_role("button", name="Connect", exact=True).click()

    expect(form.key).to_be_focused()
    expect(form.part("API key")).to_contain_text("OpenAI needs a key. Get one at")
    assert len(talker.get("/api/connections")) == before
    form.part("Connect").get_by_role("button", name="Save without a key").click()
    name = form.page.locator("#main").get_by_role("heading", level=2).first
    expect(name).to_have_text(re.compile("^OpenAI"))
    assert len(talker.get("/api/connections")) == before + 1


def test_a_chat_is_started_over_what_was_connected(form, mock):
    form.begin("custom", f"{mock.url}/compatible/v1")
    expect(form.connect()).to_contain_text(BY_CHECK)
    name = form.page.locator("#main").get_by_role("heading", level=2).first.inner_text()

    form.part("Connect").get_by_role("link", name="Start a chat").click()

    chat = Conversation(form.page)
    expect(chat.box).to_be_editable()
    expect(form.page.get_by_role("button", name=f"Connection: {name}")).to_be_visible()
    chat.ask("mock:echo\nHello.")
    assert "Hello." in chat.words(chat.last)


def test_external_models_are_listed_when_wanted(form, mock):
    form.begin("openai", f"{mock.url}/openai/v1", "sk-good-1")
    expect(form.connect()).to_contain_text(BY_CHECK)
    page = form.page
    rows = page.get_by_role("listbox", name="Model")
    foreign = rows.get_by_role("option").filter(has_text=re.compile("^echo"))
    group = rows.get_by_text(re.compile(r"^External \d+$"))

    def look(sought: str) -> None:
        page.get_by_role("button", name=re.compile("^Model:")).click()
        page.get_by_role("combobox", name="Search models").fill(sought)

    look("gpt-4o")
    expect(rows.get_by_role("option").first).to_be_visible()
    expect(group).to_have_count(0)
    page.get_by_role("combobox", name="Search models").fill("echo")
    expect(foreign).to_have_count(0)
    page.keyboard.press("Escape")

    page.get_by_role("checkbox", name='Show "External" models').check()

    look("echo")
    expect(group).to_be_visible()
    foreign.click()
    expect(page.get_by_role("button", name="Model: echo")).to_be_visible()


def test_a_bypassed_check_never_stands_in_the_way(form, mock, talker):
    form.begin("custom", f"{mock.url}/~fault=models-missing/compatible/v1")
    form.page.get_by_role("checkbox", name="Bypass API status check").check()

    expect(form.connect()).to_contain_text(re.compile("bypass|not checked", re.IGNORECASE))


def test_a_test_message_says_what_came_back(form, mock):
    form.begin("custom", f"{mock.url}/compatible/v1")
    expect(form.connect()).to_contain_text(BY_CHECK)

    form.page.get_by_role("button", name="Test Message", exact=True).click()

    said = form.part("Test Message")
    expect(said).to_contain_text("It answers.")
    expect(said).to_contain_text(re.compile(r"\d+ ms"))
    expect(said).to_contain_text(re.compile(r"\d+ tokens read"))


def test_a_key_never_comes_back(form, mock):
    answers = []
    form.begin("custom", f"{mock.url}/compatible/v1", SECRET)
    form.page.on("response", lambda answer: answers.extend([answer]))
    expect(form.connect()).to_contain_text(BY_CHECK)
    expect(form.page.get_by_text(f"…{SECRET[-4:]}").first).to_be_visible()
    form.page.get_by_role("button", name="Test Message", exact=True).click()
    expect(form.part("Test Message")).to_contain_text("It answers.")

    assert SECRET not in form.page.content()
    read = [one for one in answers if "/api/" in one.url and "/live" not in one.url]
    assert len(read) > 3
    assert not [one.url for one in read if SECRET in one.text()]
    stored = form.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert SECRET not in stored
    assert any(SECRET in str(record.headers) for record in mock.provider.requests)


def test_keys_are_named_replaced_and_removed(form, mock):
    form.begin("custom", f"{mock.url}/compatible/v1", "sk-good-first1111")
    expect(form.connect()).to_contain_text(BY_CHECK)
    page = form.page
    page.get_by_role("button", name="Add another key").click()
    page.get_by_label("Another key", exact=True).fill("sk-good-second2222")
    page.get_by_label("Name of this key").fill("work")
    expect(form.connect()).to_contain_text(BY_CHECK)
    expect(page.get_by_text("work", exact=True)).to_be_visible()

    page.get_by_role("button", name="Replace the key …1111").click()
    page.get_by_label("New key").fill("sk-good-third3333")
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_text("…3333", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove the key …2222").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()

    expect(page.get_by_text("…2222", exact=True)).to_be_hidden()
    expect(page.get_by_text("…1111", exact=True)).to_be_hidden()


def test_a_key_stays_behind_when_the_address_is_another(form, mock):
    form.begin("custom", f"{mock.url}/compatible/v1", "sk-good-bound4444")
    expect(form.connect()).to_contain_text(BY_CHECK)
    mock.provider.clear()

    elsewhere = mock.provider.elsewhere_url + "/compatible/v1"
    form.page.get_by_role("textbox", name=ENDPOINT).fill(elsewhere)
    expect(form.page.get_by_text("The key stays behind")).to_be_visible()
    form.connect()

    expect(form.page.get_by_text("A key was detached")).to_be_visible()
    expect(form.page.get_by_text("detached", exact=True)).to_be_visible()
    assert not [one for one in mock.provider.elsewhere if "bound4444" in str(one.headers)]


def test_what_was_typed_of_a_connection_stays_until_it_is_saved(form, mock):
    form.begin("custom", "http://127.0.0.1:1/typed")

    form.page.get_by_role("link", name="Settings", exact=True).click()
    form.page.get_by_role("link", name="API Connections", exact=True).click()
    form.page.get_by_role("link", name=re.compile("^New connection")).click()

    expect(form.page.get_by_role("textbox", name=ENDPOINT)).to_have_value(
        "http://127.0.0.1:1/typed"
    )


def test_connections_are_switched_duplicated_carried_and_removed(form, mock, tmp_path):
    form.begin("custom", f"{mock.url}/compatible/v1", "sk-good-carried5555")
    expect(form.connect()).to_contain_text(BY_CHECK)
    page = form.page
    name = page.locator("#main").get_by_role("heading", level=2).first.inner_text()
    page.get_by_role("button", name="Use for new chats").click()
    expect(page.get_by_text("used for new chats")).to_be_visible()
    page.get_by_role("button", name=f"More for {name}").click()
    page.get_by_role("menuitem", name="Duplicate, with its keys").click()
    expect(page.locator("#main").get_by_role("heading", level=2).first).not_to_have_text(name)
    copy = page.locator("#main").get_by_role("heading", level=2).first.inner_text()

    page.get_by_role("button", name="Export and import").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export all, without keys").click()
    file = tmp_path / "connections.json"
    download.value.save_as(file)
    exported = file.read_text()
    assert "carried5555" not in exported
    assert json.loads(exported)["connections"]
    page.get_by_role("button", name=f"More for {copy}").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()

    expect(page.get_by_role("navigation", name="Connections")).not_to_contain_text(copy)


def test_the_form_is_accessible_and_fits_a_phone(form, phone, titles, mock):
    form.begin("custom", f"{mock.url}/compatible/v1", "sk-wrong-1")
    form.connect()
    expect(form.status).not_to_contain_text("Asking")
    assert_accessible(form.page)

    small = Form(phone, titles).begin("openai", f"{mock.url}/openai/v1", "sk-good-1")
    expect(small.connect()).to_contain_text(BY_CHECK)
    assert_fits(phone)
    assert not watch_of(phone).left()
