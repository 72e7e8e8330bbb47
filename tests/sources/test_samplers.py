"""The samplers of each local server: under which names they go out, as its documentation says.

One row per setting and server: our name, a value, the field it becomes and its value there.
"""

import pytest
from msgspec import json, structs

from tapster.core.links import Link
from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest, ResponseFormat, Settings
from tapster.core.settings import SETTINGS
from tapster.dialects.openai_chat.serve import decode_request
from tapster.sources import find_source

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
YES_OR_NO = 'root ::= "yes" | "no"'
BREAKERS = ("\n", ":", '"', "*")
WRAPPED = {"type": "json_schema", "json_schema": {"name": "response", "schema": SCHEMA}}
BARE = {"type": "json_schema", "json_schema": SCHEMA}
OPENAI = [
    ("temperature", 0.7, "temperature", 0.7),
    ("top_p", 0.9, "top_p", 0.9),
    ("frequency_penalty", 0.2, "frequency_penalty", 0.2),
    ("presence_penalty", 0.3, "presence_penalty", 0.3),
    ("max_tokens", 100, "max_tokens", 100),
    ("stop", ("END",), "stop", ["END"]),
    ("logit_bias", {"15": -1.5}, "logit_bias", {"15": -1.5}),
]
SEED = ("seed", 7, "seed", 7)
MANY = ("n", 2, "n", 2)
PROBABILITIES = [("logprobs", True, "logprobs", True), ("top_logprobs", 3, "top_logprobs", 3)]
EFFORT = ("reasoning_effort", "low", "reasoning_effort", "low")
JSON_SCHEMA = ("json_schema", SCHEMA, "response_format", WRAPPED)
XTC = [
    ("xtc_probability", 0.5, "xtc_probability", 0.5),
    ("xtc_threshold", 0.1, "xtc_threshold", 0.1),
]
DRY = [
    ("dry_multiplier", 0.8, "dry_multiplier", 0.8),
    ("dry_base", 1.75, "dry_base", 1.75),
    ("dry_allowed_length", 2, "dry_allowed_length", 2),
]
DRY_LISTED = [*DRY, ("dry_sequence_breakers", BREAKERS, "dry_sequence_breakers", list(BREAKERS))]
ADAPTIVE = [
    ("adaptive_target", 0.5, "adaptive_target", 0.5),
    ("adaptive_decay", 0.9, "adaptive_decay", 0.9),
]
LLAMA = [
    *OPENAI,
    SEED,
    MANY,
    *PROBABILITIES,
    EFFORT,
    JSON_SCHEMA,
    *XTC,
    *DRY_LISTED,
    *ADAPTIVE,
    ("top_k", 40, "top_k", 40),
    ("min_p", 0.1, "min_p", 0.1),
    ("typical_p", 0.9, "typical_p", 0.9),
    ("top_n_sigma", 1.5, "top_n_sigma", 1.5),
    ("repetition_penalty", 1.1, "repeat_penalty", 1.1),
    ("repetition_range", 64, "repeat_last_n", 64),
    ("dry_range", 512, "dry_penalty_last_n", 512),
    ("dynatemp_range", 0.5, "dynatemp_range", 0.5),
    ("dynatemp_exponent", 1.2, "dynatemp_exponent", 1.2),
    ("mirostat_mode", 2, "mirostat", 2),
    ("mirostat_tau", 5.0, "mirostat_tau", 5.0),
    ("mirostat_eta", 0.1, "mirostat_eta", 0.1),
    ("sampler_order", ("top_k", "temperature"), "samplers", ["top_k", "temperature"]),
    ("ignore_eos", True, "ignore_eos", True),
    ("banned_token_ids", (13, 27), "logit_bias", {"13": False, "27": False}),
    ("grammar", YES_OR_NO, "grammar", YES_OR_NO),
]
ROWS = {
    "llamacpp": LLAMA,
    "local": LLAMA,
    "ollama": [
        *(
            (
                name,
                value,
                "options.num_predict" if name == "max_tokens" else f"options.{wire}",
                said,
            )
            for name, value, wire, said in OPENAI
            if name != "logit_bias"
        ),
        ("seed", 7, "options.seed", 7),
        *PROBABILITIES,
        ("reasoning_effort", "low", "think", "low"),
        ("json_schema", SCHEMA, "format", SCHEMA),
        ("top_k", 40, "options.top_k", 40),
        ("min_p", 0.1, "options.min_p", 0.1),
        ("typical_p", 0.9, "options.typical_p", 0.9),
        ("repetition_penalty", 1.1, "options.repeat_penalty", 1.1),
        ("repetition_range", 64, "options.repeat_last_n", 64),
    ],
    "koboldcpp": [
        *OPENAI,
        SEED,
        JSON_SCHEMA,
        *XTC,
        *DRY_LISTED,
        *ADAPTIVE,
        ("stop", ("END",), "trim_stop", True),
        ("top_k", 40, "top_k", 40),
        ("top_a", 0.1, "top_a", 0.1),
        ("min_p", 0.1, "min_p", 0.1),
        ("typical_p", 0.9, "typical", 0.9),
        ("tfs", 0.95, "tfs", 0.95),
        ("top_n_sigma", 1.5, "nsigma", 1.5),
        ("repetition_penalty", 1.1, "rep_pen", 1.1),
        ("repetition_range", 320, "rep_pen_range", 320),
        ("repetition_slope", 0.7, "rep_pen_slope", 0.7),
        ("dry_range", 512, "dry_penalty_last_n", 512),
        ("dynatemp_range", -0.5, "dynatemp_range", -0.5),
        ("dynatemp_exponent", 1.2, "dynatemp_exponent", 1.2),
        ("smoothing_factor", 0.3, "smoothing_factor", 0.3),
        ("smoothing_curve", 1.5, "smoothing_curve", 1.5),
        ("mirostat_mode", 2, "mirostat", 2),
        ("mirostat_tau", 5.0, "mirostat_tau", 5.0),
        ("mirostat_eta", 0.1, "mirostat_eta", 0.1),
        ("guidance_scale", 1.5, "guidance_scale", 1.5),
        ("negative_prompt", "dull", "negative_prompt", "dull"),
        ("sampler_order", ("repetition_penalty", "top_k", "5"), "sampler_order", [6, 0, 5]),
        ("ignore_eos", True, "ban_eos_token", True),
        ("banned_strings", ("shivers",), "banned_strings", ["shivers"]),
        ("banned_token_ids", (13, 27), "custom_token_bans", "13,27"),
        ("grammar", YES_OR_NO, "grammar", YES_OR_NO),
    ],
    "textgen": [
        *OPENAI,
        SEED,
        *PROBABILITIES,
        EFFORT,
        *XTC,
        *DRY,
        *ADAPTIVE,
        ("dry_sequence_breakers", BREAKERS, "dry_sequence_breakers", r'"\n", ":", "\"", "*"'),
        ("top_k", 40, "top_k", 40),
        ("top_a", 0.1, "top_a", 0.1),
        ("min_p", 0.1, "min_p", 0.1),
        ("typical_p", 0.9, "typical_p", 0.9),
        ("tfs", 0.95, "tfs", 0.95),
        ("top_n_sigma", 1.5, "top_n_sigma", 1.5),
        ("epsilon_cutoff", 3.0, "epsilon_cutoff", 3.0),
        ("eta_cutoff", 3.0, "eta_cutoff", 3.0),
        ("repetition_penalty", 1.1, "repetition_penalty", 1.1),
        ("repetition_range", 1024, "repetition_penalty_range", 1024),
        ("encoder_repetition_penalty", 1.1, "encoder_repetition_penalty", 1.1),
        ("no_repeat_ngram_size", 4, "no_repeat_ngram_size", 4),
        ("dynatemp_low", 0.5, "dynatemp_low", 0.5),
        ("dynatemp_low", 0.5, "dynamic_temperature", True),
        ("dynatemp_high", 1.5, "dynatemp_high", 1.5),
        ("dynatemp_high", 1.5, "dynamic_temperature", True),
        ("dynatemp_exponent", 1.2, "dynatemp_exponent", 1.2),
        ("smoothing_factor", 0.3, "smoothing_factor", 0.3),
        ("smoothing_curve", 1.5, "smoothing_curve", 1.5),
        ("mirostat_mode", 2, "mirostat_mode", 2),
        ("mirostat_tau", 5.0, "mirostat_tau", 5.0),
        ("mirostat_eta", 0.1, "mirostat_eta", 0.1),
        ("guidance_scale", 1.5, "guidance_scale", 1.5),
        ("negative_prompt", "dull", "negative_prompt", "dull"),
        ("sampler_order", ("top_k", "min_p"), "sampler_priority", ["top_k", "min_p"]),
        ("temperature_last", True, "temperature_last", True),
        ("ignore_eos", True, "ban_eos_token", True),
        ("banned_token_ids", (13, 27), "custom_token_bans", "13,27"),
        ("skip_special_tokens", False, "skip_special_tokens", False),
        ("grammar", YES_OR_NO, "grammar_string", YES_OR_NO),
    ],
    "tabbyapi": [
        *OPENAI,
        MANY,
        ("logprobs", True, "logprobs", 1),
        ("top_logprobs", 3, "logprobs", 3),
        EFFORT,
        *XTC,
        *ADAPTIVE,
        ("verbosity", "low", "verbosity", "low"),
        ("reasoning_tokens", 512, "reasoning_budget_tokens", 512),
        ("json_schema", SCHEMA, "response_format", BARE),
        ("top_k", 40, "top_k", 40),
        ("min_p", 0.1, "min_p", 0.1),
        ("repetition_penalty", 1.1, "repetition_penalty", 1.1),
        ("repetition_range", 1024, "penalty_range", 1024),
        ("repetition_decay", 256, "repetition_decay", 256),
        ("temperature_last", True, "temperature_last", True),
        ("min_tokens", 10, "min_tokens", 10),
        ("banned_strings", ("shivers",), "banned_strings", ["shivers"]),
        ("banned_token_ids", (13, 27), "banned_tokens", [13, 27]),
        ("regex", "yes|no", "regex_pattern", "yes|no"),
        ("grammar", YES_OR_NO, "grammar_string", YES_OR_NO),
    ],
    "aphrodite": [
        *OPENAI,
        SEED,
        MANY,
        *PROBABILITIES,
        EFFORT,
        JSON_SCHEMA,
        *XTC,
        *DRY_LISTED,
        ("top_k", 40, "top_k", 40),
        ("top_a", 0.1, "top_a", 0.1),
        ("min_p", 0.1, "min_p", 0.1),
        ("typical_p", 0.9, "typical_p", 0.9),
        ("tfs", 0.95, "tfs", 0.95),
        ("top_n_sigma", 1.5, "nsigma", 1.5),
        ("epsilon_cutoff", 3.0, "epsilon_cutoff", 3.0),
        ("eta_cutoff", 3.0, "eta_cutoff", 3.0),
        ("skew", 0.5, "skew", 0.5),
        ("repetition_penalty", 1.1, "repetition_penalty", 1.1),
        ("no_repeat_ngram_size", 4, "no_repeat_ngram_size", 4),
        ("dry_range", 512, "dry_range", 512),
        ("dynatemp_low", 0.5, "dynatemp_min", 0.5),
        ("dynatemp_high", 1.5, "dynatemp_max", 1.5),
        ("dynatemp_exponent", 1.2, "dynatemp_exponent", 1.2),
        ("smoothing_factor", 0.3, "smoothing_factor", 0.3),
        ("smoothing_curve", 1.5, "smoothing_curve", 1.5),
        ("mirostat_mode", 2, "mirostat_mode", 2),
        ("mirostat_tau", 5.0, "mirostat_tau", 5.0),
        ("mirostat_eta", 0.1, "mirostat_eta", 0.1),
        ("temperature_last", True, "temperature_last", True),
        ("min_tokens", 10, "min_tokens", 10),
        ("ignore_eos", True, "ignore_eos", True),
        ("skip_special_tokens", False, "skip_special_tokens", False),
        ("banned_token_ids", (13, 27), "logit_bias", {"13": -100, "27": -100}),
        ("regex", "yes|no", "structured_outputs.regex", "yes|no"),
        ("grammar", YES_OR_NO, "structured_outputs.grammar", YES_OR_NO),
    ],
    "vllm": [
        *OPENAI,
        SEED,
        MANY,
        *PROBABILITIES,
        EFFORT,
        JSON_SCHEMA,
        ("reasoning_tokens", 512, "thinking_token_budget", 512),
        ("show_reasoning", False, "include_reasoning", False),
        ("top_k", 40, "top_k", 40),
        ("min_p", 0.1, "min_p", 0.1),
        ("repetition_penalty", 1.1, "repetition_penalty", 1.1),
        ("min_tokens", 10, "min_tokens", 10),
        ("ignore_eos", True, "ignore_eos", True),
        ("skip_special_tokens", False, "skip_special_tokens", False),
        ("banned_strings", ("shivers",), "bad_words", ["shivers"]),
        ("banned_token_ids", (13, 27), "logit_bias", {"13": -100, "27": -100}),
        ("regex", "yes|no", "structured_outputs.regex", "yes|no"),
        ("grammar", YES_OR_NO, "structured_outputs.grammar", YES_OR_NO),
    ],
    "lmstudio": [
        *OPENAI,
        SEED,
        JSON_SCHEMA,
        ("top_k", 40, "top_k", 40),
        ("repetition_penalty", 1.1, "repeat_penalty", 1.1),
        ("banned_token_ids", (13, 27), "logit_bias", {"13": -100, "27": -100}),
    ],
    "localai": [
        *OPENAI,
        SEED,
        MANY,
        *PROBABILITIES,
        EFFORT,
        JSON_SCHEMA,
        ("top_k", 40, "top_k", 40),
        ("min_p", 0.1, "min_p", 0.1),
        ("typical_p", 0.9, "typical_p", 0.9),
        ("tfs", 0.95, "tfz", 0.95),
        ("repetition_penalty", 1.1, "repeat_penalty", 1.1),
        ("repetition_range", 64, "repeat_last_n", 64),
        ("guidance_scale", 1.5, "negative_prompt_scale", 1.5),
        ("negative_prompt", "dull", "negative_prompt", "dull"),
        ("ignore_eos", True, "ignore_eos", True),
        ("banned_token_ids", (13, 27), "logit_bias", {"13": -100, "27": -100}),
        ("grammar", YES_OR_NO, "grammar", YES_OR_NO),
    ],
    "litellm": [
        *OPENAI,
        SEED,
        MANY,
        *PROBABILITIES,
        EFFORT,
        JSON_SCHEMA,
        ("verbosity", "low", "verbosity", "low"),
        ("top_k", 40, "top_k", 40),
        ("min_p", 0.1, "min_p", 0.1),
        ("repetition_penalty", 1.1, "repetition_penalty", 1.1),
    ],
}
TABLE = [(server, *row) for server, rows in ROWS.items() for row in rows]
BARE_FIELDS = {"model", "messages", "stream", "stream_options"}
every_server = pytest.mark.parametrize("server", ROWS)


