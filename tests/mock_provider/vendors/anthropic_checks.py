"""What Anthropic's Messages API refuses, by request and by model."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from mock_provider.behaviours import is_behaviour
from mock_provider.replies import words
from mock_provider.vendors.vendor import Invalid

FIELDS = words(
    "model messages max_tokens system stop_sequences temperature top_p top_k thinking "
    "output_config tools tool_choice cache_control metadata service_tier speed inference_geo "
    "container diagnostics user_profile_id stream context_management mcp_servers fallbacks "
    "anthropic_version"
)
BLOCKS = {
    "user": frozenset({"text", "image", "document", "search_result", "tool_result"}),
    "assistant": frozenset({"text", "tool_use", "thinking", "redacted_thinking", "document"}),
    "system": frozenset({"text"}),
}
THINKING = ("adaptive", "enabled", "disabled", "between_tools")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a model takes."""

    samplers: bool = False
    prefill: bool = False
    thinking: frozenset[str] = frozenset({"adaptive"})
    forced_tools: bool = False
    system_turns: bool = True
    longest: int = 128_000
    context: int = 1_000_000


OLD = Rules(
    samplers=True,
    prefill=True,
    thinking=frozenset({"enabled", "disabled"}),
    forced_tools=True,
    system_turns=False,
    longest=64_000,
    context=200_000,
)
RULES = (
    # (model, rules), the first that matches; the mock's own models take everything.
    (r".*-(3|3-5|3-7|4|4-1|4-5)(-\d{8}|@.*|-latest)?|claude-3.*", OLD),
    (r".*-4-6", Rules(True, False, frozenset(THINKING[:3]), True, False)),
    (r".*-4-7", Rules(thinking=frozenset({"adaptive"}), forced_tools=True, system_turns=False)),
    (r".*-4-8", Rules(thinking=frozenset({"adaptive"}), forced_tools=True)),
    (
        r"claude-(sonnet|opus)-5",
        Rules(thinking=frozenset({"adaptive", "disabled"}), forced_tools=True),
    ),
    (r"claude-(fable|mythos)-5", Rules(forced_tools=True)),
    (r"claude-sonnet-5-5", Rules(thinking=frozenset({"adaptive", "between_tools"}))),
    (r"claude-haiku-5-5", Rules(thinking=frozenset({"adaptive", "disabled"}), forced_tools=True)),
)
EVERYTHING = Rules(True, True, frozenset(THINKING), True, True)


def rules_of(model: str) -> Rules:
    """Return what `model` takes; unknown newer models take the least."""
    if is_behaviour(model) or model.startswith("fault~"):
        return EVERYTHING
    return next((rules for name, rules in RULES if re.fullmatch(name, model)), Rules())


def text_of(content: Any) -> str:
    """Return the words of a string or of blocks."""
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content if block.get("type") == "text")


def check(body: dict[str, Any], *, newest: bool) -> None:
    """Refuse what the API refuses; `newest` is its version of October 2026."""
    for name in body:
        if name not in FIELDS:
            raise Invalid(f"{name}: Extra inputs are not permitted")
    rules = rules_of(body["model"])
    _check_limit(body, rules)
    _check_samplers(body, rules, newest=newest)
    _check_thinking(body, rules)
    _check_system(body)
    _check_messages(body, rules)
    _check_tools(body, rules)
    _check_cache_marks(body)


def _check_limit(body: dict[str, Any], rules: Rules) -> None:
    limit = body.get("max_tokens")
    if limit is None:
        raise Invalid("max_tokens: Field required")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise Invalid("max_tokens: Input should be a valid integer")
    if limit > rules.longest:
        raise Invalid(
            f"max_tokens: {limit} > {rules.longest}, which is the maximum allowed number of output "
            f"tokens for {body['model']}"
        )
    for stop in body.get("stop_sequences") or ():
        if not stop.strip():
            raise Invalid("stop_sequences: each stop sequence must contain non-whitespace")


def _check_samplers(body: dict[str, Any], rules: Rules, *, newest: bool) -> None:
    sent = [name for name in ("temperature", "top_p", "top_k") if name in body]
    if sent and (newest or not rules.samplers):
        raise Invalid(f"{sent[0]}: Extra inputs are not permitted")
    if "temperature" in sent and not 0 <= body["temperature"] <= 1:
        side = (
            "less than or equal to 1" if body["temperature"] > 1 else "greater than or equal to 0"
        )
        raise Invalid(f"temperature: Input should be {side}")
    if rules is OLD and {"temperature", "top_p"} <= set(sent):
        raise Invalid("`temperature` and `top_p` cannot both be specified for this model.")


def _check_thinking(body: dict[str, Any], rules: Rules) -> None:
    thinking = body.get("thinking")
    if thinking is None:
        return
    kind = thinking.get("type")
    if kind not in rules.thinking:
        raise Invalid(
            f'"thinking.type.{kind}" is not supported for this model. Use "thinking.type.adaptive" '
            'and "output_config.effort" to control thinking behavior.'
        )
    budget = thinking.get("budget_tokens")
    if kind == "enabled":
        if budget is None:
            raise Invalid("thinking.enabled.budget_tokens: Field required")
        if budget < 1024:
            raise Invalid(
                "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
            )
        if budget >= body["max_tokens"]:
            raise Invalid("`max_tokens` must be greater than `thinking.budget_tokens`.")
        if body.get("temperature", 1) != 1:
            raise Invalid("`temperature` may only be set to 1 when thinking is enabled.")
    elif budget is not None:
        raise Invalid(f"thinking.{kind}.budget_tokens: Extra inputs are not permitted")


