"""The servers people run at home, by what each answers to whoever asks what it is.

As their sources and documentation have it; what they imitate of one another is imitated here too.
"""

from dataclasses import replace
from typing import Any

from mock_provider.home import DIE, HANG, HANG_UP, Answer, Home

TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}"
HTML = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works!</body></html>"


def listing(*ids: str, owner: str, **more: Any) -> Answer:
    """Return a list of models as OpenAI has it."""
    cards = [
        {"id": each, "object": "model", "created": 1, "owned_by": owner, **more} for each in ids
    ]
    return Answer({"object": "list", "data": cards})


# What Aphrodite and TabbyAPI answer for clients of KoboldAI.
KOBOLD_IMITATED = {
    "GET /api/extra/version": Answer({"result": "KoboldCpp", "version": "1.71"}),
    "GET /api/v1/model": Answer({"result": "aphrodite/x"}),
    "GET /api/extra/true_max_context_length": Answer({"value": 1}),
}

# llama.cpp -------------------------------------------------------------------------------------

_PROPS = {
    "default_generation_settings": {
        "n_ctx": 4096,
        "params": {"temperature": 0.8, "top_k": 40},
    },
    "total_slots": 2,
    "model_path": "/models/qwen3-8b.gguf",
    "chat_template": TEMPLATE,
    "modalities": {"vision": False, "audio": False},
    "build_info": "b6900-abcdef",
    "is_sleeping": False,
}


def _llama_error(status: int, message: str, kind: str) -> Answer:
    return Answer({"error": {"code": status, "message": message, "type": kind}}, status)


LLAMACPP = Home(
    {
        "GET /health": Answer({"status": "ok"}),
        "GET /props": Answer(_PROPS),
        "GET /v1/models": listing(
            "qwen3-8b", owner="llamacpp", meta={"n_ctx_train": 40_960, "n_params": 8_000_000_000}
        ),
    },
    missing=_llama_error(404, "File Not Found", "not_found_error"),
    headers={"server": "llama.cpp"},
    public=frozenset({"GET /health"}),
    denied=_llama_error(401, "Invalid API Key", "authentication_error"),
    key_headers=("authorization", "x-api-key"),
)
# Its list was open to all before, whatever key it was started with.
LLAMACPP_LISTING = replace(
    LLAMACPP,
    public=frozenset({"GET /health", "GET /v1/models"}),
    headers={},
    denied=_llama_error(401, "Invalid API Key", "invalid_request_error"),
)
_LOADING = _llama_error(503, "Loading model", "unavailable_error")
LLAMACPP_LOADING = Home(missing=_LOADING, headers={"server": "llama.cpp"})
# A reverse proxy before it writes a name of its own.
LLAMACPP_PROXIED = replace(LLAMACPP, headers={"server": "nginx"})
LLAMACPP_PROXIED_LOADING = Home(missing=_LOADING, headers={"server": "nginx"})
LLAMACPP_OLD = Home(
    {
        "GET /props": Answer(
            {
                "default_generation_settings": {"n_ctx": 2048, "temperature": 0.8, "top_k": 40},
                "total_slots": 1,
                "chat_template": TEMPLATE,
            }
        ),
        "GET /v1/models": listing("../model.gguf", owner="llamacpp"),
    },
    missing=Answer("File Not Found", 404),
)
_ROUTED = {
    "qwen3-8b": {"value": "loaded"},
    "gemma-3": {"value": "unloaded"},
    "glm-5": {"value": "loading"},
}
LLAMACPP_ROUTER = Home(
    {
        "GET /v1/models": Answer(
            {
                "object": "list",
                "data": [
                    {"id": name, "object": "model", "owned_by": "llamacpp", "status": status}
                    for name, status in _ROUTED.items()
                ],
            }
        ),
        "GET /props": Answer(_PROPS),
    },
    missing=LLAMACPP.missing,
    headers=LLAMACPP.headers,
)

# KoboldCpp -------------------------------------------------------------------------------------

