"""Post-processing on the way out: what a connection with it sends, to chats and programs alike."""

import httpx
import pytest

from callers import HOST, token_of
from tapster.app import Draft
from tapster.core.chats import ChatFields
from tapster.core.errors import InvalidInput
from tapster.core.events import Noticed, TextDelta
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Tool
from tapster.prompts import MODES
from tapster.prompts.post_processing import PLACEHOLDER
from tapster.server.application import make_application
from tapsters import add, text_of

ASKED = ChatRequest(
    model="echo",
    messages=(says("system", "Be brief."), says("assistant", "Hello!"), says("system", "Rain.")),
    tools=(Tool("now"),),
)
STRICT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": PLACEHOLDER},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Rain."},
]


@pytest.fixture
async def strict(tapster, mock):
    return await add(tapster, "custom", f"{mock.url}/compatible/v1", post_processing="strict")


async def test_messages_are_reshaped_and_the_person_is_told_of_the_tools(tapster, mock, strict):
    preview = await tapster.relay.preview(strict, ASKED)
    batches = [batch async for batch in tapster.relay.batches(strict, ASKED)]

    assert mock.requests[-1].body["messages"] == STRICT
    assert "tools" not in mock.requests[-1].body
    assert preview.body == mock.requests[-1].body
    # The notice comes with the first of the answer: before that another try is possible.
    assert isinstance(batches[0][0], Noticed)
    assert any(not isinstance(event, Noticed) for event in batches[0])
    assert "“strict_tools” keeps them" in preview.notices[0]
    assert text_of(event for batch in batches for event in batch)


async def test_a_program_gets_what_the_connection_wants(tapster, mock, strict):
    token = await token_of(tapster, "chat")
    transport = httpx.ASGITransport(app=make_application(tapster))
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers={"authorization": f"Bearer {token}"}
    ) as http:
        reply = await http.post(
            "/v1/chat/completions",
            json={
                "model": "here/echo",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "assistant", "content": "Hello!"},
                    {"role": "system", "content": "Rain."},
                ],
            },
        )

    assert reply.status_code == 200
    assert mock.requests[-1].body["messages"] == STRICT


async def test_a_chat_that_goes_on_says_so_in_words_where_all_is_one_message(tapster, mock):
    single = await add(
        tapster, "custom", f"{mock.url}/compatible/v1", model="echo", post_processing="single"
    )
    chat = await tapster.chats.create("me", ChatFields(connection=single.id))
    said = await tapster.chats.tree.say("me", chat.id, "Count.")
    begun = await tapster.chats.tree.say("me", chat.id, "One, two", role="assistant")

    preview = await tapster.previews.of("me", chat.id, kind="continue", message=begun.id)

    (only,) = preview.request.body["messages"]
    assert only["role"] == "user"
    assert only["content"].startswith(f"{said.text}\n\n{begun.text}\n\n")


async def test_without_a_mode_nothing_is_changed(tapster, mock):
    plain = await add(tapster, "custom", f"{mock.url}/compatible/v1", post_processing="none")

    events = [event async for event in tapster.relay.stream(plain, ASKED)]

    assert plain.post_processing is None
    assert [each["role"] for each in mock.requests[-1].body["messages"]] == [
        "system",
        "assistant",
        "system",
    ]
    assert any(isinstance(event, TextDelta) for event in events)


async def test_an_unknown_mode_is_refused_with_those_there_are(tapster, strict):
    with pytest.raises(InvalidInput) as refused:
        await tapster.connections.edit("here", Draft(post_processing="tidy"))

    assert refused.value.field == "post_processing"
    assert refused.value.message == (
        f"There is no post-processing 'tidy'. It is one of: none, {', '.join(MODES)}."
    )


async def test_a_mode_is_taken_back(tapster, strict):
    edited = await tapster.connections.edit("here", Draft(post_processing=None))

    assert edited.connection.post_processing is None