def asking(settings=None, *messages, **more):
    return ChatRequest(
        model="m",
        messages=messages or (says("user", "Hi"),),
        settings=settings or Settings(),
        **more,
    )


def encoded(server, request, **options):
    source = find_source(server)
    return source.encoded(request, Link(transport=None, endpoint=source.base_url, options=options))


def value_at(body, path):
    for name in path.split("."):
        body = body[name]
    return body


@pytest.mark.parametrize(("server", "name", "value", "wire", "said"), TABLE)
def test_a_setting_goes_out_under_the_servers_own_name(server, name, value, wire, said):
    beside = {"logprobs": True} if name == "top_logprobs" else {}

    sent = encoded(server, asking(Settings(**{name: value}, **beside)))

    assert value_at(sent.body, wire) == said
    assert not sent.notices
    documented = {row[2].split(".")[0] for row in ROWS[server] if row[0] in {name, *beside}}
    assert set(sent.body) - BARE_FIELDS == documented


@every_server
def test_every_setting_of_a_server_has_a_row(server):
    assert {setting.name for setting in find_source(server).settings()} == {
        row[0] for row in ROWS[server]
    }


@every_server
def test_only_what_was_chosen_is_sent(server):
    assert set(encoded(server, asking()).body) <= BARE_FIELDS


