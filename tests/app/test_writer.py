"""Answers written: who is asked, what goes out, and what is seen without asking."""

import pytest

from callers import add_person
from mock_provider.home import Answer, Home, standing
from tapster.core.chats import Attachment
from tapster.core.errors import InvalidInput, NotFound, SourceError
from tapster.core.events import Noticed, UsageReported
from tapster.core.messages import File, Image, Text
from tapster.core.models import Model
from tapster.core.requests import Settings
from tapster.core.secrets import Secret
from tapsters import add, text_of
from writing import OWNER, asked_of, chat_with, written


def sent(mock):
    """Return the chat requests the mock got; lists may be asked for at any time."""
    return [record for record in mock.requests if record.method == "POST"]


@pytest.fixture
async def here(tapster, mock):
    return await add(tapster, "openai", f"{mock.url}/openai/v1", model="echo")


async def test_an_answer_is_written_and_who_was_asked_is_told(tapster, mock, here):
    chosen = []
    chat, history = chat_with("u one", "a two", "u three", connection=here.id, system="Brief.")

    events = await written(tapster, asked_of(chat, history, chosen=chosen))

    assert text_of(events) == "three"
    assert any(isinstance(event, UsageReported) for event in events)
    assert [(each.connection, each.source, each.model) for each in chosen] == [
        (here.id, "openai", "echo")
    ]
    said = [message["content"] for message in sent(mock)[-1].body["messages"]]
    assert said == ["Brief.", "one", "two", "three"]


async def test_what_was_wished_for_once_comes_before_the_chats_own(tapster, mock, here):
    chat, history = chat_with("u hi", connection=here.id, model="o3")

    await written(tapster, asked_of(chat, history))
    own = sent(mock)[-1].body["model"]
    await written(tapster, asked_of(chat, history, model="think"))

    assert (own, sent(mock)[-1].body["model"]) == ("o3", "think")


async def test_a_chat_without_connection_asks_the_usual_one(tapster, here):
    chosen = []
    chat, history = chat_with("u hi")

    await written(tapster, asked_of(chat, history, chosen=chosen))

    assert chosen[0].connection == here.id


async def test_with_nothing_configured_the_embedded_model_is_meant(tapster):
    chat, history = chat_with("u hi", model="tiny")

    preview = await tapster.writer.preview(chat, history)

    assert (preview.connection, preview.source, preview.model) == ("local", "local", "tiny")


async def test_an_embedded_model_is_given_an_end_and_others_are_not(tapster, here):
    local = (await tapster.connections.find("local")).id
    unbounded, history = chat_with("u hi", connection=local, model="tiny")
    chosen, _ = chat_with("u hi", connection=local, model="tiny", settings=Settings(max_tokens=7))
    other, _ = chat_with("u hi", connection=here.id)

    preview = await tapster.writer.preview(unbounded, history)
    asked = [(await tapster.writer.preview(chat, history)).request for chat in (chosen, other)]
    partner = await tapster.partners.of(unbounded)
    unkept = await tapster.writer.bounded(partner, Settings())

    assert preview.request.body["max_tokens"] == preview.report.reply > 0
    assert [each.body.get("max_tokens") for each in asked] == [7, None]
    assert unkept.max_tokens == preview.report.reply


async def test_a_connection_that_was_removed_is_said(tapster, here):
    chat, history = chat_with("u hi", connection="gone")

    with pytest.raises(NotFound, match="Choose another"):
        await written(tapster, asked_of(chat, history))


async def test_what_the_provider_refuses_is_raised(tapster, mock):
    bad = await add(tapster, "openai", f"{mock.url}/openai/v1", "sk-wrong-1234567", model="echo")
    chat, history = chat_with("u hi", connection=bad.id)

    with pytest.raises(SourceError, match="The key was refused by the provider"):
        await written(tapster, asked_of(chat, history))


async def test_a_proxy_that_refuses_its_password_is_named_with_the_way_to_enter_it(tapster, mock):
    await tapster.proxies.add("friend", f"{mock.url}/openai/v1", Secret("sk-wrong-1234567"))
    bad = await add(tapster, "openai", None, None, model="echo", proxy="friend")
    chat, history = chat_with("u hi", connection=bad.id)

    with pytest.raises(SourceError) as refused:
        await written(tapster, asked_of(chat, history))

    assert "proxy 'friend' refused its password (401)" in refused.value.message
    assert "API Connections" in refused.value.message
    assert "1234567" not in refused.value.message
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("status", "words", "way_out"),
    [
        (404, "Not Found", "Give the base URL, usually ending in /v1"),
        (400, "Failed to initialize samplers", "samplers. The server could not use the grammar"),
    ],
)
async def test_the_way_out_follows_the_servers_words_where_they_name_none(
    tapster, status, words, way_out
):
    refusal = Answer({"error": {"code": status, "message": words, "type": "x"}}, status)
    async with standing(Home({"POST /v1/chat/completions": refusal})) as server:
        bad = await add(tapster, "llamacpp", f"{server.url}/v1", None, model="m")
        chat, history = chat_with("u hi", connection=bad.id)

        with pytest.raises(SourceError) as refused:
            await written(tapster, asked_of(chat, history))

    assert words in refused.value.message
    assert way_out in refused.value.message


async def test_the_preview_is_what_is_sent_and_asks_nobody(tapster, mock, here):
    settings = Settings(temperature=0.3, max_tokens=50)
    chat, history = chat_with("u one", "a two", "u three", connection=here.id, settings=settings)

    preview = await tapster.writer.preview(chat, history)
    asked = len(sent(mock))
    await written(tapster, asked_of(chat, history))

    assert asked == 0
    assert preview.request.body == sent(mock)[-1].body
    assert [item.message_id for item in preview.report.items] == ["m1", "m2", "m3"]


