"""People: signing in and out, a wrong password, and who may come in."""

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


def test_a_member_uses_connections_and_changes_none(page):
    page.goto("/sign-in")
    sign_in(page, "Bob")
    expect(Conversation(page).box).to_be_editable()

    page.goto("/connections")
    expect(page.get_by_text("An admin sets these up")).to_be_visible()
    expect(page.get_by_role("link", name="New connection")).to_have_count(0)
    page.goto("/settings")

    expect(page.get_by_role("tab", name="Account")).to_be_visible()
    expect(page.get_by_role("tab", name="People")).to_have_count(0)


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