@every_server
def test_a_neutral_value_that_was_chosen_is_sent_too(server):
    source = find_source(server)
    neutral = {each.name: each.neutral for each in source.settings() if each.neutral is not None}
    wires = {row[0]: row[2:] for row in ROWS[server]}
    whole = {name for name in neutral if SETTINGS[name].kind == "integer"}

    for name, value in neutral.items():
        sent = encoded(server, asking(Settings(**{name: int(value) if name in whole else value})))

        assert value_at(sent.body, wires[name][0]) == value


@every_server
def test_what_is_empty_asks_for_nothing(server):
    nothing = Settings(
        json_schema={}, grammar="", regex="", negative_prompt="", sampler_order=(),
        dry_sequence_breakers=(), banned_strings=(), banned_token_ids=(),
    )  # fmt: skip

    sent = encoded(server, asking(nothing))

    assert set(sent.body) <= BARE_FIELDS
    assert not sent.notices


@every_server
def test_what_a_server_lacks_is_not_sent_and_said(server):
    lacking = set(SETTINGS) - {setting.name for setting in find_source(server).settings()}
    values = {row[1]: row[2] for row in TABLE if row[1] in lacking}
    lacking &= values.keys()

    sent = encoded(server, asking(Settings(**{name: values[name] for name in lacking})))

    assert set(sent.body) <= BARE_FIELDS
    assert {notice.field for notice in sent.notices} == lacking