_KOBOLD_VERSION = {
    "result": "KoboldCpp",
    "version": "1.105.2",
    "protected": False,
    "llm": True,
    "txt2img": False,
    "vision": False,
}
KOBOLDCPP = Home(
    {
        "GET /api/extra/version": Answer(_KOBOLD_VERSION),
        "GET /api/v1/model": Answer({"result": "koboldcpp/Tiefighter-13B"}),
        "GET /api/extra/true_max_context_length": Answer({"value": 8192}),
        "POST /api/extra/tokencount": Answer({"value": 0, "ids": []}),
        "GET /v1/models": listing("koboldcpp/Tiefighter-13B", owner="koboldcpp"),
        # What it imitates of llama.cpp and Ollama.
        "GET /props": Answer(
            {
                "chat_template": TEMPLATE,
                "total_slots": 1,
                "model_path": "local_model",
                "default_generation_settings": {"n_ctx": 8192},
            }
        ),
        "GET /api/version": Answer({"version": "0.7.0"}),
        "GET /api/tags": Answer({"models": [{"name": "koboldcpp", "model": "koboldcpp:latest"}]}),
        "GET /api/ps": Answer({"models": [{"name": "koboldcpp", "model": "koboldcpp:latest"}]}),
    },
    missing=Answer({"detail": {"error": "Not Found"}}, 404),
    headers={"server": "ConcedoLlamaForKoboldServer"},
    denied=Answer(
        {
            "detail": {
                "error": "Unauthorized",
                "msg": "Authentication key is missing or invalid.",
                "type": "unauthorized",
            }
        },
        401,
    ),
)
KOBOLDCPP_EMPTY = KOBOLDCPP.but(**{"GET /api/v1/model": Answer({"result": "inactive"})})
KOBOLDCPP_LOCKED = Home(
    {
        **KOBOLDCPP.answers,
        "GET /api/extra/version": Answer(_KOBOLD_VERSION | {"protected": True}),
    },
    missing=KOBOLDCPP.missing,
    headers=KOBOLDCPP.headers,
    denied=KOBOLDCPP.denied,
    public=frozenset(call for call in KOBOLDCPP.answers if call.startswith("GET ")),
    key="home-secret-0123456789",
)
# Before it told what it can do, its version was as short as those of its imitators.
KOBOLDCPP_OLD = KOBOLDCPP.but(
    **{"GET /api/extra/version": Answer({"result": "KoboldCpp", "version": "1.50"})}
)

# TabbyAPI --------------------------------------------------------------------------------------

_TABBY_CARD = {
    "id": "Qwen3-8B-exl3",
    "object": "model",
    "owned_by": "tabbyAPI",
    "parameters": {
        "max_seq_len": 32_768,
        "cache_size": 65_536,
        "prompt_template": "chatml",
        "prompt_template_content": TEMPLATE,
        "use_vision": False,
    },
}
TABBYAPI = Home(
    {
        "GET /.well-known/serviceinfo": Answer(
            {
                "version": 0.1,
                "software": {
                    "name": "TabbyAPI",
                    "repository": "https://github.com/theroyallab/tabbyAPI",
                    "homepage": "https://github.com/theroyallab/tabbyAPI",
                },
                "api": {"openai": {"name": "OpenAI API", "relative_url": "/v1", "version": 1}},
            }
        ),
        "GET /health": Answer({"status": "healthy", "issues": []}),
        "GET /v1/model": Answer(_TABBY_CARD),
        "GET /v1/models": Answer(
            {
                "object": "list",
                "data": [
                    {"id": name, "object": "model", "owned_by": "tabbyAPI"}
                    for name in ("Qwen3-8B-exl3", "Llama-3.3-70B-exl3")
                ],
            }
        ),
        # As llama.cpp's, so far as its clients need it.
        "GET /props": Answer(
            {
                "total_slots": 4,
                "model_path": "Qwen3-8B-exl3",
                "chat_template": TEMPLATE,
                "default_generation_settings": {"n_ctx": 32_768},
            }
        ),
        **KOBOLD_IMITATED,
    },
    public=frozenset(
        {"GET /.well-known/serviceinfo", "GET /health", "GET /api/extra/version"},
    ),
    denied=Answer({"detail": "Invalid API key"}, 401),
    key_headers=("authorization", "x-api-key"),
)
TABBYAPI_EMPTY = TABBYAPI.but(
    **{
        "GET /v1/model": Answer({"detail": "No models are currently loaded."}, 503),
        "GET /props": Answer({"detail": "No models are currently loaded."}, 503),
    }
)

# text-generation-webui -------------------------------------------------------------------------

