"""KoboldCpp as it is: whoever names an answer may end it, and whoever names none ends them all."""

from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, whole
from mock_provider.replies import Asked, Reply, count_tokens, words
from mock_provider.state import State
from mock_provider.vendors import chat_checks
from mock_provider.vendors.local_servers import CHAT, LocalServer
from mock_provider.vendors.vendor import Routes, body_of


class KoboldCpp(LocalServer):
    """KoboldCpp with `--multiuser`. `stopped` are the names of answers a call has ended."""

    name = "koboldcpp"
    prefix = "/koboldcpp"
    routes: ClassVar[Routes] = (
        ("GET", r"/api/extra/version", "version"),
        ("GET", r"/v1/models", "list_models"),
        ("POST", r"/v1/chat/completions", "chat"),
        ("POST", r"/v1/completions", "text"),
        ("POST", r"/api/extra/tokencount", "count"),
        ("POST", r"/api/extra/abort", "abort"),
    )
    models: ClassVar[tuple[str, ...]] = ("koboldcpp/Qwen3-8B-Q4_K_M",)
    owner = "koboldcpp"
    key_required = False
    FIELDS = (CHAT - {"parallel_tool_calls", "reasoning_effort"}) | set(
        words(
            "max_length max_context_length top_k top_a min_p typical tfs rep_pen rep_pen_range "
            "rep_pen_slope mirostat mirostat_tau mirostat_eta dry_multiplier dry_base "
            "dry_allowed_length dry_penalty_last_n dry_sequence_breakers xtc_threshold "
            "xtc_probability nsigma adaptive_target adaptive_decay sampler_order seed trim_stop "
            "ban_eos_token bypass_eos grammar grammar_retain_state dynatemp_range "
            "dynatemp_exponent smoothing_factor smoothing_curve custom_token_bans banned_tokens "
            "banned_strings render_special memory images genkey guidance_scale negative_prompt "
            "response_format"
        )
    )

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.writing: list[str] = []
        self.stopped: list[str] = []

    def key_error(self, standing: Standing, key: str) -> Output:
        said = {"error": "Unauthorized", "msg": "Authentication key is missing or invalid."}
        return whole({"detail": said}, status=401)

    def version(self, _request: Request, _found: Any) -> Output:
        return whole({"result": "KoboldCpp", "version": "1.121", "protected": False})

    def count(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        value = count_tokens(str(body_of(request).get("prompt")))
        return whole({"value": value, "ids": [*range(value)]})

    def abort(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        named = body_of(request).get("genkey") or ""
        ended = [name for name in self.writing if not named or name == named]
        self.stopped += ended
        done = "true" if ended else "false"
        return whole({"success": done, "done": done})

    def check(self, body: dict[str, Any]) -> None:
        chat_checks.check_messages(body.get("messages"), strict=False)

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        # It writes on although nobody listens: only the call takes a name off.
        name = str(asked.body.get("genkey") or "")
        self.writing.append(name)
        for piece in super().pieces_of(reply, asked):
            if name in self.stopped:
                return
            yield piece
        self.writing.remove(name)