def test_two_ways_to_bias_tokens_become_one_field():
    chosen = Settings(logit_bias={"5": 2.0}, banned_token_ids=(13,))

    assert encoded("vllm", asking(chosen)).body["logit_bias"] == {"5": 2.0, "13": -100}


@pytest.mark.parametrize(
    ("server", "name", "low", "high", "neutral"),
    [
        ("tabbyapi", "temperature", 0, 10, 1),
        ("tabbyapi", "frequency_penalty", 0, 2, 0),
        ("tabbyapi", "presence_penalty", 0, 2, 0),
        ("tabbyapi", "repetition_penalty", 0.01, 2, 1),
        ("tabbyapi", "adaptive_target", 0, 1, 1),
        ("tabbyapi", "repetition_range", -1, None, None),
        ("llamacpp", "top_n_sigma", -1, 10, -1),
        ("llamacpp", "adaptive_target", -1, 1, -1),
        ("llamacpp", "dry_range", -1, None, None),
        ("ollama", "repetition_range", -1, None, None),
        ("textgen", "adaptive_target", 0, 1, 0),
        ("koboldcpp", "dynatemp_range", -5, 5, 0),
        ("vllm", "frequency_penalty", -2, 2, 0),
        ("aphrodite", "xtc_threshold", 0, 0.5, None),
    ],
)
def test_ranges_are_the_servers_own(server, name, low, high, neutral):
    (setting,) = [each for each in find_source(server).settings() if each.name == name]

    assert (setting.low, setting.high, setting.neutral) == (low, high, neutral)


