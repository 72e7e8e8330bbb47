"""Every recorded exchange, whole or in pieces, means to us what it meant to its provider."""

import pytest

from exchanges import exchanges, folded, heard, same_calls
from tapster.core.errors import Reason
from tapster.core.events import Failed
from tapster.dialects.anthropic_messages import AnthropicMessages
from tapster.dialects.cohere_chat import CohereChat
from tapster.dialects.google_generate import GoogleGenerate
from tapster.dialects.json_values import object_in
from tapster.dialects.mistral import Mistral
from tapster.dialects.ollama_chat import OllamaChat
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_text import OpenAIText
from tapster.dialects.palm import PalmMessage, PalmText

DIALECTS = {
    "anthropic.messages": AnthropicMessages(),
    "cohere.v1": CohereChat(),
    "cohere.v2": CohereChat(),
    "gemini.generate": GoogleGenerate(),
    "ollama.chat": OllamaChat(),
    "openai.chat": OpenAIChat(),
    "openai.completions": OpenAIText(),
    "openai.responses": OpenAIResponses(),
    "palm.generateMessage": PalmMessage(),
    "palm.generateText": PalmText(),
}
# Providers that speak a dialect with quirks.
QUIRKS = {"mistral": Mistral(), "xai": OpenAIChat(reasoning_apart=True)}
MESSAGES = exchanges(*DIALECTS, kind="message")
ERRORS = exchanges(*DIALECTS, kind="error")

# What is read and written where a provider counts in parts what we count as one.
READ = {"anthropic.messages": ("input", "cache_read", "cache_write")}
WRITTEN = {"gemini.generate": ("output", "reasoning")}
APART = ("input", "output", "reasoning")
# Its thinking came in `reasoning_details` alone, which the recording's digest does not read.
ONLY_DETAILS = {"Sure! Let me check that for you!": "Let me get the weather for Mexico City."}
# What the digest has no class for: Google's word for anything, an answer that is still to come.
OTHER = {"OTHER": "error", "queued": "error"}
REASONS = {
    "err-auth": Reason.AUTH,
    "err-permission": Reason.PERMISSION,
    "err-quota": Reason.RATE_LIMIT,
    "err-model-not-found": Reason.NOT_FOUND,
}


def dialect_of(exchange):
    dialect = DIALECTS[exchange["api"]]
    return QUIRKS.get(exchange["provider"], dialect) if type(dialect) is OpenAIChat else dialect


@pytest.mark.parametrize("size", [None, 7], ids=["recorded", "bytes7"])
@pytest.mark.parametrize("exchange", MESSAGES)
def test_a_recorded_reply_is_understood(exchange, size):
    expected = exchange["expected"]

    told = folded(heard(dialect_of(exchange), exchange, size))

    assert told["text"] == expected["text"]
    assert told["reasoning"] == ONLY_DETAILS.get(told["text"], expected["reasoning"])
    assert told["refusal"] == (expected["refusal"] or "")
    if "partial_args" not in expected:  # the digest leaves such calls out
        same_calls(told["tool_calls"], expected["tool_calls"])
    assert told["images"] == expected["images"]
    assert told["started"] == 1
    assert told["model"] in {expected["model"] or None, None}
    if expected["error"]:
        return
    if expected["finish"] is None and exchange["api"] == "gemini.generate" and not told["text"]:
        # Cut off before the first word: said, not passed over as an empty answer.
        assert told["failed"].reason is Reason.INTERRUPTED
        return
    assert told["failed"] is None
    assert told["choices"] == expected["choices"]
    assert told["finish"] == finish_of(expected)


def finish_of(expected):
    """Return the finish a digest means; where none was said, calls want to be answered."""
    if expected.get("blocked"):
        return "content_filter"
    if expected["finish_norm"] in {None, "other"}:
        if expected["finish"] in OTHER:
            return OTHER[expected["finish"]]
        return "tool_calls" if expected["tool_calls"] else "stop"
    return expected["finish_norm"]


@pytest.mark.parametrize("exchange", MESSAGES)
def test_a_recorded_count_of_tokens_is_understood(exchange):
    api, expected = exchange["api"], exchange["expected"]

    usage = folded(heard(dialect_of(exchange), exchange))["usage"]

    if expected["usage"] is None:
        assert usage is None or not usage.total
        return
    counted = {name: count or 0 for name, count in expected["usage"].items()}
    written = WRITTEN.get(api, ("output",))
    if api == "openai.chat" and counted["total"] == sum(counted[n] for n in APART):
        written = ("output", "reasoning")  # the total shows that thinking is counted apart
    assert usage.input == sum(counted[name] for name in READ.get(api, ("input",)))
    assert usage.output == sum(counted[name] for name in written)
    assert usage.cache_read == counted["cache_read"]
    assert usage.cache_write == counted["cache_write"]
    # The digest does not know where Cohere's newest models count their thinking.
    unknown = object_in(expected["usage_raw"].get("tokens")).get("reasoning_tokens", 0)
    assert usage.reasoning == (counted["reasoning"] or unknown)
    assert expected["usage_raw"].items() <= usage.raw.items()


@pytest.mark.parametrize("exchange", ERRORS)
def test_a_recorded_error_keeps_its_status_and_words(exchange):
    expected, status = exchange["expected"]["error"], exchange["response"]["status"]

    failed = heard(dialect_of(exchange), exchange)[-1]

    assert isinstance(failed, Failed)
    assert failed.message == expected["message"]
    if status >= 300:
        assert failed.status == status
    # Where the body has no code at all, the digest repeats the status.
    assert failed.code in {expected.get("code"), None}
    wanted = [REASONS[feature] for feature in exchange["features"] if feature in REASONS]
    assert not wanted or failed.reason in wanted


BROKEN = [case for case in MESSAGES if case.values[0] and case.values[0]["expected"]["error"]]


@pytest.mark.parametrize("exchange", BROKEN)
def test_a_recorded_error_in_mid_answer_is_told_after_what_came(exchange):
    expected = exchange["expected"]["error"]

    failed = heard(dialect_of(exchange), exchange)[-1]

    assert isinstance(failed, Failed)
    assert failed.message == expected["message"]
    assert failed.error_type == expected["type"]
    assert failed.code == expected["code"] or (failed.code, failed.status) == (
        None,
        expected["code"],
    )
