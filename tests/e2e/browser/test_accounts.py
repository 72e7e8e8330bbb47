"""People: signing in and out, a wrong password, and who may come in."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible, assert_fits
from conversing import Conversation
from running import Home, serving

PASSWORD = "correct horse battery"
# Whoever is not signed in, or not any more, is told so by refusals.
STRANGER = (r"refused: \w+ \S+ 401", r"no answer: GET \S+/api/live")


@pytest.fixture(scope="module")
def home(tmp_path_factory, live_mock):
    """A Tapster of two people: Ada, an admin, and Bob."""
    home = Home(tmp_path_factory.mktemp("home"), {"TAPSTER_BACKUPS": "off"})
    endpoint = f"{live_mock.url}/compatible/v1"
    home.add("own", "custom", "--endpoint", endpoint, "--model", "local-model", key=None)
    home.run("users", "add", "Ada", "--password-stdin", stdin=PASSWORD + "\n")
    home.run("users", "add", "Bob", "--password-stdin", stdin=PASSWORD + "\n")
    return home


@pytest.fixture(scope="module")
def server(windows, home):
    with serving(home) as server:
        yield server


@pytest.fixture
def page(windows, server):
    with windows.open(server.url, forgiving=STRANGER) as page:
        yield page


def sign_in(page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_one_comes_in_to_where_one_wanted_and_goes_out_again(page):
    page.goto("/settings/account")
    page.wait_for_url("**/sign-in**")
    assert_accessible(page)

    sign_in(page, "Ada")

    page.wait_for_url("**/settings/account")
    expect(page.locator("#main")).to_contain_text("Ada")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in**")
    page.goto("/chats")
    page.wait_for_url("**/sign-in**")


def test_a_wrong_password_is_told_and_the_name_stays(page):
    page.goto("/sign-in")

    sign_in(page, "Ada", "not the password")

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada")
    sign_in(page, "Ada")
    expect(Conversation(page).box).to_be_editable()


def test_the_address_of_the_door_leads_nowhere_else(page):
    for to in ("https://canary.example/", "//canary.example/", "javascript:alert(1)"):
        page.goto(f"/sign-in?to={to}")
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    sign_in(page, "Bob")

    expect(Conversation(page).box).to_be_editable()


def test_nobody_sees_what_another_has_said(page, windows, server):
    page.goto("/sign-in")
    sign_in(page, "Ada")
    chat = Conversation(page)
    expect(chat.box).to_be_editable()
    chat.ask("mock:echo\nFor my eyes alone")
    address = page.url
    with windows.open(server.url, forgiving=(*STRANGER, r"refused: GET /api/chats/")) as other:
        other.goto("/sign-in")
        sign_in(other, "Bob")
        expect(Conversation(other).box).to_be_editable()

        other.goto(address)

        expect(other.get_by_role("alert").first).to_be_visible()
        expect(other.get_by_text("For my eyes alone")).to_have_count(0)


def test_a_session_that_was_lost_is_taken_up_at_the_door_and_the_draft_is_there(page):
    page.goto("/sign-in")
    sign_in(page, "Ada")
    chat = Conversation(page)
    expect(chat.box).to_be_editable()
    chat.ask("mock:echo\nBefore")
    address = page.url
    page.context.clear_cookies()

    chat.say("mock:echo\nNot lost")
    page.wait_for_url("**/sign-in**")
    sign_in(page, "Ada")

    page.wait_for_url(address)
    expect(chat.box).to_have_value("mock:echo\nNot lost")
    chat.box.press("Enter")
    expect(chat.last).to_contain_text("Not lost")
    chat.finish()
    expect(chat.answers).to_have_count(2)


@pytest.fixture(scope="module")
def reached(home):
    """The address of the same Tapster, where other machines reach it."""
    with serving(home, "--host", "0.0.0.0") as server:
        yield f"http://127.0.0.1:{urlsplit(server.url).port}"


@pytest.fixture
def member(windows, reached):
    """A window of Bob's, who is no admin."""
    with windows.open(reached, forgiving=STRANGER) as page:
        page.goto("/sign-in")
        sign_in(page, "Bob")
        expect(Conversation(page).box).to_be_editable()
        yield page


def test_a_member_uses_connections_and_changes_none(member):
    member.goto("/connections")
    expect(member.get_by_text("An admin sets these up")).to_be_visible()
    expect(member.get_by_role("link", name="New connection")).to_have_count(0)
    expect(member.get_by_role("button", name="Export and import")).to_have_count(0)
    member.get_by_role("navigation", name="Connections").get_by_role("link", name="own").click()

    member.wait_for_url("**/connections/*")
    expect(member.locator("#main").get_by_role("heading", name="own")).to_be_visible()
    for label in ("Endpoint", "Key"):
        expect(member.get_by_label(label)).to_have_count(0)
    for name in ("Connect", "Save", "Test Message"):
        expect(member.get_by_role("button", name=name, exact=True)).to_have_count(0)
    assert_accessible(member)


def test_a_member_is_asked_for_what_is_theirs_and_shown_nothing_of_others(member):
    member.goto("/settings")
    tabs = member.get_by_role("tab")
    expect(tabs).to_have_text(["Appearance", "Chat", "Keys", "Data", "Account"])

    member.get_by_role("tab", name="Data").click()
    main = member.locator("#main")
    expect(main.get_by_role("heading", name="This Tapster")).to_be_visible()
    expect(main.get_by_role("heading", name="Backups")).to_have_count(0)
    expect(main).not_to_contain_text("Data folder")
    member.get_by_role("tab", name="Account").click()
    expect(main).to_contain_text("Bob (member)")
    member.get_by_role("button", name="Make a token").click()
    expect(main.get_by_role("checkbox")).not_to_have_count(0)
    assert "admin" not in " ".join(
        main.get_by_role("checkbox").evaluate_all("(boxes) => boxes.map((box) => box.value)")
    )
    assert_accessible(member)

    member.goto("/settings/people")

    expect(main.get_by_role("tab", name="Appearance")).to_have_attribute("aria-selected", "true")
    expect(member.get_by_role("button", name="Add somebody")).to_have_count(0)


def test_an_admin_adds_somebody_who_signs_in_and_is_shut_out(page, windows, server):
    page.goto("/sign-in?to=/settings/people")
    sign_in(page, "Ada")
    page.get_by_role("button", name="Add somebody").click()
    page.get_by_label("Name", exact=True).fill("Cleo")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("listitem").filter(has_text="Cleo")).to_be_visible()
    assert_accessible(page)
    with windows.open(server.url, forgiving=STRANGER) as other:
        other.goto("/sign-in")
        sign_in(other, "Cleo")
        chat = Conversation(other)
        expect(chat.box).to_be_editable()
        chat.box.fill("A thought of Cleo's")

        row = page.get_by_role("listitem").filter(has_text="Cleo")
        row.get_by_role("button", name="Disable").click()
        expect(row).to_contain_text("disabled")
        other.reload()

        other.wait_for_url("**/sign-in**")
        sign_in(other, "Cleo")
        expect(other.get_by_role("alert")).to_be_visible()


def test_the_door_fits_a_phone(windows, server):
    with windows.open(
        server.url, viewport={"width": 360, "height": 740}, scheme="light", forgiving=STRANGER
    ) as page:
        page.goto("/sign-in")
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

        assert_fits(page)
        assert_accessible(page)