IGNORED_BY_TABBY = {
    "top_a": 0.1, "typical_p": 0.9, "tfs": 0.9, "skew": 1.0, "smoothing_factor": 0.3,
    "dynatemp_low": 0.5, "dynatemp_high": 1.5, "dynatemp_exponent": 2.0, "mirostat_mode": 2,
    "mirostat_tau": 5.0, "mirostat_eta": 0.1, "dry_multiplier": 0.8, "dry_base": 1.75,
    "dry_allowed_length": 2, "dry_range": 64, "dry_sequence_breakers": ("\n",),
    "ignore_eos": True,
}  # fmt: skip


def test_what_tabby_would_pass_over_is_kept_back_and_said():
    sent = encoded("tabbyapi", asking(Settings(**IGNORED_BY_TABBY)))

    assert set(sent.body) <= BARE_FIELDS
    assert {notice.field for notice in sent.notices} == set(IGNORED_BY_TABBY)
    assert "“Mirostat” was not sent: TabbyAPI passes over it with its engine, ExLlamaV3." in {
        notice.text for notice in sent.notices
    }


def test_what_would_change_nothing_anyway_is_kept_back_without_a_word():
    chosen = Settings(top_a=0.0, tfs=1.0, mirostat_mode=0, dry_multiplier=0.0, ignore_eos=False)

    sent = encoded("tabbyapi", asking(chosen))

    assert set(sent.body) <= BARE_FIELDS
    assert not sent.notices


