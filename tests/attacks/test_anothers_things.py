"""Lines 23, 24: another's ids inside bodies, queries and headers, where no address names them."""

import pytest

from open_streams import followed


@pytest.fixture
async def theirs(tapster, long_run):
    """Ids of things that are Ada's."""
    chats = tapster.chats
    chat = await chats.create("me")
    message = await chats.tree.say("me", chat.id, "Adas secret words")
    answer = await chats.tree.say("me", chat.id, "Adas answer", role="assistant")
    await chats.tree.edit("me", message.id, "Adas newer words")
    (edition,) = await chats.tree.editions("me", message.id)
    file = await chats.attachments.add(
        "me", b"Adas secret file", name="a.txt", media_type="text/plain"
    )
    return {
        "chat": chat.id,
        "message": message.id,
        "answer": answer.id,
        "edition": edition.id,
        "checkpoint": (await chats.views.checkpoint("me", message.id, "Adas place")).id,
        "attachment": file.id,
        "run": await long_run("me"),
    }


@pytest.fixture
async def mine(tapster, bob):
    """A chat of Bob's with two messages."""
    chat = await tapster.chats.create(bob.id)
    first = await tapster.chats.tree.say(bob.id, chat.id, "Bobs words")
    await tapster.chats.tree.say(bob.id, chat.id, "An answer", role="assistant")
    return chat.id, first.id


async def test_anothers_ids_lead_nowhere_in_a_body_or_query(as_bob, theirs, mine):
    chat, message = mine
    file = {"type": "file", "url": f"attachment:{theirs['attachment']}", "name": "a.txt"}
    picture = {"type": "image", "url": f"attachment:{theirs['attachment']}"}
    asked = [
        ("POST", f"/api/chats/{chat}/messages", {"text": "x", "parent": theirs["message"]}),
        (
            "POST",
            f"/api/chats/{chat}/messages",
            {"text": "x", "parent": theirs["message"], "answer": False},
        ),
        ("POST", f"/api/chats/{chat}/messages", {"parts": [file]}),
        ("POST", f"/api/chats/{chat}/messages", {"parts": [picture], "answer": False}),
        ("PATCH", f"/api/messages/{message}", {"parts": [file]}),
        ("POST", f"/api/messages/{message}/alternatives", {"parts": [picture]}),
        ("POST", f"/api/messages/{message}/move", {"to": "below", "parent": theirs["message"]}),
        ("POST", f"/api/messages/{message}/editions/{theirs['edition']}/return", None),
        ("POST", f"/api/chats/{chat}/preview", {"message": theirs["message"]}),
        ("POST", f"/api/chats/{chat}/preview", {"message": theirs["answer"], "kind": "swipe"}),
        ("GET", f"/api/chats/{chat}/messages?before={theirs['message']}", None),
        ("GET", f"/api/chats/{chat}/messages?after={theirs['message']}", None),
        ("GET", f"/api/chats/{chat}/messages?around={theirs['answer']}", None),
        ("GET", f"/api/chats/{chat}/messages?after={message}&leaf={theirs['answer']}", None),
        ("GET", f"/api/search?q=Adas&chat={theirs['chat']}", None),
    ]
    for method, path, body in asked:
        reply = await as_bob.request(method, path, json=body)

        assert reply.status_code in {400, 404}, (method, path, body, reply.text)
        assert "Adas" not in reply.text
    for path in ("/api/search?q=Adas", "/api/search?q=secret", "/api/chats"):
        assert "Adas" not in (await as_bob.get(path)).text
    shown = (await as_bob.get(f"/api/chats/{chat}/messages")).json()
    assert [each["text"] for each in shown["messages"]] == ["Bobs words", "An answer"]


async def test_anothers_id_and_none_at_all_are_refused_in_the_same_words(as_bob, theirs, mine):
    chat, message = mine

    async def told(id_: str) -> list[tuple[int, str]]:
        replies = [
            await as_bob.post(f"/api/chats/{chat}/messages", json={"text": "x", "parent": id_}),
            await as_bob.post(
                f"/api/chats/{chat}/messages",
                json={"parts": [{"type": "file", "url": f"attachment:{id_}"}]},
            ),
            await as_bob.post(f"/api/chats/{chat}/preview", json={"message": id_}),
            await as_bob.get(f"/api/chats/{chat}/messages?around={id_}"),
            await as_bob.get(f"/api/search?q=x&chat={id_}"),
            await as_bob.post(f"/api/messages/{message}/editions/{id_}/return"),
            await as_bob.patch(f"/api/checkpoints/{id_}", json={"name": "x"}),
        ]
        return [(each.status_code, each.json()["detail"].replace(id_, "ID")) for each in replies]

    never = await told("0" * 32)
    for id_ in theirs.values():
        assert await told(id_) == never


async def test_anothers_run_is_not_followed_from_any_event_on(tapster, application, as_bob, theirs):
    for last in ("", "0", "1", "5", "9" * 9):
        shown = as_bob.headers["authorization"]
        headers = {"last_event_id": last} if last else {}
        for path in (
            f"/api/runs/{theirs['run']}/events",
            f"/api/runs/{theirs['run']}/events?after={last or 0}",
        ):
            async with followed(application, path, authorization=shown, **headers) as stream:
                await stream.ended.wait()

            assert stream.status == 404
            assert b"There is no such run" in stream.body
            assert b"event:" not in stream.body


async def test_anothers_run_is_not_followed_after_it_ended_either(
    tapster, application, as_bob, theirs
):
    await tapster.runs.stop("me", theirs["run"])
    shown = as_bob.headers["authorization"]
    path = f"/api/runs/{theirs['run']}/events"
    async with followed(application, path, authorization=shown, last_event_id="1") as stream:
        await stream.ended.wait()

    assert stream.status == 404


async def test_a_last_event_that_is_no_number_is_refused(application, as_ada, theirs):
    for last in ("-1", "x", "1;2", "1e3", "9" * 16, "٣", "1 OR 1=1", "\x00"):
        shown = as_ada.headers["authorization"]
        async with followed(
            application,
            f"/api/runs/{theirs['run']}/events",
            authorization=shown,
            last_event_id=last.encode().decode("latin-1"),
        ) as stream:
            await stream.ended.wait()

        assert stream.status == 400


async def test_no_id_can_be_guessed(tapster, theirs, bob):
    more = [(await tapster.chats.create(bob.id)).id for _ in range(50)]
    ids = [*theirs.values(), *more]

    # 128 bits, and no two of them alike in any of their parts.
    assert all(len(id_) == 32 and int(id_, 16) >= 0 for id_ in ids)
    assert len({id_[:12] for id_ in ids}) == len(ids)
    assert len({id_[-12:] for id_ in ids}) == len(ids)
