"""`tapster models load`, `unload` and `pull`, and what the list says of a server's models."""

import json
import urllib.request

import pytest

from mock_provider.vendors.keyed_model_servers import ADMIN_KEY
from terminals import CTRL_C, Terminal


@pytest.fixture
def room(mock):
    """Say what goes wrong with a server of one's own; at the end all is well again."""

    def set_up(server, trouble="", **models):
        said = json.dumps({"server": server, "trouble": trouble, "models": models}).encode()
        headers = {"content-type": "application/json"}
        asked = urllib.request.Request(f"{mock}/_mock/room", said, headers)  # noqa: S310
        urllib.request.urlopen(asked).close()  # noqa: S310

    yield set_up
    for server in ("ollama", "tabbyapi"):
        set_up(server)


@pytest.fixture
def ollama(call, mock):
    endpoint = f"{mock}/own/ollama"
    assert (
        call("connections", "add", "home", "--source", "ollama", "--endpoint", endpoint).code == 0
    )


@pytest.mark.usefixtures("ollama")
def test_a_model_is_loaded_seen_and_unloaded(call):
    loaded = call("models", "load", "qwen3:8b", "-c", "home", "--option", "num_ctx=2048")
    listed = call("models", "home")
    told = {each["id"]: each for each in json.loads(call("models", "--json", "home").out)}
    unloaded = call("models", "unload", "qwen3:8b", "--connection", "home")

    assert (loaded.code, loaded.err.splitlines()[-1]) == (0, "Loaded qwen3:8b.")
    assert "home/qwen3:8b\t2,048\t\t\texternal, loaded until 2031-06-0" in listed.out
    assert told["qwen3:8b"]["served"]["context"] == 2048
    assert told["llama3.2:1b"]["served"]["state"] == "unloaded"
    assert (unloaded.code, unloaded.err.splitlines()[-1]) == (0, "Unloaded qwen3:8b.")


@pytest.mark.usefixtures("ollama")
def test_a_download_is_told_in_plain_lines_where_nobody_watches(call):
    pulled = call("models", "pull", "gemma3:4b")

    assert pulled.code == 0
    assert pulled.out == ""
    lines = pulled.err.splitlines()
    assert lines[-1] == "Downloaded gemma3:4b."
    assert all(line.startswith("Downloading gemma3:4b …") for line in lines[:-1])
    assert "\r" not in pulled.err
    assert "home/gemma3:4b" in call("models", "home").out


@pytest.mark.usefixtures("ollama")
@pytest.mark.parametrize(
    ("trouble", "model", "words"),
    [
        ("", "nowhere", "no model called 'nowhere' to download"),
        ("disk", "gemma3:4b", "The disk of the computer Ollama runs on is full"),
        ("dies", "gemma3:4b", "went away before it was done"),
    ],
)
def test_a_failure_leaves_with_1_and_one_sentence(call, room, trouble, model, words):
    room("ollama", trouble)

    pulled = call("models", "pull", model, "-c", "home")

    assert pulled.code == 1
    assert words in pulled.err.splitlines()[-1]


@pytest.mark.usefixtures("ollama")
def test_an_option_that_is_none_is_refused_before_anything_is_asked(call):
    refused = call("models", "load", "qwen3:8b", "-c", "home", "--option", "layers=3")

    assert refused.code == 2
    assert "has no option 'layers'" in refused.complaint


@pytest.mark.usefixtures("ollama")
def test_a_terminal_sees_one_line_and_ctrl_c_stops(program, room):
    room("ollama", "hangs")
    command = program.command("models", "pull", "gemma3:4b", "-c", "home")
    with Terminal(command, environment=program.environment) as terminal:
        terminal.until(r"Downloading gemma3:4b … 0 % of 2\.0 GB pulling aa")
        terminal.type(CTRL_C)
        terminal.until("Stopped.")
        code = terminal.leave()

    assert code == 130
    assert "Traceback" not in terminal.screen


def test_the_admin_key_opens_what_the_key_for_messages_does_not(call, mock):
    endpoint = f"{mock}/own/tabbyapi"
    call("connections", "add", "tabby", "--source", "tabbyapi", "--endpoint", endpoint)
    before = call("models", "load", "Mistral-exl3", "-c", "tabby")

    kept = call("keys", "set", "tabby", "--admin", "--key-stdin", stdin=ADMIN_KEY.encode())
    loaded = call("models", "load", "Mistral-exl3", "-c", "tabby")
    keys = json.loads(call("keys", "list", "--json").out)

    assert before.code == 1
    assert "tapster keys set tabby --admin" in before.err
    assert (kept.code, loaded.code) == (0, 0), loaded.err
    assert [each["owner"] for each in keys] == ["tabby (admin key)"]
    assert ADMIN_KEY not in kept.err + loaded.err + json.dumps(keys)
