"""A real LiteLLM proxy between Tapster and a provider: by a proxy preset, and as what it is."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import openai
import pytest

from running import free_port

LITELLM = Path(__file__).parents[2] / ".venv-litellm" / "bin" / "litellm"
MASTER_KEY = "sk-master-0123456789"
CONFIG = """
model_list:
  - model_name: mock-gpt
    litellm_params: {{model: openai/gpt-4o, api_base: "{mock}/openai/v1", api_key: sk-good-1}}
  - model_name: mock-claude
    litellm_params:
      {{model: anthropic/claude-haiku-4-5, api_base: "{mock}/anthropic", api_key: sk-good-1}}
  - model_name: embedded
    litellm_params: {{model: openai/local, api_base: "{tapster}/v1", api_key: "{token}"}}
litellm_settings: {{telemetry: false}}
general_settings: {{master_key: {master_key}}}
"""


@pytest.fixture(scope="module")
def litellm(tmp_path_factory, live_mock, server, token):
    """The address of a LiteLLM that leads to the mock and back to ourselves."""
    if not LITELLM.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("LiteLLM is not installed: make .venv-litellm/done")
        pytest.skip("LiteLLM is not installed: make .venv-litellm/done")
    folder, port = tmp_path_factory.mktemp("litellm"), free_port()
    config = folder / "config.yaml"
    config.write_text(
        CONFIG.format(mock=live_mock.url, tapster=server.url, token=token, master_key=MASTER_KEY)
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # the tool these tests are about
            [str(LITELLM), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        until_alive(f"{address}/health/liveliness", process, folder / "log")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def until_alive(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ends = time.monotonic() + 100
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  # our own process
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"LiteLLM did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def proxied(home, litellm):
    """Connections of two sources through LiteLLM, to itself, and some with a wrong password."""
    for name, password in (("litellm", MASTER_KEY), ("mistaken", "sk-wrong-0123456789")):
        url = f"{litellm}/v1"
        home.run("proxies", "add", name, "--url", url, "--password-stdin", stdin=password)
    home.add("lite-openai", "openai", "--proxy", "litellm", "--show-external", key=None)
    home.add("lite-custom", "custom", "--proxy", "litellm", key=None)
    home.add("lite-wrong", "openai", "--proxy", "mistaken", key=None)
    home.add("lite-itself", "litellm", "--endpoint", litellm, key=MASTER_KEY)
    home.add("lite-denied", "litellm", "--endpoint", f"{litellm}/v1", key="sk-wrong-0123456789")
    return home


every_way = pytest.mark.parametrize("name", ["lite-openai", "lite-custom", "lite-itself"])
pytestmark = pytest.mark.timeout(180)


def says(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@every_way
def test_the_connection_is_ready_and_lists_the_proxys_models(proxied, name):
    check = proxied.listed("connections", "check", name)

    assert check["state"] == "ready"
    listed = {model["id"] for model in proxied.listed("models", name)}
    assert {"mock-gpt", "embedded"} <= listed


@every_way
def test_a_chat_is_streamed_through_the_proxy(proxied, client, mock, name):
    chunks = list(
        client.chat.completions.create(
            model=f"{name}/mock-gpt",
            messages=says("Sphinx of black quartz"),
            stream=True,
            stream_options={"include_usage": True},
        )
    )

    words = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(words) == "Sphinx of black quartz"
    assert chunks[-1].usage.total_tokens > 0
    assert mock.chats[-1].body["model"] == "gpt-4o"


@every_way
def test_a_whole_answer_and_a_tool_call_come_through_the_proxy(proxied, client, mock, name):
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}

    whole = client.chat.completions.create(model=f"{name}/mock-gpt", messages=says("Hello"))
    called = client.chat.completions.create(
        model=f"{name}/mock-gpt", messages=says("mock:tool\nLook"), tools=[tool]
    )

    assert whole.choices[0].message.content == "Hello"
    assert called.choices[0].finish_reason == "tool_calls"
    assert called.choices[0].message.tool_calls[0].function.name == "look"


@every_way
def test_the_providers_error_comes_through_the_proxy(proxied, client, mock, name):
    with pytest.raises(openai.APIStatusError, match="not valid"):
        client.chat.completions.create(
            model=f"{name}/mock-gpt", messages=says("mock:fault=400\nHello")
        )


def checked(home, name: str) -> dict:
    # The command ends with 1, as what is not ready should in a script.
    check: dict = json.loads(home.run("connections", "check", name, "--json", check=False))
    return check


@pytest.mark.parametrize("name", ["lite-wrong", "lite-denied"])
def test_a_wrong_password_is_told(proxied, client, name):
    assert checked(proxied, name)["state"] in {"key_refused", "failed"}
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model=f"{name}/mock-gpt", messages=says("Hello"))

    assert refused.value.status_code in {400, 401}
    assert refused.value.body["message"]
    assert "sk-wrong-0123456789" not in str(refused.value)


@pytest.mark.parametrize("name", ["lite-wrong", "lite-denied"])
def test_a_wrong_password_is_told_as_one(proxied, name):
    assert checked(proxied, name)["state"] == "key_refused"


@pytest.mark.parametrize(
    ("key", "sight"),
    [(MASTER_KEY, "ready"), (None, "key_wanted"), ("sk-wrong-0123456789", "key_refused")],
)
def test_it_is_recognised_with_and_without_its_key(proxied, litellm, key, sight):
    # What it answers first takes it long: that is not what this is about.
    checked(proxied, "lite-itself")
    words = ["servers", "show", f"{litellm}/v1", "--json", *(["--key-stdin"] if key else [])]

    server = json.loads(proxied.run(*words, stdin=key))

    assert (server["source"], server["sight"]) == ("litellm", sight)
    assert ("mock-gpt" in [model["id"] for model in server["models"]]) == (sight == "ready")


def test_what_litellm_knows_of_its_models_is_known_here(proxied):
    models = {model["id"]: model for model in proxied.listed("models", "lite-itself")}

    assert models["mock-gpt"]["context"] == 128_000
    assert models["mock-gpt"]["tools"] is True


def test_samplers_go_through_to_the_provider(proxied, client, mock):
    client.chat.completions.create(
        model="lite-itself/mock-gpt", messages=says("Hello"), temperature=0.5, seed=7
    )

    assert mock.chats[-1].body["temperature"] == 0.5
    assert mock.chats[-1].body["seed"] == 7


def test_litellm_counts_what_would_be_sent(proxied):
    preview = proxied.listed(
        "prompt", "--new", "--say", "Sphinx of black quartz", "-c", "lite-itself", "-m", "mock-gpt"
    )

    assert preview["report"]["counting"] == "guess"
    # Four words and the signs around them.
    assert 4 < preview["report"]["counted"] < 20


@pytest.mark.parametrize("stream", [False, True])
def test_sealed_thinking_goes_back_to_claude_through_litellm(proxied, client, mock, stream):
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    asked = {
        "model": "lite-itself/mock-claude",
        "tools": [tool],
        "max_tokens": 4096,
        "extra_body": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    }
    question = says("mock:think-tool\nLook")

    called = answered(client, stream=stream, messages=question, **asked)
    (call,) = called["tool_calls"]
    result = {"role": "tool", "tool_call_id": call["id"], "content": "Rain"}
    client.chat.completions.create(messages=[*question, called, result], **asked)

    (block, used) = mock.chats[-1].body["messages"][1]["content"]
    assert block["type"] == "thinking"
    assert block["thinking"]
    assert block["signature"].startswith("Eq")
    assert used["type"] == "tool_use"


def answered(client, *, stream, **asked):
    """Return the model's turn as a client keeps it."""
    if not stream:
        reply = client.chat.completions.create(**asked)
        return reply.choices[0].message.model_dump(exclude_none=True)
    turn = {"role": "assistant", "content": "", "reasoning_details": []}
    calls = {}
    for chunk in client.chat.completions.create(stream=True, **asked):
        for choice in chunk.choices:
            delta = choice.delta.model_dump(exclude_none=True)
            turn["content"] += delta.get("content", "")
            turn["reasoning_details"] += delta.get("reasoning_details", ())
            for call in delta.get("tool_calls", ()):
                known = calls.setdefault(call["index"], {"id": call.get("id"), "type": "function"})
                function = known.setdefault("function", {"name": "", "arguments": ""})
                for name, words in call["function"].items():
                    function[name] += words
    return {**turn, "tool_calls": list(calls.values())}


def test_litellm_may_stand_before_our_own_gateway(proxied, client):
    stream = client.chat.completions.create(
        model="lite-custom/embedded", messages=says("Say hello."), max_tokens=8, stream=True
    )

    words = [choice.delta.content or "" for chunk in stream for choice in chunk.choices]
    assert "".join(words).strip()
