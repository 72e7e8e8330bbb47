"""What real providers said, through the finished gateway, over real sockets."""

import json
from pathlib import Path
from typing import Any

import pytest

from tapster.app import Config, Draft, Tapster
from tapster.core.errors import SourceError
from tapster.core.secrets import Secret
from tapster.gateway import Streamed
from tapster.server.errors import told

FOLDER = Path(__file__).parents[3] / "shared" / "recordings"

# The sources that speak each recorded API; where a provider has one of its own, that one.
BY_API = {
    "openai.chat": ("custom", {}),
    "openai.completions": ("custom", {}),
    "openai.responses": ("openai", {"api": "responses"}),
    "anthropic.messages": ("claude", {}),
    "gemini.generate": ("google", {}),
    "palm.generateMessage": ("palm", {}),
    "palm.generateText": ("palm", {}),
    "cohere.v2": ("cohere", {}),
    "cohere.v1": ("cohere", {}),
    "ollama.chat": ("ollama", {}),
}
BY_PROVIDER = {
    ("openai-chat", "openai.chat"): ("openai", {"api": "chat"}),
    ("azure-openai", "openai.chat"): ("azure", {}),
    ("mistral", "openai.chat"): ("mistral", {}),
    ("openrouter", "openai.chat"): ("openrouter", {}),
    ("groq", "openai.chat"): ("groq", {}),
    ("xai", "openai.chat"): ("xai", {}),
    ("deepseek", "openai.chat"): ("deepseek", {}),
    ("cerebras", "openai.chat"): ("cerebras", {}),
    ("cloudflare", "openai.chat"): ("cloudflare", {}),
    ("databricks", "openai.chat"): ("databricks", {}),
    ("huggingface", "openai.chat"): ("huggingface", {}),
    ("moonshot", "openai.chat"): ("moonshot", {}),
    ("together", "openai.chat"): ("together", {}),
    ("vercel-gateway", "openai.chat"): ("vercel", {}),
    ("writer", "openai.chat"): ("writer", {}),
    ("zai", "openai.chat"): ("zai", {}),
    ("alibaba", "openai.chat"): ("alibaba", {}),
}
MODELS = {"palm.generateText": "text-bison-001", "palm.generateMessage": "chat-bison-001"}


