"""text-generation-webui, known as Oobabooga: a page for models, and an API beside it.

https://github.com/oobabooga/text-generation-webui/wiki/12-%E2%80%90-OpenAI-API
"""

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.model_jobs import ServedModel
from tapster.core.requests import ChatRequest
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import text_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import beside, joined, quoted, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._control import Act, Control, Line, Wanted, at_once
from tapster.sources._counts import Body, Counted, Post, number_in, prompt_in, unstreamed
from tapster.sources._halts import Halt
from tapster.sources._ignored import Ignored, kept_back
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, ServerKind
from tapster.sources._source import HttpSource

INFO = "/v1/internal/model/info"
TITLE = "text-generation-webui (Oobabooga)"
WHERE_TRANSFORMERS_RUN = frozenset(
    {
        *("tfs", "top_a", "smoothing_factor", "smoothing_curve", "epsilon_cutoff", "eta_cutoff"),
        *("encoder_repetition_penalty", "no_repeat_ngram_size"),
        *("guidance_scale", "negative_prompt"),
    }
)
# What a loader passes over without a word. Of those not named here nothing is known.
IGNORED = {
    "llama.cpp": WHERE_TRANSFORMERS_RUN,
    "TensorRT-LLM": WHERE_TRANSFORMERS_RUN - {"no_repeat_ngram_size"}
    | {
        *("typical_p", "top_n_sigma", "xtc_probability", "xtc_threshold", "temperature_last"),
        *("dynatemp_low", "dynatemp_high", "dynatemp_exponent", "repetition_range"),
        *("mirostat_mode", "mirostat_tau", "mirostat_eta", "adaptive_target", "adaptive_decay"),
        *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_sequence_breakers"),
        *("sampler_order", "ignore_eos", "banned_token_ids", "grammar"),
    },
}


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Keep back what the loader that was named would pass over."""
    loader = str(link.options.get("loader"))
    names = IGNORED.get(loader, frozenset())
    ignored = Ignored(names, why=f"passes over it with the loader {loader}")
    return kept_back(request, ignored, by=TITLE)


async def look(ask: Ask) -> ServerFacts | None:
    """Return what it has loaded, and with what. It tells neither its version nor the context."""
    info = await ask("/v1/internal/model/info")
    refuses = info.wants_key and info.document == {"detail": "Unauthorized"}
    if not refuses and not {"model_name", "loader"} <= info.found.keys():
        return None
    name = text_in(info.found.get("model_name"))
    return ServerFacts(
        models=(ServerModel(name, loaded=True),) if name and name != "None" else (),
        engine=text_in(info.found.get("loader")),
        refused=refuses,
        needs_model=True,
    )


async def count(post: Post, body: Body) -> Counted:
    """Count the prompt as its own template makes it."""
    prompt = prompt_in(await post("/v1/internal/chat-prompt", unstreamed(body)))
    return Counted(number_in(await post("/v1/internal/token-count", {"text": prompt}), "length"))


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return the loaded model, and with an admin key all that are in its folder."""
    current = text_in((await line.get(INFO)).get("model_name"))
    try:
        listed = (await line.get("/v1/internal/model/list")).get("model_names")
    except SourceError as error:
        if error.reason not in {Reason.AUTH, Reason.PERMISSION}:
            raise
        listed = None
    names = map(text_in, [*(listed if isinstance(listed, list) else ()), current])
    return tuple(
        ServedModel(id=name, state="loaded" if name == current else "unloaded")
        for name in dict.fromkeys(names)
        # It names the lack of one, and its list begins with it.
        if name and name != "None"
    )


async def load(line: Line, wanted: Wanted) -> None:
    """Have it load the model in place of the one it has; it answers when that is done."""
    await line.post("/v1/internal/model/load", {"model_name": wanted.model})


async def unload(line: Line, wanted: Wanted) -> None:
    """Have it unload the model it has."""
    del wanted
    await line.post("/v1/internal/model/unload", {})


source = HttpSource(
    id="textgen",
    title=TITLE,
    base_url="http://127.0.0.1:5000",
    tails=("/v1",),
    docs="https://github.com/oobabooga/text-generation-webui/wiki/12-%E2%80%90-OpenAI-API",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        json_format="none",
        never_takes=frozenset({"n", "verbosity"}),
        wires=same(
            *("top_k", "min_p", "top_a", "typical_p", "tfs", "top_n_sigma"),
            *("epsilon_cutoff", "eta_cutoff", "xtc_probability", "xtc_threshold"),
            *("smoothing_factor", "smoothing_curve", "dynatemp_exponent", "temperature_last"),
            *("mirostat_mode", "mirostat_tau", "mirostat_eta"),
            *("adaptive_target", "adaptive_decay", "guidance_scale", "negative_prompt"),
            *("repetition_penalty", "encoder_repetition_penalty", "no_repeat_ngram_size"),
            *("dry_multiplier", "dry_base", "dry_allowed_length", "skip_special_tokens"),
        )
        | {
            # Low and high say nothing unless the temperature is told to move.
            "dynatemp_low": beside("dynatemp_low", dynamic_temperature=True),
            "dynatemp_high": beside("dynatemp_high", dynamic_temperature=True),
            "repetition_range": "repetition_penalty_range",
            "sampler_order": "sampler_priority",
            "ignore_eos": "ban_eos_token",
            "banned_token_ids": joined("custom_token_bans"),
            "dry_sequence_breakers": quoted("dry_sequence_breakers"),
            "grammar": "grammar_string",
        },
        prefill_fields={"continue_": True},
    ),
    refine=refine,
    ranges={"temperature": (0, 5)},
    own={
        "adaptive_target": {"neutral": 0},
        "sampler_order": {
            "choices": (
                *("repetition_penalty", "presence_penalty", "frequency_penalty", "dry"),
                *("temperature", "dynamic_temperature", "quadratic_sampling", "top_n_sigma"),
                *("top_k", "top_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "tfs", "top_a"),
                *("min_p", "adaptive_p", "mirostat", "xtc", "encoder_repetition_penalty"),
                "no_repeat_ngram",
            )
        },
    },
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path="/v1/models",
    status=StatusCall(INFO),
    count=count,
    halt=Halt("/v1/internal/stop-generation", option="stopping"),
    always_external=True,
    note=(
        "Start it with `--api`, and with `--listen` too where it is called by another name than "
        "localhost, as from a container. The key is what follows `--api-key`."
    ),
    options=(
        Option(
            "loader",
            "Loader",
            "What it loads models with, as its page says: settings this loader passes over are "
            "kept back and marked. Any sends all of them.",
            kind="choice",
            choices=("any", *IGNORED),
            default="any",
        ),
        Option(
            "stopping",
            "Stopping",
            "Closing the connection ends your answer alone, which older versions may hear "
            "late. Everything also orders the server to stop, whoever's answer it writes.",
            kind="choice",
            choices=("connection", "everything"),
            default="connection",
        ),
    ),
    control=Control(
        models=served,
        load=Act(at_once(load), goes_on=True),
        unload=Act(at_once(unload)),
        admin=True,
    ),
)