@pytest.mark.parametrize(
    ("loader", "name", "value", "is_sent"),
    [
        ("any", "tfs", 0.9, True),
        ("llama.cpp", "tfs", 0.9, False),
        ("llama.cpp", "dry_multiplier", 0.8, True),
        ("llama.cpp", "guidance_scale", 1.5, False),
        ("TensorRT-LLM", "dry_multiplier", 0.8, False),
        ("TensorRT-LLM", "no_repeat_ngram_size", 4, True),
    ],
)
def test_what_the_named_loader_passes_over_is_kept_back(loader, name, value, is_sent):
    sent = encoded("textgen", asking(Settings(**{name: value})), loader=loader)

    assert (name in sent.body) == is_sent
    assert [notice.field for notice in sent.notices] == ([] if is_sent else [name])


@pytest.mark.parametrize(
    ("frequency", "presence", "sent", "told"),
    [
        (0.2, 0.3, {"presence_penalty": 0.3}, ["frequency_penalty"]),
        (0.2, 0.0, {"frequency_penalty": 0.2}, []),
        (0.0, 0.3, {"presence_penalty": 0.3}, []),
        (0.0, 0.0, {"presence_penalty": 0.0}, []),
        (0.2, None, {"frequency_penalty": 0.2}, []),
    ],
)
def test_kobold_takes_one_of_two_penalties(frequency, presence, sent, told):
    both = Settings(frequency_penalty=frequency, presence_penalty=presence)

    wrote = encoded("koboldcpp", asking(both))

    assert {name: wrote.body[name] for name in set(wrote.body) - BARE_FIELDS} == sent
    assert [notice.field for notice in wrote.notices] == told


FLAGS = {"add_generation_prompt": False, "continue_final_message": True}