def recorded() -> list[Any]:
    if not FOLDER.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip("the shared recordings are absent"))]
    found = [json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*/[0-9]*.json"))]
    return [pytest.param(each, id=each["id"]) for each in found if each["api"] in BY_API]


@pytest.fixture
async def tapster(tmp_path):
    config = Config(data_dir=tmp_path / "data", config_dir=tmp_path / "config", vault_key="file")
    async with Tapster.open(config, environment={}) as tapster:
        yield tapster


@pytest.mark.parametrize("framing", ["", "~bytes7"])
@pytest.mark.parametrize("exchange", recorded())
async def test_what_a_provider_said_comes_out_whole(tapster, replay, exchange, framing):
    heard = await ask(tapster, replay, exchange, framing)

    assert heard == allowing_for(wanted(exchange), heard, exchange)


async def ask(tapster: Tapster, replay: str, exchange: dict[str, Any], framing: str) -> Any:
    """Return what the gateway answers to a question that gets the recorded answer."""
    api = exchange["api"]
    source, options = BY_PROVIDER.get((exchange["provider"], api)) or BY_API[api]
    await tapster.connections.add(
        "here",
        source,
        Draft(endpoint=f"{replay}/x/{exchange['id']}{framing}/v1", options=options),
        Secret("sk-test-0123456789") if source != "ollama" else None,
    )
    tapster.relay._patience = type(tapster.relay._patience)(retries=0)
    is_text = api == "openai.completions"
    said = {"prompt": "Hi"} if is_text else {"messages": [{"role": "user", "content": "Hi"}]}
    body = json.dumps(
        {
            "model": f"here/{MODELS.get(api) or exchange['model'] or 'model'}",
            **said,
            "stream": exchange["stream"],
            "n": exchange["expected"].get("choices") or 1,
            "stream_options": {"include_usage": True},
        }
    ).encode()
    try:
        gateway = tapster.gateway
        reply = await (gateway.continue_text if is_text else gateway.complete)(body, None)
        if isinstance(reply, Streamed):
            return streamed([chunk async for chunk in reply.chunks])
        return whole(json.loads(reply.body))
    except SourceError as error:
        return {"status": told(error).status, "error": error.message}


def streamed(chunks: list[bytes]) -> dict[str, Any]:
    """Fold a stream as an OpenAI client does."""
    message: dict[str, Any] = {"content": "", "reasoning_content": "", "refusal": ""}
    calls: dict[int, dict[str, str]] = {}
    images, finish, usage, choices = 0, None, None, set()
    for line in b"".join(chunks).split(b"\n\n"):
        if not line or line == b"data: [DONE]":
            continue
        chunk = json.loads(line.removeprefix(b"data: "))
        if "error" in chunk:
            return {"error": chunk["error"]["message"], "before": message["content"]}
        usage = chunk.get("usage") or usage
        for choice in chunk["choices"]:
            choices.add(choice["index"])
            if choice["index"] != 0:
                continue
            finish = choice["finish_reason"] or finish
            delta = choice["delta"] if "delta" in choice else {"content": choice["text"]}
            for name in message:
                message[name] += delta.get(name) or ""
            images += len(delta.get("images") or ())
            for call in delta.get("tool_calls") or ():
                known = calls.setdefault(call["index"], {"id": "", "name": "", "args": ""})
                known["id"] = call.get("id") or known["id"]
                known["name"] = call["function"].get("name") or known["name"]
                known["args"] += call["function"].get("arguments") or ""
    told = told_as(message, list(calls.values()), finish, usage)
    return {**told, "images": images, "choices": len(choices)}


def whole(reply: dict[str, Any]) -> dict[str, Any]:
    choice = reply["choices"][0]
    message = choice["message"] if "message" in choice else {"content": choice["text"]}
    calls = [
        {
            "id": call["id"],
            "name": call["function"]["name"],
            "args": call["function"]["arguments"],
        }
        for call in message.get("tool_calls") or ()
    ]
    finish = choice["finish_reason"]
    return {
        **told_as(message, calls, finish, reply.get("usage")),
        "images": len(message.get("images") or ()),
        "choices": len(reply["choices"]),
    }


def told_as(message, calls, finish, usage) -> dict[str, Any]:
    usage = usage or {}
    inner = usage.get("prompt_tokens_details") or {}
    outer = usage.get("completion_tokens_details") or {}
    return {
        "text": message.get("content") or "",
        "reasoning": message.get("reasoning_content") or "",
        "refusal": message.get("refusal") or None,
        "tool_calls": [
            (call["id"], call["name"], json.loads(call["args"] or "{}")) for call in calls
        ],
        "finish": finish,
        "usage": {
            "input": usage.get("prompt_tokens") or 0,
            "output": usage.get("completion_tokens") or 0,
            "reasoning": outer.get("reasoning_tokens") or 0,
            "cache_read": inner.get("cached_tokens") or 0,
            "cache_write": inner.get("cache_write_tokens") or 0,
        },
    }


def wanted(exchange: dict[str, Any]) -> dict[str, Any]:
    """Return what the recording says must come out, in our way of counting."""
    expected = exchange["expected"]
    if expected["kind"] == "error" or expected.get("error"):
        message = expected["error"]["message"]
        if exchange["stream"] and exchange["response"]["status"] == 200:
            return {"error": message, "before": expected.get("text") or ""}
        status = exchange["response"]["status"]
        return {"status": expected["error"]["code"] if status == 200 else status, "error": message}
    return {
        "text": expected["text"] or "",
        "reasoning": expected["reasoning"] or "",
        "refusal": expected["refusal"],
        "tool_calls": [(call["id"], call["name"], call["args"]) for call in expected["tool_calls"]],
        "images": expected["images"] or 0,
        "finish": expected["finish_norm"],
        "choices": expected["choices"],
        "usage": counted(exchange),
    }


# Where we hear more than the recording's digest, each with its reason.
HEARD_MORE = {
    "gemini.0146": {"tool_calls"},  # arguments streamed in parts: the digest stops at the first
    "openai-compat-other.0017": {"reasoning", "finish"},  # thinking only in reasoning_details
}
# Streams that ended before the model said anything: we say so, the digest only shows nothing.
CUT_OFF = {"vertex-gemini.0005"}


def allowing_for(wanted: dict[str, Any], heard: dict[str, Any], exchange: dict[str, Any]) -> Any:
    """Return `wanted`, with what the recording leaves open filled in from `heard`."""
    if exchange["id"] in CUT_OFF:
        return {"status": 502, "error": heard["error"]}
    if wanted.get("before") == "" and "status" in heard:
        # Nothing was said before the failure, so the answer could still be a plain error.
        return {"status": exchange["expected"]["error"]["code"], "error": wanted["error"]}
    if "error" in wanted:
        return wanted
    wanted = {**wanted, **{name: heard[name] for name in HEARD_MORE.get(exchange["id"], ())}}
    if wanted["finish"] in (None, "other"):
        # No word for why it ended, or one only this provider has: we always give one of ours.
        wanted["finish"] = heard["finish"]
    # A provider without ids for its calls gets ids made by us: OpenAI clients need them.
    wanted["tool_calls"] = [
        (id_ or said[0], name, arguments)
        for (id_, name, arguments), said in zip(
            wanted["tool_calls"], heard["tool_calls"], strict=True
        )
    ]
    if (exchange["expected"]["usage"] or {}).get("reasoning") is None:
        wanted["usage"]["reasoning"] = heard["usage"]["reasoning"]
    return wanted


def counted(exchange: dict[str, Any]) -> dict[str, int]:
    usage = {name: value or 0 for name, value in (exchange["expected"]["usage"] or {}).items()}
    usage = {
        **dict.fromkeys(("input", "output", "reasoning", "cache_read", "cache_write"), 0),
        **usage,
    }
    usage.pop("total", None)
    if exchange["api"] == "anthropic.messages":
        usage["input"] += usage["cache_read"] + usage["cache_write"]
    if exchange["api"] == "gemini.generate":
        usage["output"] += usage["reasoning"]
    if exchange["provider"] == "xai" and exchange["api"] == "openai.chat":
        usage["output"] += usage["reasoning"]
    return usage
