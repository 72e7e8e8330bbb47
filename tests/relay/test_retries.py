"""What is tried again, with which key, how often, and what leaving early costs."""

import asyncio
import time
from contextlib import aclosing

import pytest

from mock_provider import Reply
from tapster.app import Draft
from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.events import Finished, TextDelta, UsageReported
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapster.core.secrets import Secret
from tapster.relay import Patience, Trail
from tapster.relay.attempts import wait_before_retry
from tapsters import add, open_tapster, text_of
from timed import timed

PLACE = "/openai/v1"


async def say(tapster, model="here/echo", *, trail=None, **settings):
    request = ChatRequest(
        model="", messages=(says("user", "Hi there"),), settings=Settings(**settings)
    )
    return [event async for event in tapster.stream(model, request, trail=trail)]


@pytest.mark.parametrize("fault", ["429*2", "503*2", "529*2", "502*2", "429@0*2"])
async def test_what_passes_by_itself_is_tried_again_until_it_works(tapster, mock, fault):
    await add(tapster, "openai", mock.url + PLACE)
    mock.script(*(Reply(text="Hi there", fault=fault) for _ in range(3)))
    trail = Trail()

    events = await say(tapster, trail=trail)

    assert text_of(events) == "Hi there"
    assert trail.count == 3
    assert len(mock.requests) == 3


async def test_patience_ends_and_the_last_words_are_told(tapster, mock):
    await add(tapster, "openai", mock.url + PLACE, options={"api": "chat"})
    trail = Trail()

    with pytest.raises(SourceError) as failed:
        await say(tapster, "here/fault~503~echo", trail=trail)

    assert failed.value.status == 503
    assert failed.value.message == "The service is unavailable."
    assert failed.value.reason is Reason.OVERLOADED
    assert len(mock.requests) == 3
    assert len(trail.failed) == 3


async def test_a_request_that_was_taken_without_an_answer_is_not_sent_again(tapster, mock):
    # The provider may have worked on it, and counted it.
    await add(tapster, "openai", mock.url + PLACE)
    mock.script(*(Reply(text="Hi there", fault="hangup*2") for _ in range(3)))

    with pytest.raises(SourceError) as failed:
        await say(tapster)

    assert failed.value.reason is Reason.INTERRUPTED
    assert len(mock.requests) == 1


async def test_a_connection_that_nobody_takes_is_tried_again(tapster):
    await add(tapster, "custom", "http://127.0.0.1:9/v1")
    trail = Trail()

    with pytest.raises(SourceError) as failed:
        await say(tapster, trail=trail)

    assert failed.value.reason is Reason.UNREACHABLE
    assert len(trail.failed) == 3


async def test_waits_grow_between_tries(tapster, mock):
    await add(tapster, "openai", mock.url + PLACE)

    with pytest.raises(SourceError):
        await say(tapster, "here/fault~503~echo")

    first, second, third = (record.at for record in mock.requests)
    assert second - first >= 0.0075
    assert third - second >= 0.015


@pytest.mark.parametrize("fault", ["cut@3", "error@3"])
async def test_nothing_is_tried_again_once_the_answer_began(tapster, mock, fault):
    await add(tapster, "openai", mock.url + PLACE, options={"api": "chat"})
    events = []

    with pytest.raises(SourceError):
        async for event in tapster.stream(f"here/fault~{fault}~long@20@0", "Hi"):
            events.append(event)  # noqa: PERF401  # what came before the failure is kept

    assert any(isinstance(event, TextDelta) for event in events)
    assert len(mock.requests) == 1


@timed
async def test_a_wait_longer_than_patience_is_not_waited_for(tapster, mock):
    await add(tapster, "openai", mock.url + PLACE)
    began = time.monotonic()

    with pytest.raises(SourceError) as failed:
        await say(tapster, "here/fault~429@7~echo")

    assert failed.value.retry_after == 7
    assert len(mock.requests) == 1
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("source", "key", "status"),
    [
        ("openai", "sk-nocredit-0123456789", 429),
        ("deepseek", "sk-nocredit-0123456789", 402),
        ("openai", "sk-wrong-0123456789", 401),
    ],
)
async def test_what_waiting_does_not_mend_is_not_tried_again(tapster, mock, source, key, status):
    await add(tapster, source, f"{mock.url}/{source}/v1", key)

    with pytest.raises(SourceError) as failed:
        await say(tapster)

    assert failed.value.status == status
    assert len(mock.requests) == 1


@pytest.mark.parametrize("bad", ["wrong", "nocredit", "limited"])
async def test_another_key_is_tried_first(tapster, mock, bad):
    await add(tapster, "openai", mock.url + PLACE, f"sk-{bad}-0123456789")
    await tapster.keys.set("here", Secret("sk-good-0123456789"))

    for _ in range(4):
        assert text_of(await say(tapster)) == "Hi there"

    tried = [record.headers["authorization"] for record in mock.requests]
    assert tried.count("Bearer sk-good-0123456789") == 4
    assert f"Bearer sk-{bad}-0123456789" in tried