def _check_system(body: dict[str, Any]) -> None:
    system = body.get("system")
    if system is not None and not text_of(system):
        raise Invalid("system: text content blocks must be non-empty")


def _check_messages(body: dict[str, Any], rules: Rules) -> None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Invalid("messages: at least one message is required")
    for at, message in enumerate(messages):
        _check_message(at, message, rules)
    if messages[0]["role"] != "user":
        raise Invalid('messages: first message must use the "user" role')
    _check_tool_results(messages)
    if messages[-1]["role"] == "assistant":
        if not rules.prefill:
            raise Invalid(
                "This model does not support assistant message prefill. The conversation must end "
                "with a user message."
            )
        last = text_of(messages[-1]["content"])
        if last != last.rstrip():
            raise Invalid("messages: final assistant content cannot end with trailing whitespace")


def _check_message(at: int, message: dict[str, Any], rules: Rules) -> None:
    role, content = message.get("role"), message.get("content")
    if role not in BLOCKS or (role == "system" and not rules.system_turns):
        raise Invalid(
            f'messages: Unexpected role "{role}". The Messages API accepts a top-level `system` '
            'parameter, not "system" as an input message role.'
        )
    for name in message.keys() - {"role", "content"}:
        raise Invalid(f"messages.{at}.{name}: Extra inputs are not permitted")
    if not isinstance(content, str | list):
        raise Invalid(f"messages.{at}.content: Input should be a valid string or list")
    if not content:
        raise Invalid(f"messages.{at}: all messages must have non-empty content")
    for number, block in enumerate(content if isinstance(content, list) else ()):
        _check_block(f"messages.{at}.content.{number}", str(role), block)


def _check_block(place: str, role: str, block: dict[str, Any]) -> None:
    kind = block.get("type")
    if kind not in BLOCKS[role]:
        raise Invalid(f"{place}: Input tag '{kind}' found using 'type' does not match any")
    if kind == "text" and not block.get("text"):
        raise Invalid("messages: text content blocks must be non-empty")
    if kind == "tool_use" and not isinstance(block.get("input"), dict):
        raise Invalid(f"{place}.tool_use.input: Input should be a valid dictionary")
    if kind == "tool_use" and not re.fullmatch(r"[a-zA-Z0-9_-]+", block.get("id", "")):
        raise Invalid(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    if kind == "image" and block.get("source", {}).get("type") not in {"base64", "url", "file"}:
        raise Invalid(f"{place}.image.source: Input tag does not match any")
    if kind == "thinking" and block.get("signature") != sign(block.get("thinking", "")):
        raise Invalid(f"{place}: Invalid `signature` in `thinking` block")
    if kind in {"thinking", "redacted_thinking"} and block.get("cache_control"):
        raise Invalid(f"{place}.thinking.cache_control: Extra inputs are not permitted")


def sign(thinking: str) -> str:
    """Return the signature of `thinking`."""
    return "Eq" + hashlib.sha256(("signed:" + thinking).encode()).hexdigest()


def _check_tool_results(messages: list[dict[str, Any]]) -> None:
    waiting: list[str] = []
    for at, message in enumerate(messages):
        content = message["content"] if isinstance(message["content"], list) else []
        kinds = [block["type"] for block in content]
        answered = [block.get("tool_use_id") for block in content if block["type"] == "tool_result"]
        for call in answered:
            if call not in waiting:
                raise Invalid(
                    f"messages.{at}.content.0: unexpected `tool_use_id` found in `tool_result` "
                    f"blocks: {call}. Each `tool_result` block must have a corresponding "
                    "`tool_use` block in the previous message."
                )
        if set(waiting) - set(answered) or "tool_result" in kinds[len(answered) :]:
            raise Invalid(
                f"messages.{at}: `tool_use` ids were found without `tool_result` blocks "
                f"immediately after: {', '.join(set(waiting) - set(answered)) or 'order'}. Each "
                "`tool_use` block must have a corresponding `tool_result` block in the next "
                "message."
            )
        waiting = [block["id"] for block in content if block["type"] == "tool_use"]
    if waiting:
        raise Invalid(
            f"messages.{len(messages) - 1}: `tool_use` ids were found without `tool_result` blocks "
            f"immediately after: {', '.join(waiting)}."
        )


def _check_tools(body: dict[str, Any], rules: Rules) -> None:
    for at, tool in enumerate(body.get("tools") or ()):
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool.get("name", "")):
            raise Invalid(
                f"tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
            )
        if "input_schema" not in tool and tool.get("type", "custom") == "custom":
            raise Invalid(f"tools.{at}.custom.input_schema: Field required")
        if tool.get("input_schema", {"type": "object"}).get("type") != "object":
            raise Invalid(f"tools.{at}.custom.input_schema.type: Input should be 'object'")
    choice = body.get("tool_choice")
    if choice is None:
        return
    if not isinstance(choice, dict) or choice.get("type") not in {"auto", "any", "tool", "none"}:
        raise Invalid("tool_choice: Input does not match any of the expected tags")
    if not body.get("tools"):
        raise Invalid("tool_choice may only be specified while providing tools.")
    if choice["type"] in {"any", "tool"}:
        if not rules.forced_tools:
            raise Invalid(f'tool_choice: "{choice["type"]}" is not supported for this model.')
        if (body.get("thinking") or {}).get("type") == "enabled":
            raise Invalid("Thinking may not be enabled when tool_choice forces tool use.")


def _check_cache_marks(body: dict[str, Any]) -> None:
    marks = str({name: body.get(name) for name in ("tools", "system", "messages")}).count(
        "'cache_control': {"
    ) + bool(body.get("cache_control"))
    if marks > 4:
        raise Invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {marks}.")
