"""How many tokens a model reads: as a person set it, as the server told it, as is usual there."""

import pytest

from mock_provider import homes
from mock_provider.home import standing
from tapster.core.errors import InvalidInput
from tapster.core.models import Model
from tapsters import add
from writing import chat_with


async def report_of(tapster, chat, history):
    return (await tapster.writer.preview(chat, history)).report


@pytest.mark.parametrize(
    ("home", "source", "model", "context"),
    [
        (homes.KOBOLDCPP, "koboldcpp", "koboldcpp/Tiefighter-13B", 8192),
        (homes.TABBYAPI, "tabbyapi", "Qwen3-8B-exl3", 32_768),
    ],
)
async def test_what_a_check_was_told_of_the_loaded_model_counts_where_the_list_is_silent(
    tapster, home, source, model, context
):
    async with standing(home) as server:
        here = await add(tapster, source, server.url, None, model=model)
        chat, history = chat_with("u hi", connection=here.id)

        check = await tapster.connections.check("here")
        told = {each.id: each.context for each in await tapster.connections.models("here")}
        report = await report_of(tapster, chat, history)

    assert check.server.context == context
    assert told[model] == context
    assert (report.context, report.context_assumed) == (context, False)


async def test_an_answer_that_came_forgets_nothing_of_that(tapster):
    async with standing(homes.KOBOLDCPP) as server:
        here = await add(tapster, "koboldcpp", server.url, None, model="koboldcpp/Tiefighter-13B")
        await tapster.connections.check("here")
        tapster.relay.standings._noted.clear()
        tapster.relay.standings.note_answer(here)
        chat, history = chat_with("u hi", connection=here.id)
        report = await report_of(tapster, chat, history)
        await tapster.relay.standings.aclose()
        later = await report_of(tapster, chat, history)

    assert (report.context, later.context) == (8192, 8192)


async def test_no_more_is_sent_than_the_context_a_person_has_ollama_load(tapster):
    async with standing(homes.OLLAMA) as server:
        here = await add(
            tapster, "ollama", server.url, None, model="qwen3:8b", options={"num_ctx": 2048}
        )
        await tapster.connections.check("here")
        long, its_history = chat_with("u " + "word " * 6_000, connection=here.id)
        several, history = chat_with(*["u some words of a long chat"] * 500, connection=here.id)

        with pytest.raises(InvalidInput, match="2,048"):
            await tapster.writer.preview(long, its_history)
        preview = await tapster.writer.preview(several, history)

    assert preview.request.body["options"]["num_ctx"] == 2048
    assert (preview.report.context, preview.report.context_assumed) == (2048, False)
    assert preview.report.total + preview.report.reply < 2048


@pytest.mark.parametrize(
    ("model", "context", "assumed"),
    [("qwen3:8b", 16_384, False), ("llama3.2:1b", 4_096, True), ("big:1t-cloud", 32_768, True)],
)
async def test_ollama_reads_what_it_loaded_a_model_with_or_else_little(
    tapster, model, context, assumed
):
    async with standing(homes.OLLAMA) as server:
        here = await add(tapster, "ollama", server.url, None, model=model)
        await tapster.connections.models("here", refresh=True)
        chat, history = chat_with("u hi", connection=here.id)

        report = await report_of(tapster, chat, history)

    assert (report.context, report.context_assumed) == (context, assumed)


async def test_in_its_cloud_ollama_reads_all_a_model_can(tapster):
    here = await add(tapster, "ollama", "https://ollama.com", "sk-good-0123456789", model="x")
    await tapster.shelf.keep(here, (Model(id="x"),))
    chat, _ = chat_with("u hi", connection=here.id)

    assert (await tapster.partners.of(chat)).assumed == 32_768