TEXTGEN = Home(
    {
        "GET /v1/internal/model/info": Answer(
            {"model_name": "Qwen3-8B-Q4_K_M.gguf", "lora_names": [], "loader": "llama.cpp"}
        ),
        "GET /v1/internal/health": Answer({"status": "ok"}),
        "GET /v1/models": listing("Qwen3-8B-Q4_K_M.gguf", owner="user"),
    },
)
TEXTGEN_EMPTY = TEXTGEN.but(
    **{
        "GET /v1/internal/model/info": Answer(
            {"model_name": "None", "lora_names": [], "loader": "llama.cpp"}
        )
    }
)

# vLLM and Aphrodite ----------------------------------------------------------------------------


def _metrics(name: str) -> Answer:
    counted = f"# TYPE {name}:num_requests_running gauge\n{name}:num_requests_running 0.0\n"
    return Answer("# TYPE python_gc_objects_collected_total counter\n" + counted)


_VLLM_PUBLIC = frozenset({"GET /health", "GET /version", "GET /metrics", "GET /api/extra/version"})
_VLLM_DENIED = Answer({"error": "Unauthorized"}, 401)


class _VllmHome(Home):
    """Its key is asked for below `/v1`, whether there is such a call or not."""

    def answer(self, request: Any) -> Answer:
        if not request.path.startswith("/v1"):
            return self.answers.get(f"{request.method} {request.path}", self.missing)
        return super().answer(request)


VLLM = _VllmHome(
    {
        "GET /health": Answer(""),
        "GET /version": Answer({"version": "0.20.0"}),
        "GET /metrics": _metrics("vllm"),
        "GET /v1/models": listing("Qwen/Qwen3-8B", owner="vllm", root="x", max_model_len=32_768),
    },
    denied=_VLLM_DENIED,
    public=_VLLM_PUBLIC,
)
APHRODITE = _VllmHome(
    {
        **VLLM.answers,
        "GET /version": Answer({"version": "0.20"}),
        "GET /metrics": _metrics("aphrodite"),
        "GET /v1/models": listing("Pygmalion-3-12B", owner="aphrodite", max_model_len=8192),
        **KOBOLD_IMITATED,
    },
    denied=_VLLM_DENIED,
    public=_VLLM_PUBLIC,
)

# LM Studio -------------------------------------------------------------------------------------

_LM_MISSING = Answer({"error": "Unexpected endpoint or method. (GET /x). Returning 200 anyway"})
_LM_LIST = listing("qwen/qwen3-8b", "google/gemma-3-4b", owner="organization_owner")
LMSTUDIO = Home(
    {
        "GET /v1/models": _LM_LIST,
        "GET /api/v1/models": Answer(
            {
                "models": [
                    {
                        "type": "llm",
                        "publisher": "qwen",
                        "key": "qwen/qwen3-8b",
                        "loaded_instances": [
                            {"id": "qwen/qwen3-8b", "config": {"context_length": 8192}}
                        ],
                        "max_context_length": 131_072,
                        "format": "gguf",
                    },
                    {
                        "type": "llm",
                        "publisher": "google",
                        "key": "google/gemma-3-4b",
                        "loaded_instances": [],
                        "max_context_length": 131_072,
                    },
                    {"type": "embedding", "key": "nomic", "loaded_instances": []},
                ]
            }
        ),
    },
    missing=_LM_MISSING,
    denied=Answer(
        {
            "error": {
                "message": "An LM Studio API token is required to make requests to this server, "
                "but none was provided using the Authorization header",
                "type": "invalid_request",
                "code": "invalid_api_key",
                "param": None,
            }
        },
        401,
    ),
)
LMSTUDIO_OLD = Home(
    {
        "GET /v1/models": _LM_LIST,
        "GET /api/v0/models": Answer(
            {
                "object": "list",
                "data": [
                    {
                        "id": "qwen2-vl-7b",
                        "type": "vlm",
                        "state": "loaded",
                        "max_context_length": 32_768,
                        "loaded_context_length": 4096,
                    },
                    {"id": "gemma", "type": "llm", "state": "not-loaded", "max_context_length": 1},
                    {"id": "nomic", "type": "embeddings", "state": "not-loaded"},
                ],
            }
        ),
    },
    missing=_LM_MISSING,
)
LMSTUDIO_EMPTY = Home({"GET /api/v1/models": Answer({"models": []})}, missing=_LM_MISSING)

# LocalAI, LiteLLM, Ollama ----------------------------------------------------------------------

