"""Servers people run at home, as strict as they are: TabbyAPI, text-generation-webui, Aphrodite.

Each says in `FIELDS` what it has a field for. What is not in there it passes over in silence, as
the real ones do, so a test that means it looks at `passed_over`.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, document, whole
from mock_provider.replies import Asked, Reply, words
from mock_provider.vendors import chat_checks
from mock_provider.vendors.chat_completions import ChatCompletions, text_of
from mock_provider.vendors.compatible import Compatible
from mock_provider.vendors.vendor import Invalid, Routes, body_of

CHAT = frozenset(
    words(
        "model messages stream stream_options max_tokens max_completion_tokens stop temperature "
        "top_p frequency_penalty presence_penalty logit_bias tools tool_choice "
        "parallel_tool_calls reasoning_effort"
    )
)


class LocalServer(ChatCompletions):
    """A server with one model loaded, which answers whatever model is asked for."""

    FIELDS: ClassVar[frozenset[str]] = CHAT
    fingerprint = None

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Output:
        return whole({"detail": message}, status=status, headers=headers)

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, "Not Found")

    def listed(self, request: Request) -> list[str]:
        return [*self.models] if super().listed(request) else []

    def chat(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=True)
        body = {"model": self.models[0], **body_of(request)}
        self.check(body)
        return self.reply(self.read(body))

    def refusal_of(self, wrong: Invalid) -> Output:
        if isinstance(wrong, Unfit):
            return whole({"detail": [wrong.detail]}, status=422)
        return super().refusal_of(wrong)

    @classmethod
    def passed_over(cls, body: dict[str, Any]) -> set[str]:
        """Return the fields of `body` that have no effect here."""
        return set(body) - cls.FIELDS


class Unfit(Invalid):
    """A body that does not fit the schema, said as FastAPI says it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, status=422)
        self.detail = {"type": "value_error", "loc": ["body", field], "msg": message}


def _number(
    body: dict[str, Any], name: str, low: float | None = None, high: float | None = None
) -> None:
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(name, "Input should be a valid number")
    if low is not None and value < low:
        raise Unfit(name, f"Input should be greater than or equal to {low}")
    if high is not None and value > high:
        raise Unfit(name, f"Input should be less than or equal to {high}")


def _kind(body: dict[str, Any], kinds: type | tuple[type, ...], *names: str) -> None:
    for name in names:
        if body.get(name) is not None and not isinstance(body[name], kinds):
            raise Unfit(name, "Input is of the wrong type")