async def test_keys_take_turns(tapster, mock):
    await add(tapster, "openai", mock.url + PLACE, "sk-good-1-0123456789")
    await tapster.keys.set("here", Secret("sk-good-2-0123456789"))

    for _ in range(4):
        await say(tapster)

    tried = [record.headers["authorization"] for record in mock.requests]
    assert tried[0] == tried[2] != tried[1] == tried[3]


async def test_when_every_key_is_refused_the_last_refusal_is_told(tapster, mock):
    await add(tapster, "openai", mock.url + PLACE, "sk-wrong-1-0123456789")
    await tapster.keys.set("here", Secret("sk-wrong-2-0123456789"))

    with pytest.raises(SourceError) as failed:
        await say(tapster)

    assert failed.value.reason is Reason.AUTH
    assert len(mock.requests) == 2


async def test_an_answer_with_notices_only_is_still_tried_again(tapster, mock):
    # A setting the model refuses is taken out with a notice, on each try anew.
    await add(tapster, "openai", mock.url + PLACE, options={"api": "chat"})
    mock.script(*(Reply(text="ok", fault="503*1") for _ in range(2)))

    events = await say(tapster, "here/o3", temperature=0.5, top_k=3)

    notices = [event for event in events if event.__class__.__name__ == "Noticed"]
    assert text_of(events) == "ok"
    assert len(mock.requests) == 2
    assert len({notice.text for notice in notices}) == len(notices) > 0