async def test_no_more_of_a_long_chat_is_read_than_fits(tapster, here):
    await tapster.shelf.keep(here, (Model(id="echo", context=2_000),))
    chat, history = chat_with(*["u some words of a long chat"] * 1_000, connection=here.id)

    preview = await tapster.writer.preview(chat, history)

    assert preview.report.context == 2_000
    assert len(history.read) < 300
    assert preview.report.cuts[0].and_older


async def test_room_is_kept_for_the_answer_a_source_asks_for_by_itself(tapster, mock):
    claude = await add(tapster, "claude", f"{mock.url}/anthropic/v1", model="claude-opus-4-1")
    chat, history = chat_with("u hi", connection=claude.id)

    preview = await tapster.writer.preview(chat, history)

    assert preview.report.reply == preview.request.body["max_tokens"] > 2_048


async def test_a_cut_for_an_assumed_room_is_told_with_the_answer(tapster, here):
    chat, history = chat_with(*["u " + "many words " * 500] * 60, connection=here.id)

    events = await written(tapster, asked_of(chat, history))

    assert isinstance(events[0], Noticed)
    assert "32,768" in events[0].text


async def test_where_what_is_sent_begins_is_noted_when_older_messages_have_no_room(tapster, here):
    cuts = []
    await tapster.shelf.keep(here, (Model(id="echo", context=2_000),))
    short, all_of_it = chat_with("u one", "a two", "u three", connection=here.id)
    long, history = chat_with(*["u some words of a long chat"] * 1_000, connection=here.id)

    await written(tapster, asked_of(short, all_of_it, note_cut=cuts.append))
    await written(tapster, asked_of(long, history, note_cut=cuts.append))

    report = (await tapster.writer.preview(long, history)).report
    assert cuts == [f"m{1_001 - len(report.items)}"]


@pytest.mark.parametrize(
    ("source", "place", "last"),
    [("mistral", "/mistral/v1", "assistant"), ("azure", "/azure/openai/v1", "user")],
)
async def test_models_that_cannot_go_on_by_themselves_are_asked_in_words(
    tapster, mock, source, place, last
):
    connection = await add(tapster, source, mock.url + place, model="echo")
    chat, history = chat_with("u tell", "a Once upon", connection=connection.id)

    preview = await tapster.writer.preview(chat, history, kind="continue")

    messages = preview.request.body["messages"]
    assert messages[-1]["role"] == last
    assert messages[1]["content"] == "Once upon"


async def test_a_person_is_impersonated_by_name(tapster, here):
    await add_person(tapster, "Mara")
    chat, history = chat_with("u hi", "a hello", connection=here.id)

    preview = await tapster.writer.preview(chat, history, kind="impersonate")

    assert "what Mara says" in str(preview.request.body["messages"][-1])


async def test_attachments_go_out_as_the_files_they_are(tapster, mock, here):
    await keep(tapster, "p1", OWNER)
    chat, history = chat_with(("u", (Text("see"), Image("attachment:p1"))), connection=here.id)

    preview = await tapster.writer.preview(chat, history)

    assert "data:image/png;base64,UE5H" in str(preview.request.body)


async def test_an_attached_text_goes_out_as_words_and_counts_as_such(tapster, here):
    await keep(
        tapster,
        "t1",
        OWNER,
        b"one ```two\r\nthree\n" * 2_000,
        name="log.txt",
        media_type="text/plain",
    )
    await keep(
        tapster, "b1", OWNER, b"\x80\x00", name="a.bin", media_type="application/octet-stream"
    )
    files = (Text("see"), File("log.txt", "attachment:t1"), File("a.bin", "attachment:b1"))
    chat, history = chat_with(("u", files), connection=here.id)

    preview = await tapster.writer.preview(chat, history)

    text, log, binary = preview.request.body["messages"][-1]["content"]
    assert text["text"] == "see"
    assert log["text"].startswith("log.txt:\n````\none ```two\nthree\none")
    assert log["text"].endswith("three\n````\n\n")
    assert "base64,gAA=" in str(binary)
    assert preview.report.total > 6_000 + 3_000


@pytest.mark.parametrize("owner", [None, "another"])
async def test_an_attachment_that_is_gone_or_anothers_is_refused(tapster, here, owner):
    if owner:
        await keep(tapster, "p1", owner)
    chat, history = chat_with(("u", (File(url="attachment:p1"),)), connection=here.id)

    with pytest.raises(NotFound, match="p1"):
        await tapster.writer.preview(chat, history)


async def keep(tapster, id_, owner, content=b"PNG", *, name="dot.png", media_type="image/png"):
    attachment = Attachment(
        id=id_, owner=owner, name=name, media_type=media_type, size=len(content), digest="0" * 64
    )
    async with tapster._store.begin() as rows:
        await rows.attachments.add(attachment, content)


async def test_a_last_message_too_long_for_the_model_is_refused_before_anything_is_sent(
    tapster, mock, here
):
    await tapster.shelf.keep(here, (Model(id="echo", context=500),))
    chat, history = chat_with("u " + "word " * 1_000, connection=here.id)

    with pytest.raises(InvalidInput, match="Shorten") as refused:
        await written(tapster, asked_of(chat, history))

    # 372 + 125 + 3 are all of them.
    assert (
        "than the 372 there is room for (the model's 500 less 125 for the answer and 3 that open"
        in refused.value.message
    )
    assert not sent(mock)
