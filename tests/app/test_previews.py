"""What a kept chat would send next."""

import pytest

from tapster.core.chats import Chat, ChatFields, ChatMessage
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import Text
from tapster.core.people import ME
from tapsters import add


@pytest.fixture
async def here(tapster, mock):
    return await add(tapster, "openai", f"{mock.url}/openai/v1", model="echo")


@pytest.fixture
async def chat(tapster, here):
    """A chat of a question and its answer."""
    made = await tapster.chats.create(ME, ChatFields(connection=here.id, system="Be brief."))
    question = await tapster.chats.tree.say(ME, made.id, "one")
    answer = ChatMessage(
        id="a" * 32,
        chat_id=made.id,
        parent_id=question.id,
        role="assistant",
        parts=(Text("two"),),
    )
    await tapster.chats.tree.add(ME, answer)
    return await tapster.chats.get(ME, made.id)


def said(preview):
    return [message["content"] for message in preview.request.body["messages"]]


async def test_what_might_be_said_is_seen_at_the_end_and_not_kept(tapster, chat):
    preview = await tapster.previews.of(ME, chat.id, said="three")

    assert said(preview) == ["Be brief.", "one", "two", "three"]
    assert (await tapster.chats.get(ME, chat.id)).head == chat.head


async def test_an_answer_at_the_end_is_what_another_is_written_for(tapster, chat):
    assert said(await tapster.previews.of(ME, chat.id)) == ["Be brief.", "one"]


async def test_an_answer_to_continue_is_part_of_the_request(tapster, chat):
    preview = await tapster.previews.of(ME, chat.id, kind="continue")

    assert said(preview)[:3] == ["Be brief.", "one", "two"]


async def test_another_end_of_the_path_may_be_named(tapster, chat):
    window = await tapster.chats.windows.open(ME, chat.id)
    question = window.messages[0].message.id

    preview = await tapster.previews.of(ME, chat.id, message=question, said="beside")

    assert said(preview) == ["Be brief.", "one", "beside"]


async def test_hidden_messages_are_named_in_the_report(tapster, chat):
    window = await tapster.chats.windows.open(ME, chat.id)
    question = window.messages[0].message.id
    await tapster.chats.tree.hide(ME, question)

    preview = await tapster.previews.of(ME, chat.id, said="three")

    assert said(preview) == ["Be brief.", "two", "three"]
    assert preview.report.cuts[0].message_ids == (question,)


async def test_a_chat_without_messages_has_a_request_too(tapster, here):
    empty = await tapster.chats.create(ME, ChatFields(connection=here.id))
    thought_of = Chat(id="new", owner=ME, connection=here.id)

    first = await tapster.previews.of(ME, empty.id, said="hi")
    second = await tapster.previews.of_new(thought_of, "hi")

    assert said(first) == said(second) == ["hi"]


async def test_only_saying_takes_words(tapster, chat):
    with pytest.raises(InvalidInput, match="say"):
        await tapster.previews.of(ME, chat.id, kind="continue", said="three")


async def test_anothers_chat_is_not_there(tapster, chat):
    with pytest.raises(NotFound):
        await tapster.previews.of("another", chat.id)


async def test_the_preview_asks_nobody(tapster, chat, mock):
    await tapster.previews.of(ME, chat.id, said="three")

    assert not [record for record in mock.requests if record.method == "POST"]