LOCALAI = Home(
    {
        "GET /readyz": Answer("OK"),
        "GET /healthz": Answer("OK"),
        "GET /version": Answer({"version": "v4.9.0 (abc)"}),
        "GET /system": Answer({"backends": ["llama-cpp"], "loaded_models": [{"id": "gemma-3-4b"}]}),
        "GET /v1/models": Answer(
            {
                "object": "list",
                "data": [{"id": name, "object": "model"} for name in ("gemma-3-4b", "whisper-1")],
            }
        ),
        # What it imitates of Ollama.
        "GET /api/tags": Answer({"models": [{"name": "gemma-3-4b", "model": "gemma-3-4b"}]}),
        "GET /api/version": Answer({"version": "0.12.0"}),
    },
    missing=Answer({"error": {"code": 404, "message": "Resource not found", "type": ""}}, 404),
    public=frozenset({"GET /readyz", "GET /healthz"}),
    denied=Answer(
        {
            "error": {
                "code": 401,
                "message": "An authentication key is required",
                "type": "invalid_request_error",
            }
        },
        401,
    ),
)
LITELLM = Home(
    {
        "GET /health/liveliness": Answer("I'm alive!"),
        "GET /health/readiness": Answer({"status": "connected", "litellm_version": "1.106.2"}),
        "GET /v1/models": listing("gpt-4o", "claude", owner="openai"),
    },
    public=frozenset({"GET /health/liveliness", "GET /health/readiness"}),
    denied=Answer(
        {
            "error": {
                "message": "Authentication Error, No api key passed in.",
                "type": "auth_error",
                "param": "None",
                "code": "401",
            }
        },
        401,
    ),
)
# As it is without a database.
LITELLM_ALONE = replace(
    LITELLM,
    denied=Answer({"error": {"message": "No connected db.", "type": "no_db_connection"}}, 400),
)
_OLLAMA_MODELS = [{"name": name, "model": name} for name in ("qwen3:8b", "llama3.2:1b")]
OLLAMA = Home(
    {
        "GET /": Answer("Ollama is running"),
        "GET /api/version": Answer({"version": "0.33.0"}),
        "GET /api/tags": Answer({"models": _OLLAMA_MODELS}),
        "GET /api/ps": Answer({"models": [_OLLAMA_MODELS[0] | {"context_length": 16_384}]}),
        "POST /api/show": Answer({"template": "{{ .Prompt }}", "capabilities": ["completion"]}),
        "GET /v1/models": listing("qwen3:8b", "llama3.2:1b", owner="library"),
    },
    missing=Answer("404 page not found", 404),
)
OLLAMA_IDLE = OLLAMA.but(**{"GET /api/ps": Answer({"models": []})})
OLLAMA_EMPTY = Home(
    {
        **OLLAMA.answers,
        "GET /api/tags": Answer({"models": []}),
        "GET /api/ps": Answer({"models": []}),
        "GET /v1/models": Answer({"object": "list", "data": None}),
    },
    missing=OLLAMA.missing,
)

# Others ----------------------------------------------------------------------------------------

SGLANG = Home(
    {
        "GET /v1/models": listing("Qwen/Qwen3-8B", owner="sglang", max_model_len=40_960),
        "GET /api/tags": Answer({"models": [{"name": "Qwen/Qwen3-8B", "model": "Qwen/Qwen3-8B"}]}),
        "GET /api/version": Answer({"version": "0.12.0"}),
        "GET /": Answer("Ollama is running"),
    },
)
HALF_OPENAI = Home(
    {
        "GET /v1/chat/completions": Answer({"detail": "Method Not Allowed"}, 405),
        "POST /v1/chat/completions": Answer({"choices": []}),
    },
)
BARE_OPENAI = Home({"GET /models": listing("alone", owner="somebody")})
LOCKED_OPENAI = Home(
    key="home-secret-0123456789",
    denied=Answer({"error": {"message": "Incorrect API key", "type": "auth", "code": None}}, 401),
)
WEB_PAGE = Home(missing=Answer(HTML, 200, "text/html; charset=utf-8"))
# It stands at the port of two servers on every Mac that shares its screen.
AIRPLAY = Home(missing=Answer("", 403), headers={"server": "AirTunes/870.14.1"})
TAPSTER = Home(
    {
        "GET /health/live": Answer({"status": "live", "version": "0.1.0"}),
        "GET /v1/models": Answer({"error": {"message": "Show a token", "type": "x"}}, 401),
    }
)
SILENT = Home(missing=HANG)
RUDE = Home(missing=HANG_UP)
DYING = Home(missing=DIE)
