"""KoboldCpp: one file that runs a model, with samplers of its own and of llama.cpp.

https://github.com/LostRuins/koboldcpp/wiki
"""

import asyncio

from msgspec import structs

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.requests import ChatRequest
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, text_in
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import beside, joined, numbered, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._counts import Body, Counted, Post, number_in, words_of
from tapster.sources._halts import Halt
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, ServerKind, template_of
from tapster.sources._source import HttpSource

TITLE = "KoboldCpp"
ORDER = {
    "top_k": 0,
    "top_a": 1,
    "top_p": 2,
    "tfs": 3,
    "typical_p": 4,
    "temperature": 5,
    "repetition_penalty": 6,
}


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Keep back one of the two penalties: it passes over frequency where presence is sent."""
    del link
    settings = request.settings
    presence, frequency = settings.presence_penalty, settings.frequency_penalty
    if presence is None or frequency is None:
        return request, ()
    notices = Notices(TITLE)
    kept_back = "frequency_penalty"
    if not notices.asks_nothing("frequency_penalty", frequency):
        if notices.asks_nothing("presence_penalty", presence):
            kept_back = "presence_penalty"
        else:
            notices.omit_setting(kept_back, "takes it or the presence penalty, which was sent")
    less = structs.replace(settings, **{kept_back: None})
    return structs.replace(request, settings=less), notices.told()


async def look(ask: Ask) -> ServerFacts | None:
    """Return what its own calls tell. Its version is imitated, in two words, by others."""
    version = await ask("/api/extra/version")
    if version.found.get("result") != TITLE:
        return None
    server = version.headers.get("server", "")
    if set(version.found) <= {"result", "version"} and not server.startswith("ConcedoLlama"):
        info = object_in((await ask("/.well-known/serviceinfo")).found.get("software"))
        if str(info.get("name")).casefold() != TITLE.casefold():
            return None
    loaded, longest, props = await asyncio.gather(
        ask("/api/v1/model"), ask("/api/extra/true_max_context_length"), ask("/props")
    )
    protected = version.found.get("protected") is True
    counted = await ask("/api/extra/tokencount", {"prompt": ""}) if protected else version
    context = count_in(longest.found.get("value")) or None
    name = text_in(loaded.found.get("result"))
    has_one = name is not None and not name.endswith("inactive")
    return ServerFacts(
        version=text_in(version.found.get("version")),
        models=(ServerModel(name, loaded=True, context=context),) if name and has_one else (),
        context=context if has_one else None,
        template=template_of(props.found.get("chat_template")),
        needs_key=protected,
        refused=counted.wants_key,
        # One that does not tell what it has loaded may have something.
        needs_model=name is not None,
    )


async def count(post: Post, body: Body) -> Counted:
    """Count the words: what it lays around them it keeps to itself."""
    answer = await post("/api/extra/tokencount", {"prompt": words_of(body)})
    return Counted(number_in(answer, "value"), what="words")


source = HttpSource(
    id="koboldcpp",
    title=TITLE,
    base_url="http://127.0.0.1:5001",
    tails=("/v1", "/api", "/api/v1", "/api/v1/generate", "/api/extra/generate/stream"),
    docs="https://github.com/LostRuins/koboldcpp/wiki",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        also_takes=frozenset({"json_schema"}),
        never_takes=frozenset({"n", "logprobs", "top_logprobs", "reasoning_effort", "verbosity"}),
        # Its wiki does not name all of them (`smoothing_curve`, `adaptive_target`): `generate` does
        # in https://github.com/LostRuins/koboldcpp/blob/concedo/koboldcpp.py
        wires=same(
            *("top_k", "top_a", "min_p", "tfs", "xtc_probability", "xtc_threshold"),
            *("dynatemp_range", "dynatemp_exponent", "smoothing_factor", "smoothing_curve"),
            *("mirostat_tau", "mirostat_eta", "adaptive_target", "adaptive_decay"),
            *("dry_multiplier", "dry_base", "dry_allowed_length", "dry_sequence_breakers"),
            *("guidance_scale", "negative_prompt", "banned_strings", "grammar"),
        )
        | {
            # Whether the stop itself is cut off by default changed between its versions.
            "stop": beside("stop", trim_stop=True),
            "typical_p": "typical",
            "top_n_sigma": "nsigma",
            "repetition_penalty": "rep_pen",
            "repetition_range": "rep_pen_range",
            "repetition_slope": "rep_pen_slope",
            "dry_range": "dry_penalty_last_n",
            "mirostat_mode": "mirostat",
            "ignore_eos": "ban_eos_token",
            "banned_token_ids": joined("custom_token_bans"),
            "sampler_order": numbered("sampler_order", ORDER),
        },
    ),
    refine=refine,
    ranges={"temperature": (0, 5), "dynatemp_range": (-5, 5)},
    own={
        "adaptive_target": {"low": -1, "neutral": -1},
        "xtc_threshold": {"usual": 0.2},
        "sampler_order": {"choices": tuple(ORDER)},
    },
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path="/v1/models",
    list_is_public=True,
    status=StatusCall("/api/extra/version", proves_key=False),
    count=count,
    # Versions that read the whole prompt first hear only then that nobody listens any more.
    halt=Halt("/api/extra/abort", name="genkey"),
    always_external=True,
    note="The key is what it was started with as `--password`; without one, none is needed.",
)
