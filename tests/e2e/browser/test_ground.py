"""What every page stands on, and that the tests in a browser see what goes wrong."""

import pytest
from playwright.sync_api import expect

from browsing import assert_accessible, assert_fits, watch_of

KILOBYTE = 1024


def test_the_first_script_is_small(page):
    page.goto("/")
    expect(page.get_by_role("link", name="New chat")).to_be_visible()

    sizes = page.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter((one) => one.name.endsWith(".js"))
          .map((one) => one.encodedBodySize)"""
    )

    assert sizes
    assert sum(sizes) <= 300 * KILOBYTE


def test_the_keys_are_listed_and_places_found_without_a_mouse(page):
    page.goto("/")
    expect(page.get_by_role("link", name="New chat")).to_be_visible()
    page.locator("#main").focus()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="What shall be done, or where to?").fill("settings")
    page.keyboard.press("Enter")

    page.wait_for_url("**/settings**")


def test_an_address_without_a_page_says_so_beside_the_way_to_all_others(page):
    page.goto("/no/such/page")

    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(page.get_by_role("link", name="Settings", exact=True)).to_be_visible()
    ways = page.locator("#main")
    ways.get_by_role("link", name="All chats").click()
    page.wait_for_url("**/chats")
    page.go_back()
    ways.get_by_role("link", name="New chat").click()
    page.wait_for_url("**/")


def test_trouble_in_a_window_fails_its_test(windows, server):
    with windows.open(server.url) as page:
        page.goto("/")
        page.evaluate("console.error('a word on the console')")
        page.evaluate("setTimeout(() => { throw new Error('a thing nobody caught') }, 0)")
        page.evaluate("fetch('/api/chats/nothing-of-the-kind')")
        page.evaluate("void alert('a dialog')")
        page.evaluate("fetch('https://canary.example/?c=1').catch(() => 0)")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i onclick=\"1\">i</i>')")
        page.wait_for_timeout(200)
        watch = watch_of(page)
        troubles = "\n".join(watch.left())
        watch.forgive("")

    for sign in (
        "a word on the console",
        "a thing nobody caught",
        "refused: GET /api/chats/nothing-of-the-kind 404",
        "a dialog: alert",
        "canary.example",
        "inline event handler",
    ):
        assert sign in troubles, troubles


def test_whoever_leaves_meets_the_canary(windows, server):
    with windows.open(server.url, bypass_csp=True) as page:
        page.goto("/")
        page.evaluate("fetch('http://canary.example/?c=1').catch(() => 0)")
        watch = watch_of(page)
        left = watch.left()
        watch.forgive("")

    assert any("left for another host: GET /?c=1" in trouble for trouble in left), left


@pytest.mark.parametrize("wide", [1440, 768, 390, 360])
def test_an_image_that_is_too_wide_would_be_seen(page, wide):
    page.set_viewport_size({"width": wide, "height": 800})
    page.goto("/")
    expect(page.locator("#main")).to_be_visible()
    assert_fits(page)

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<hr id=x>')")
    page.evaluate("document.querySelector('#x').style.width = '2000px'")

    with pytest.raises(AssertionError):
        assert_fits(page)
