"""Every page at every width, in both schemes, for everyone."""

import re

import pytest
from playwright.sync_api import expect

from browsing import PHONE, assert_accessible, assert_fits
from conversing import Conversation
from talking import Talker

RICH = (
    # Models write headings as they please.
    "### The crossing\n\n# Its fares\n\n#### Of children\n\n"
    "1. **bold** and `code`\n\n| who | fare |\n|---|--:|\n| a child | 1 |\n\n"
    "```python\ndef fare(person):\n    return 'a very long line that does not fit a phone' * 3\n"
    "```\n\n> A quotation, and [a link](https://example.org/).\n\n$e^{i\\pi} = -1$\n\n"
    "Averylongwordwithoutanybreak" + "k" * 120
)
PLACES = [
    "/",
    "/chats",
    "/chats/{chat}",
    "/chats/{chat}/tree",
    "/search?q=crossing",
    "/connections",
    "/connections/new",
    "/connections/{connection}",
    "/settings/appearance",
    "/settings/chat",
    "/settings/shortcuts",
    "/settings/data",
    "/settings/account",
    "/settings/people",
    "/nowhere",
]


@pytest.fixture(scope="module")
def told(server, token, live_mock):
    """Return the ids that stand in the addresses."""

    with Talker(server.url, token) as talker:
        chat = talker.chat(title="The crossing", connection="own", model="local-model")
        talker.finish(talker.say(chat, f"mock:echo\n{RICH}"))
        talker.finish(talker.say(chat, "mock:think\nWhat do you think?"))
        talker.finish(talker.say(chat, "mock:echo fault=400\nThis fails."))
        first = talker.messages(chat)[0]["id"]
        talker.post(f"/api/chats/{chat}/messages", {"text": "Else?", "parent": first})
        connection = next(
            each["id"] for each in talker.get("/api/connections") if each["name"] == "own"
        )
    return {"chat": chat, "connection": connection}


def visit(page, place: str, told) -> None:
    page.goto(place.format(**told))
    expect(page.locator("#main :is(h1, h2)").first).to_be_attached()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.fixture(scope="module", params=["dark", "light"])
def desk(request, windows, server):
    """One window for all pages in one colour scheme."""
    with windows.open(server.url, scheme=request.param) as page:
        yield page


@pytest.fixture(scope="module")
def small(windows, server):
    with windows.open(server.url, viewport=PHONE, scheme="light") as page:
        yield page


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_wrong_with_a_page(desk, told, place):
    visit(desk, place, told)

    assert_accessible(desk)


@pytest.mark.parametrize("place", PLACES)
def test_a_page_fits_a_phone_and_axe_finds_nothing_wrong(small, told, place):
    visit(small, place, told)

    assert_fits(small)
    assert_accessible(small)
    small.set_viewport_size({"width": 360, "height": 640})
    assert_fits(small)
    small.set_viewport_size(PHONE)


@pytest.fixture(scope="module")
def magnified(windows, server):
    """A desk of 1280 by 800, seen at twice its size: half the room, and each dot is four."""
    viewport = {"width": 640, "height": 400}
    with windows.open(server.url, viewport=viewport, device_scale_factor=2) as page:
        yield page


@pytest.mark.parametrize("place", PLACES)
def test_a_page_fits_at_twice_its_size(magnified, told, place):
    visit(magnified, place, told)

    assert_fits(magnified)


def test_on_a_phone_the_menu_and_the_panel_come_from_the_sides(phone, told):
    chat = Conversation(phone).open(told["chat"])
    expect(phone.get_by_role("link", name="Settings", exact=True)).to_be_hidden()

    phone.get_by_role("button", name="Menu", exact=True).tap()
    drawer = phone.get_by_role("dialog")
    expect(drawer.get_by_role("link", name="Settings", exact=True)).to_be_visible()
    assert_accessible(phone)
    phone.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    phone.get_by_role("button", name="AI Response Configuration").tap()
    expect(phone.get_by_role("dialog")).to_be_visible()
    assert_fits(phone)
    assert_accessible(phone)
    phone.keyboard.press("Escape")

    expect(chat.box).to_be_visible()