@pytest.mark.parametrize(
    ("server", "fields"),
    [
        ("tabbyapi", FLAGS),
        ("vllm", FLAGS),
        ("aphrodite", FLAGS),
        ("textgen", {"continue_": True}),
        ("llamacpp", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("koboldcpp", {}),
        ("lmstudio", {}),
        ("localai", {}),
        ("litellm", {}),
    ],
)
def test_a_begun_answer_is_gone_on_with_as_the_server_wants_it(server, fields):
    begun = Message("assistant", (Text("Well"),), prefix=True)

    body = encoded(server, asking(None, says("user", "Hi"), begun)).body

    assert {name: body[name] for name in set(body) - BARE_FIELDS} == fields
    assert body["messages"][-1]["content"] == "Well"
    assert body["messages"][-1].get("prefix") == (True if server == "litellm" else None)


@every_server
def test_an_answer_that_is_whole_is_not_gone_on_with(server):
    whole = says("assistant", "Well")

    body = encoded(server, asking(None, says("user", "Hi"), whole, says("user", "And?"))).body

    assert set(body) <= BARE_FIELDS


ANY_JSON = {"type": "json_object"}
ANY_OBJECT = {
    "type": "json_schema",
    "json_schema": {"name": "response", "schema": {"type": "object"}},
}


@pytest.mark.parametrize(
    ("server", "any_json", "by_schema"),
    [
        ("tabbyapi", {"type": "json"}, BARE),
        ("lmstudio", ANY_OBJECT, WRAPPED),
        ("vllm", ANY_JSON, WRAPPED),
        ("aphrodite", ANY_JSON, WRAPPED),
        ("llamacpp", ANY_JSON, WRAPPED),
        ("koboldcpp", ANY_JSON, WRAPPED),
        ("localai", ANY_JSON, WRAPPED),
        ("litellm", ANY_JSON, WRAPPED),
    ],
)
def test_json_is_asked_for_in_the_servers_own_form(server, any_json, by_schema):
    for kind, schema, said in (("json_object", None, any_json), ("json_schema", SCHEMA, by_schema)):
        asked = asking(response_format=ResponseFormat(kind, schema=schema))

        assert encoded(server, asked).body["response_format"] == said


def test_where_there_is_no_json_mode_it_is_said():
    sent = encoded("textgen", asking(response_format=ResponseFormat("json_object")))

    assert "response_format" not in sent.body
    assert [notice.field for notice in sent.notices] == ["response_format"]


def test_what_the_request_says_of_its_form_counts_before_the_settings():
    asked = asking(Settings(json_schema=SCHEMA), response_format=ResponseFormat("json_object"))

    assert encoded("vllm", asked).body["response_format"] == ANY_JSON


@pytest.mark.parametrize(
    ("server", "asked", "sent"),
    [
        ("llamacpp", {"mirostat_mode": 2}, {"mirostat": 2}),
        ("llamacpp", {"mirostat": 1}, {"mirostat": 1}),
        ("aphrodite", {"dynatemp_low": 0.5}, {"dynatemp_min": 0.5}),
        ("textgen", {"dry_sequence_breakers": ["\n"]}, {"dry_sequence_breakers": r'"\n"'}),
        ("textgen", {"dry_sequence_breakers": '":"'}, {"dry_sequence_breakers": '":"'}),
        ("koboldcpp", {"banned_tokens": ["a phrase"]}, {"banned_tokens": ["a phrase"]}),
        ("koboldcpp", {"sampler_order": [6, 0]}, {"sampler_order": [6, 0]}),
        ("vllm", {"grammar": "g"}, {"structured_outputs": {"grammar": "g"}}),
        ("custom", {"mirostat_mode": 2}, {"mirostat_mode": 2}),
        ("tabbyapi", {"mirostat_mode": 2}, {"mirostat_mode": 2}),
    ],
)
def test_programs_may_use_our_names_or_the_servers(server, asked, sent):
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **asked}
    request = structs.replace(decode_request(json.encode(body)).request, stream=True)

    link = Link(transport=None, endpoint="http://127.0.0.1:9/v1")
    wrote = find_source(server).encoded(request, link).body

    assert {name: wrote[name] for name in set(wrote) - BARE_FIELDS} == sent


ANYTHING = [5, True, {"a": 1}, "words", "9" * 9000, None, 0.5, [], [None, {}, [1]], ["9" * 9000]]


@every_server
@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: repr(value)[:20])
def test_whatever_a_program_gives_a_setting_can_be_sent(server, value):
    source = find_source(server)
    link = Link(transport=None, endpoint=source.base_url)

    for setting in source.settings():
        sent = source.encoded(asking(extra={setting.name: value}), link)

        assert json.encode(sent.body)


@pytest.mark.parametrize(
    ("server", "asked", "sent"),
    [
        ("textgen", {"dry_sequence_breakers": {"a": 1}}, {"dry_sequence_breakers": {"a": 1}}),
        ("textgen", {"banned_token_ids": None}, {"custom_token_bans": None}),
        ("textgen", {"banned_token_ids": 13}, {"custom_token_bans": "13"}),
        ("vllm", {"banned_token_ids": True}, {"logit_bias": True}),
        ("koboldcpp", {"sampler_order": {"top_k": 0}}, {"sampler_order": {"top_k": 0}}),
        ("koboldcpp", {"sampler_order": "top_p"}, {"sampler_order": [2]}),
    ],
)
def test_what_is_no_list_goes_as_the_program_gave_it(server, asked, sent):
    wrote = encoded(server, asking(extra=asked)).body

    assert {name: wrote[name] for name in set(wrote) - BARE_FIELDS} == sent
