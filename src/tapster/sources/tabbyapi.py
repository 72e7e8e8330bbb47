"""TabbyAPI: the server of ExLlama models.

https://github.com/theroyallab/tabbyAPI/wiki
"""

import asyncio
from collections.abc import AsyncGenerator

from tapster.core.errors import SourceError
from tapster.core.model_jobs import Progress, ServedModel
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, objects_in, text_in, whole_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import counted, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._auth import Bearer, HeaderKey
from tapster.sources._control import Act, Control, Line, Wanted, at_once, demand_end
from tapster.sources._counts import Body, Counted, Post, number_in
from tapster.sources._ignored import Ignored
from tapster.sources._options import LONGEST_CONTEXT, Option
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, ServerKind, models_in, template_of
from tapster.sources._source import HttpSource

TITLE = "TabbyAPI"
LIST = "/v1/models"
# It has the fields, and says in its log alone that nothing comes of them.
IGNORED = frozenset(
    {
        *("top_a", "typical_p", "tfs", "skew", "smoothing_factor"),
        *("dynatemp_low", "dynatemp_high", "dynatemp_exponent"),
        *("mirostat_mode", "mirostat_tau", "mirostat_eta"),
        *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_range", "dry_sequence_breakers"),
        "ignore_eos",
    }
)


async def look(ask: Ask) -> ServerFacts | None:
    """Return what it says of the loaded model. Who it is it tells everyone."""
    info = await ask("/.well-known/serviceinfo")
    if object_in(info.found.get("software")).get("name") != TITLE:
        return None
    card, listed = await asyncio.gather(ask("/v1/model"), ask("/v1/models"))
    parameters = object_in(card.found.get("parameters"))
    name = text_in(card.found.get("id"))
    context = count_in(parameters.get("max_seq_len")) or None
    others = (model for model in models_in(listed) if model.id != name)
    return ServerFacts(
        models=(
            *((ServerModel(name, loaded=True, context=context),) if name else ()),
            *(ServerModel(model.id, loaded=False) for model in others),
        ),
        context=context,
        template=template_of(
            parameters.get("prompt_template_content"), parameters.get("prompt_template")
        ),
        refused=card.wants_key,
        needs_model=True,
    )


async def count(post: Post, body: Body) -> Counted:
    """Count the messages in the model's own template, without what opens the answer."""
    answer = await post("/v1/token/encode", {"text": body["messages"]})
    return Counted(number_in(answer, "length"), what="all but the opening")


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return the loaded model, and with an admin key all that are in its folder."""
    names = [text_in(each.get("id")) for each in objects_in((await line.get(LIST)).get("data"))]
    try:
        loaded = await line.get("/v1/model")
    except SourceError as error:
        # It says so with 503, older ones with 400.
        if error.status not in {400, 503}:
            raise
        loaded = {}
    current = text_in(loaded.get("id"))
    context = whole_in(object_in(loaded.get("parameters")).get("max_seq_len"))
    return tuple(
        ServedModel(id=name, state="loaded", context=context)
        if name == current
        else ServedModel(id=name, state="unloaded")
        for name in dict.fromkeys([*names, current])
        if name
    )


async def load(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have it load the model in place of the one it has, module after module."""
    body = {"name": wanted.model, **wanted.options}
    is_done = False
    async for told in line.stream("/v1/model/load", body):
        is_done = told.get("status") == "finished"
        yield Progress(
            said=text_in(told.get("model_type")),
            done=whole_in(told.get("module")),
            total=whole_in(told.get("modules")),
            unit="parts",
        )
    demand_end(is_done)


async def unload(line: Line, wanted: Wanted) -> None:
    """Have it unload the model it has, or what it has loaded of one."""
    del wanted
    await line.post("/v1/model/unload", {})


source = HttpSource(
    id="tabbyapi",
    title=TITLE,
    base_url="http://127.0.0.1:5000",
    tails=("/v1",),
    docs="https://github.com/theroyallab/tabbyAPI/wiki",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        json_format="bare",
        also_takes=frozenset({"json_schema"}),
        never_takes=frozenset({"seed"}),
        wires=same(
            *("top_k", "min_p", "xtc_probability", "xtc_threshold", "temperature_last"),
            *("adaptive_target", "adaptive_decay", "repetition_penalty", "repetition_decay"),
            *("min_tokens", "banned_strings"),
        )
        | {
            # Its own field is how many alternatives to tell of; none of them means nothing.
            "logprobs": counted("logprobs"),
            "top_logprobs": counted("logprobs", least=1),
            "reasoning_tokens": "reasoning_budget_tokens",
            "repetition_range": "penalty_range",
            "banned_token_ids": "banned_tokens",
            "regex": "regex_pattern",
            "grammar": "grammar_string",
        },
        prefill_fields={"add_generation_prompt": False, "continue_final_message": True},
    ),
    ranges={
        "temperature": (0, 10),
        "frequency_penalty": (0, 2),
        "presence_penalty": (0, 2),
        # It refuses 0.
        "repetition_penalty": (0.01, 2),
    },
    own={
        "repetition_range": {"low": -1},
        "adaptive_target": {"neutral": 1},
    },
    ignores=Ignored(IGNORED, why="passes over it with its engine, ExLlamaV3"),
    auth=HeaderKey("x-api-key"),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path=LIST,
    status=StatusCall("/v1/auth/permission"),
    count=count,
    always_external=True,
    note=(
        "The keys stand in its file `api_tokens.yml`; none is needed where `disable_auth` is on. "
        "It answers with the model it has loaded, whichever is asked for."
    ),
    control=Control(
        models=served,
        load=Act(load, undo=unload),
        unload=Act(at_once(unload)),
        options=(
            Option(
                "max_seq_len",
                "Context length",
                "Tokens the model is loaded with; the model's own length where none is given.",
                kind="integer",
                low=1,
                high=LONGEST_CONTEXT,
            ),
        ),
        auth=Bearer(),
        admin=True,
        lists_to_admin=True,
    ),
)