async def test_the_address_with_v1_is_found_at_the_first_message(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible")
    trail = Trail()

    events = await say(tapster, trail=trail)

    assert text_of(events) == "Hi there"
    assert (await tapster.connections.find("here")).endpoint == mock.url + "/compatible/v1"
    asked = len(mock.requests)
    await say(tapster)
    assert len(mock.requests) == asked + 1


async def test_servers_that_say_so_in_a_200_are_found_at_the_first_message(tapster, mock):
    await add(tapster, "custom", mock.url + "/lmstudio")

    assert text_of(await say(tapster)) == "Hi there"
    assert (await tapster.connections.find("here")).endpoint == mock.url + "/lmstudio/v1"


async def test_the_address_is_kept_in_the_proxy_preset_at_the_first_message(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/compatible", Secret("sk-good-0123456789"))
    await add(tapster, "custom", None, None, proxy="bar")

    assert text_of(await say(tapster)) == "Hi there"
    (proxy,) = await tapster.proxies.all()
    assert proxy.url == mock.url + "/compatible/v1"


async def test_a_model_that_is_not_there_sends_nobody_looking_elsewhere(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")

    with pytest.raises(SourceError, match="does not exist"):
        await say(tapster, "here/gone-model")

    assert len(mock.requests) == 1


async def test_where_no_address_was_found_nobody_looks_again_for_a_while(tmp_path, mock):
    now = [1_000_000.0]
    async with open_tapster(tmp_path, clock=lambda: now[0]) as tapster:
        await add(tapster, "custom", mock.url + "/nobody/x")
        counts = []
        for waited in (0, 1, 60):
            now[0] += waited
            mock.clear()
            with pytest.raises(SourceError):
                await say(tapster)
            counts.append(len(mock.requests))

    assert counts[0] > 1
    assert counts[1:] == [1, counts[0]]


async def test_a_new_key_is_a_reason_to_look_again(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible", "sk-wrong-0123456789")
    with pytest.raises(SourceError):
        await say(tapster)

    await tapster.keys.rotate("here", Secret("sk-good-0123456789"))

    assert text_of(await say(tapster)) == "Hi there"


async def test_requests_at_once_share_one_search(tapster, mock):
    await add(tapster, "custom", mock.url + "/nobody/x")
    await asyncio.gather(*(say(tapster) for _ in range(5)), return_exceptions=True)

    paths = [record.path for record in mock.requests]

    assert paths.count("/nobody/x/chat/completions") == 5
    assert paths.count("/nobody/x/v1/chat/completions") == 1


async def test_requests_at_once_are_all_answered_where_one_search_leads(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible")

    answers = await asyncio.gather(*(say(tapster) for _ in range(5)))

    assert {text_of(events) for events in answers} == {"Hi there"}
    assert sum(record.path == "/compatible/v1/models" for record in mock.requests) == 1


async def test_a_preset_that_others_use_too_is_left_alone_at_the_first_message(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/ollama", Secret("sk-good-0123456789"))
    await add(tapster, "custom", None, None, proxy="bar")
    await tapster.connections.add("beside", "ollama", Draft(proxy="bar"))

    assert text_of(await say(tapster)) == "Hi there"
    asked = len(mock.requests)
    assert text_of(await say(tapster)) == "Hi there"

    assert len(mock.requests) == asked + 1
    (proxy,) = await tapster.proxies.all()
    assert proxy.url == mock.url + "/ollama"
    assert text_of(await say(tapster, "beside/echo")) == "Hi there"


async def test_what_is_retired_is_said_to_be_so_and_asks_for_no_key(tapster):
    await tapster.connections.add("old", "palm")

    with pytest.raises(SourceError, match="shut the PaLM API down") as failed:
        await say(tapster, "old/chat-bison-001")

    assert failed.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("reason", Reason)
def test_only_what_may_pass_by_itself_is_waited_for(reason):
    wait = wait_before_retry(SourceError(reason, "No."), done=1, patience=Patience())

    passes = {Reason.RATE_LIMIT, Reason.OVERLOADED, Reason.UPSTREAM, Reason.UNREACHABLE}
    assert (wait is not None) is (reason in passes)
    assert SourceError(reason, "No.").retryable is (reason in passes)


# Several answers where a source gives one ---------------------------------------------------


@timed
async def test_alternatives_are_asked_for_at_once_and_their_usage_is_summed(tapster, mock):
    await add(tapster, "claude", mock.url + "/anthropic/v1")
    trail = Trail()
    began = time.monotonic()

    events = await say(tapster, "here/long@10@0.03", n=3, trail=trail)

    assert time.monotonic() - began < 0.8
    assert {event.choice for event in events if isinstance(event, Finished)} == {0, 1, 2}
    for choice in range(3):
        words = [e.text for e in events if isinstance(e, TextDelta) and e.choice == choice]
        assert "".join(words).startswith("w0 w1")
    reported = [event.usage for event in events if isinstance(event, UsageReported)]
    assert len(reported) == 1
    assert reported[0].output == sum(each["output_tokens"] for each in reported[0].raw["each"])
    assert len(mock.requests) == 3
    assert trail.count == 3
    assert trail.waiting.seconds < time.monotonic() - began


async def test_one_alternative_that_fails_fails_all(tapster, mock):
    await add(tapster, "claude", mock.url + "/anthropic/v1")
    mock.script(
        Reply(text="one"), Reply(text="two", fault="400"), Reply(text=("x",) * 900, pause=0.01)
    )

    with pytest.raises(SourceError) as failed:
        await say(tapster, n=3)

    assert failed.value.status == 400
    for record in mock.requests:
        if not record.finished:
            await mock.until_left(record)


async def test_a_retry_of_one_alternative_is_counted(tapster, mock):
    await add(tapster, "claude", mock.url + "/anthropic/v1")
    mock.script(Reply(text="one"), Reply(text="two", fault="503*1"), Reply(text="three"))
    trail = Trail()

    await say(tapster, n=2, trail=trail)

    assert trail.count == 3
    assert len(mock.requests) == 3


@timed
async def test_leaving_early_cancels_every_alternative(tapster, mock):
    await add(tapster, "claude", mock.url + "/anthropic/v1")
    request = ChatRequest(
        model="", messages=(says("user", "Hi"),), settings=Settings(n=3, max_tokens=900)
    )
    async with aclosing(tapster.stream("here/long@900@0.01", request)) as answer:
        async for event in answer:
            if isinstance(event, TextDelta) and len(mock.requests) == 3:
                break
    left = time.monotonic()

    assert len(mock.requests) == 3
    for record in mock.requests:
        assert await mock.until_left(record) - left < 0.1


async def test_more_alternatives_than_anybody_reads_are_refused(tapster, mock):
    await add(tapster, "claude", mock.url + "/anthropic/v1")

    with pytest.raises(InvalidInput) as refused:
        await say(tapster, n=10_000)

    assert refused.value.field == "n"
    assert not mock.requests


# Leaving ------------------------------------------------------------------------------------


@timed
@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("openai", "/openai/v1"),
        ("claude", "/anthropic/v1"),
        ("google", "/google/v1beta"),
        ("cohere", "/cohere"),
        ("mistral", "/mistral/v1"),
        ("ollama", "/ollama"),
    ],
)
async def test_leaving_stops_the_provider_within_100_milliseconds(tapster, mock, source, place):
    await add(tapster, source, mock.url + place)
    async with aclosing(tapster.stream("here/long@900@0.01", "Hi")) as answer:
        async for event in answer:
            if isinstance(event, TextDelta):
                break
    left = time.monotonic()

    assert await mock.until_left(mock.last) - left < 0.1


@timed
async def test_cancelling_before_the_first_word_stops_the_provider_too(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1")
    task = asyncio.create_task(say(tapster, "here/fault~hang~echo"))
    async with asyncio.timeout(2):
        while not mock.requests:  # noqa: ASYNC110  # the mock has no event for it
            await asyncio.sleep(0.01)

    task.cancel()
    left = time.monotonic()

    assert await mock.until_left(mock.last) - left < 0.1
    with pytest.raises(asyncio.CancelledError):
        await task