class TabbyAPI(LocalServer):
    """TabbyAPI with ExLlamaV3: a key in `x-api-key`, errors as `detail`, pings in its streams."""

    name = "tabbyapi"
    prefix = "/tabbyapi"
    routes: ClassVar[Routes] = (
        ("GET", r"/health", "health"),
        ("GET", r"/v1/auth/permission", "show_permission"),
        ("GET", r"/v1/model", "show_loaded"),
        ("GET", r"/v1/models", "list_models"),
        ("POST", r"/v1/chat/completions", "chat"),
        ("POST", r"/v1/token/encode", "encode"),
    )
    models: ClassVar[tuple[str, ...]] = ("Qwen3-8B-exl3",)
    owner = "tabbyAPI"
    IGNORED = frozenset(
        words(
            "ban_eos_token ignore_eos allowed_tokens smoothing_factor top_a tfs typical typical_p "
            "skew dry_multiplier dry_base dry_allowed_length dry_range dry_sequence_breakers "
            "mirostat_mode mirostat_tau mirostat_eta max_temp min_temp temp_exponent "
            "dynatemp_low dynatemp_high dynatemp_exponent"
        )
    )
    FIELDS = CHAT | set(
        words(
            "n logprobs min_tokens banned_strings banned_tokens token_healing temperature_last "
            "top_k min_p "
            "xtc_probability xtc_threshold repetition_penalty penalty_range repetition_decay "
            "json_schema regex_pattern grammar_string adaptive_target adaptive_decay "
            "loop_detect_window prompt_template add_generation_prompt continue_final_message "
            "response_prefix template_vars enable_thinking reasoning reasoning_budget_tokens "
            "verbosity response_format"
        )
    )

    def key_of(self, request: Request) -> str | None:
        return request.headers.get("x-api-key") or request.bearer

    def key_error(self, standing: Standing, key: str) -> Output:
        if standing == "missing":
            return self.error(401, "Please provide an API key")
        return self.error(401, "Invalid API key")

    def health(self, _request: Request, _found: Any) -> Output:
        return whole({"status": "healthy", "issues": []})

    def show_permission(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"permission": "api"})

    def show_loaded(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(self.card(self.models[0]))

    def encode(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        text = str(body_of(request).get("text"))
        tokens = list(range((len(text) + 3) // 4))
        return whole({"tokens": tokens, "length": len(tokens)})

    def card(self, model: str) -> dict[str, Any]:
        parameters = {"max_seq_len": 32_768, "cache_size": 65_536, "use_vision": False}
        return super().card(model) | {"parameters": parameters}

    def check(self, body: dict[str, Any]) -> None:
        chat_checks.check_messages(body.get("messages"), strict=False)
        _number(body, "temperature", 0, 10)
        for name in ("frequency_penalty", "presence_penalty", "min_p", "xtc_probability"):
            _number(body, name, 0)
        _number(body, "top_p", 0, 1)
        _number(body, "top_k", -1)
        if body.get("repetition_penalty") is not None and not body["repetition_penalty"] > 0:
            raise Unfit("repetition_penalty", "Input should be greater than 0")
        _kind(body, (str, list), "stop", "banned_strings", "banned_tokens")
        _kind(body, str, "grammar_string", "regex_pattern")
        if body.get("continue_final_message") and body.get("add_generation_prompt", True):
            raise Unfit(
                "continue_final_message",
                "continue_final_message is only valid with add_generation_prompt: false",
            )
        wanted = body.get("response_format") or {}
        schema = wanted.get("json_schema")
        if wanted.get("type") == "json_schema" and (not schema or "schema" in schema):
            raise Unfit("response_format", "json_schema must be the schema itself")

    def read(self, body: dict[str, Any]) -> Asked:
        wanted = body.get("response_format") or {}
        kinds = {
            "json": {"type": "json_object"},
            "json_schema": {
                "type": "json_schema",
                "json_schema": {"schema": wanted.get("json_schema")},
            },
        }
        # What it does not know is plain text: `json_object` is such a thing.
        return super().read({**body, "response_format": kinds.get(wanted.get("type"))})

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        for piece in super().pieces_of(reply, asked):
            yield piece
            if piece.kind == "open":
                yield Piece(b": ping\n\n", "open")

    def first_delta(self) -> dict[str, Any]:
        return {"role": "assistant"}

    def ending(self, reply: Reply) -> dict[str, Any]:
        return {"finish_reason": reply.finish, "eos_reason": "eos_token", "stop_str": None}


class TextGen(LocalServer):
    """text-generation-webui with `--api`: only localhost may be its name, lists as texts."""

    name = "textgen"
    prefix = "/textgen"
    routes: ClassVar[Routes] = (
        ("GET", r"/v1/internal/health", "health"),
        ("GET", r"/v1/internal/model/info", "show_loaded"),
        ("GET", r"/v1/models", "list_models"),
        ("POST", r"/v1/chat/completions", "chat"),
        ("POST", r"/v1/internal/chat-prompt", "show_prompt"),
        ("POST", r"/v1/internal/token-count", "count"),
        ("POST", r"/v1/internal/stop-generation", "stop"),
    )
    models: ClassVar[tuple[str, ...]] = ("Qwen3-8B-Q4_K_M.gguf",)
    owner = "user"
    key_required = False
    FIELDS = CHAT | set(
        words(
            "logprobs top_logprobs top_k min_p top_n_sigma typical_p tfs top_a epsilon_cutoff "
            "eta_cutoff "
            "dynamic_temperature dynatemp_low dynatemp_high dynatemp_exponent smoothing_factor "
            "smoothing_curve xtc_threshold xtc_probability adaptive_target adaptive_decay "
            "dry_multiplier dry_allowed_length dry_base dry_sequence_breakers "
            "repetition_penalty encoder_repetition_penalty no_repeat_ngram_size "
            "repetition_penalty_range penalty_alpha guidance_scale negative_prompt mirostat_mode "
            "mirostat_tau mirostat_eta do_sample temperature_last sampler_priority "
            "custom_token_bans ban_eos_token add_bos_token skip_special_tokens "
            "truncation_length seed grammar_string preset auto_max_new_tokens enable_thinking "
            "preserve_thinking mode instruction_template instruction_template_str character "
            "user_name bot_name context greeting continue_"
        )
    )

    # How a test makes its tokenizer wide or narrow, slow, or broken (0).
    letters_per_token = 4
    counts_after = 0.0

    def handle(self, request: Request) -> Output:
        host = request.headers.get("host", "").rpartition(":")[0]
        if host not in {"localhost", "127.0.0.1"}:
            return document(b"Invalid host header", "text/plain; charset=utf-8", status=400)
        return super().handle(request)

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Output:
        named = kind or ("InvalidRequestError" if status < 500 else "OpenAIError")
        said = {"message": message, "type": named, "param": param, "code": None}
        return whole({"error": said}, status=status, headers=headers)

    def key_error(self, standing: Standing, key: str) -> Output:
        return whole({"detail": "Unauthorized"}, status=401)

    def health(self, _request: Request, _found: Any) -> Output:
        return whole({"status": "ok"})

    def show_loaded(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"model_name": self.models[0], "lora_names": [], "loader": "llama.cpp"})

    def show_prompt(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        body = body_of(request)
        self.check(body)
        turns = [f"<{each['role']}>{text_of(each['content'])}" for each in body["messages"]]
        return whole({"prompt": "".join([*turns, "<assistant>"])})

    def stop(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole("OK")

    def count(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        if not self.letters_per_token:
            return self.error(500, "Internal Server Error")
        length = -(-len(body_of(request)["text"]) // self.letters_per_token)
        return whole({"length": length}, delay=self.counts_after)

    def check(self, body: dict[str, Any]) -> None:
        if body.get("functions") or body.get("function_call"):
            raise Invalid("'functions' and 'function_call' are not supported, use 'tools'.")
        chat_checks.check_messages(body.get("messages"), strict=False)
        _kind(body, str, "custom_token_bans", "dry_sequence_breakers", "grammar_string")
        _kind(body, (str, list), "sampler_priority", "stop")
        _kind(
            body,
            bool,
            *("dynamic_temperature", "temperature_last", "ban_eos_token", "continue_"),
            "skip_special_tokens",
        )
        for name in ("temperature", "top_p", "min_p", "dynatemp_low", "dynatemp_high"):
            _number(body, name)
        if body.get("continue_") and body["messages"][-1]["role"] != "assistant":
            raise Invalid("continue_ needs an assistant message at the end.")


class Aphrodite(Compatible):
    """Aphrodite: vLLM's server with many more samplers, and vLLM's strictness about them."""

    name = "aphrodite"
    prefix = "/aphrodite"
    routes: ClassVar[Routes] = (*Compatible.routes, ("POST", r"/v1/tokenize", "tokenize"))
    models: ClassVar[tuple[str, ...]] = ("PygmalionAI/Pygmalion-3-12B",)
    owner = "aphrodite"
    FIELDS = CHAT | set(
        words(
            "seed n logprobs top_logprobs top_k min_p repetition_penalty min_tokens ignore_eos "
            "skip_special_tokens stop_token_ids response_format structured_outputs "
            "add_generation_prompt continue_final_message chat_template chat_template_kwargs "
            "top_a tfs eta_cutoff epsilon_cutoff typical_p smoothing_factor smoothing_curve "
            "no_repeat_ngram_size temperature_last xtc_threshold xtc_probability dry_multiplier "
            "dry_base dry_allowed_length dry_sequence_breakers dry_range dry_max_ngram "
            "dry_max_occurrences dry_early_exit_match_len dynatemp_min dynatemp_max "
            "dynatemp_exponent nsigma skew mirostat_mode mirostat_tau mirostat_eta"
        )
    )
    _RANGES: ClassVar[dict[str, tuple[float, float]]] = {
        "frequency_penalty": (-2, 2),
        "presence_penalty": (-2, 2),
        "temperature": (0, float("inf")),
        "top_p": (0, 1),
        "min_p": (0, 1),
        "top_a": (0, float("inf")),
        "tfs": (0, 1),
        "typical_p": (0, 1),
        "epsilon_cutoff": (0, 1000),
        "eta_cutoff": (0, float("inf")),
        "dynatemp_min": (0, float("inf")),
        "dynatemp_max": (0, float("inf")),
        "dynatemp_exponent": (0, float("inf")),
        "smoothing_factor": (0, float("inf")),
        "smoothing_curve": (1, float("inf")),
        "xtc_probability": (0, 1),
        "xtc_threshold": (0, 1),
        "min_tokens": (0, float("inf")),
    }

    @classmethod
    def passed_over(cls, body: dict[str, Any]) -> set[str]:
        """Return the fields of `body` that have no effect here."""
        return set(body) - cls.FIELDS

    def check(self, body: dict[str, Any]) -> None:
        chat_checks.check_messages(body.get("messages"), strict=False)
        chat_checks.check_tools(body)
        for name, (low, high) in self._RANGES.items():
            if body.get(name) is not None and not low <= body[name] <= high:
                raise Invalid(f"{name} must be in [{low}, {high}], got {body[name]}.")
        if body.get("mirostat_mode") not in (None, 0, 2):
            raise Invalid(
                f"Only Mirostat v2 (2) and disabled (0) are supported, got {body['mirostat_mode']}."
            )
        if not isinstance(body.get("dry_sequence_breakers", []), list):
            raise Invalid("dry_sequence_breakers must be a list of strings.")
        outputs = body.get("structured_outputs")
        if outputs is not None and len(outputs) != 1:
            raise Invalid("You can only use one kind of structured outputs constraint.")
        if body.get("continue_final_message") and body.get("add_generation_prompt", True):
            raise Invalid(
                "Cannot set both `continue_final_message` and `add_generation_prompt` to True."
            )


LOCAL_SERVERS = (TabbyAPI, TextGen, Aphrodite)