def test_on_a_phone_two_rows_stand_above_a_chat(phone, told):
    chat = Conversation(phone).open(told["chat"])
    menu = phone.get_by_role("button", name="Menu", exact=True).bounding_box()
    title = phone.get_by_role("button", name=re.compile("^Rename")).bounding_box()
    words = chat.page.get_by_role("group", name="Messages").bounding_box()

    assert menu["x"] + menu["width"] <= title["x"]
    assert abs(menu["y"] - title["y"]) <= 4
    assert words["y"] <= 2 * 48


def test_the_panel_of_the_response_configuration_is_accessible(desk, told):
    Conversation(desk).open(told["chat"])
    desk.keyboard.press("Control+.")

    expect(desk.get_by_role("complementary").or_(desk.get_by_role("dialog")).first).to_be_visible()
    desk.wait_for_load_state("networkidle")
    assert_accessible(desk)
    desk.keyboard.press("Control+.")


def test_what_asks_before_it_removes_is_accessible(desk, told):
    desk.goto("/connections")
    desk.get_by_role("main").get_by_role("link").filter(has_text="own").first.click()
    desk.get_by_role("button", name="More for own").click()
    desk.get_by_role("menuitem", name="Remove").click()

    expect(desk.get_by_role("dialog").get_by_role("button", name="Remove")).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("Escape")


def test_what_is_touched_is_large_enough_on_a_phone(phone, told):
    Conversation(phone).open(told["chat"])
    phone.wait_for_load_state("networkidle")

    small = phone.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input, select, textarea")]
          .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
          .filter((one) => !one.closest("p, li, td, [aria-hidden=true]"))
          .map((one) => [one.getAttribute("aria-label") || one.innerText || one.className,
            one.getBoundingClientRect()])
          .filter(([, { width, height, right, top }]) => right > 0 && top < 844
            && width > 1 && (height < 40 || width < 40))
          .map(([name, { width, height }]) => `${name}: ${width} x ${height}`)"""
    )

    assert small == []


def test_nothing_moves_for_whoever_wants_it_still(windows, server, told):
    with windows.open(server.url, reduced_motion="reduce") as page:
        Conversation(page).open(told["chat"]).say("mock:long@40@0.02")
        expect(page.locator("article[aria-busy=true]")).to_be_visible()

        moving = page.evaluate(
            """() => document.getAnimations()
              .filter((one) => (one.effect?.getComputedTiming().duration ?? 0) > 1)
              .map((one) => `${one.animationName ?? one.transitionProperty}`)"""
        )

        assert moving == []
        Conversation(page).finish()


@pytest.fixture
def as_before(server, token):
    """Whatever is liked here, others find the page as it was."""
    yield
    with Talker(server.url, token) as talker:
        changed = talker.http.patch("/api/preferences", json={"theme": "auto", "language": ""})
        assert changed.is_success, changed.text


@pytest.mark.usefixtures("as_before")
def test_what_is_chosen_of_colours_letters_and_language_holds_everywhere(windows, server):
    with windows.open(server.url) as page, windows.open(server.url) as other:
        page.goto("/settings/appearance")
        page.get_by_text("Light", exact=True).click()
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
        page.get_by_role("combobox", name="Language").select_option("Deutsch")
        expect(page.locator("html")).to_have_attribute("lang", "de")

        other.goto("/chats")

        expect(other.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
        expect(other.get_by_role("link", name="Neuer Chat").first).to_be_visible()
        assert_accessible(other)


def test_it_can_be_installed_and_says_so_when_there_is_no_server(page):
    page.goto("/")
    manifest = page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())"
    )

    assert manifest["name"]
    assert manifest["start_url"]
    assert manifest["display"] == "standalone"
    assert {"192x192", "512x512"} <= {
        size for icon in manifest["icons"] for size in icon["sizes"].split()
    }
    for icon in manifest["icons"]:
        assert page.evaluate("(src) => fetch(src).then((one) => one.status)", icon["src"]) == 200


def test_what_is_written_is_announced_politely(page):
    chat = Conversation(page).open()
    chat.say("mock:long@30@0.02")
    status = page.get_by_role("status").filter(has_text="Writing")
    expect(status).to_have_count(1)

    chat.finish()

    expect(page.locator("[aria-live=polite]").filter(has_text="w29")).to_have_count(1)
