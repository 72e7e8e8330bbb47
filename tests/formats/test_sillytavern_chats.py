import json
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapster.core.chats import Reply
from tapster.core.errors import InvalidInput
from tapster.core.messages import Reasoning, Text
from tapster.core.usage import Usage
from tapster.formats.archives import Archive, Conversation, Written
from tapster.formats.sillytavern_chats import read_chat, write_chat

NOW = 1_700_000_000.0
HEADER = {
    "user_name": "Ada",
    "character_name": "Zoë",
    "create_date": "2024-6-21@12h00m00s",
    "chat_metadata": {"system_prompt": "Be brief.", "note_prompt": "Rain", "integrity": "x"},
}
ASKED = {"name": "Ada", "is_user": True, "is_system": False, "send_date": 1_718_971_201_000}
SAID = {"name": "Zoë", "is_user": False, "is_system": False, "send_date": 1_718_971_202_000}


def lines(*values):
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()


def read(*values, title=""):
    return read_chat(lines(*values), title=title, now=NOW, zone=UTC)


def test_a_header_and_messages_become_a_chat():
    archive, notes = read(HEADER, ASKED | {"mes": "Hi"}, SAID | {"mes": "Hello"})

    chat = archive.chat
    assert (chat.title, chat.titled_by, chat.system) == ("Zoë", "person", "Be brief.")
    assert (chat.created_at, chat.updated_at, chat.head) == (1_718_971_200.0, 1_718_971_202.0, 2)
    first, second = archive.messages
    assert (first.role, first.author, first.text, first.below) == ("user", "Ada", "Hi", None)
    assert (second.role, second.author, second.text, second.below) == (
        "assistant",
        "Zoë",
        "Hello",
        1,
    )
    assert notes == ("Left out, for there is no place for it yet: chat_metadata.note_prompt.",)


def test_swipes_become_siblings_and_the_chat_goes_on_below_the_shown_one():
    swiped = SAID | {
        "mes": "b",
        "swipe_id": 1,
        "swipes": ["a", "b", "c"],
        "swipe_info": [
            {"send_date": 1_718_971_203_000, "extra": {"reasoning": "Hm", "model": "m1"}},
            {},
            {"send_date": 1_718_971_205_000, "extra": {}},
        ],
    }

    archive, notes = read(HEADER, ASKED | {"mes": "?"}, swiped, ASKED | {"mes": "!"})

    told = [(each.text, each.below) for each in archive.messages]
    assert told == [("?", None), ("a", 1), ("b", 1), ("c", 1), ("!", 3)]
    first = archive.messages[1]
    assert first.parts == (Reasoning("Hm"), Text("a"))
    assert (first.reply.model, first.created_at) == ("m1", 1_718_971_203.0)
    assert archive.messages[3].created_at == 1_718_971_205.0
    assert archive.chat.head == 5
    assert len(notes) == 1


def test_what_is_shown_is_what_the_message_says_and_its_older_swipe_is_kept():
    edited = SAID | {"mes": "edited", "swipe_id": 0, "swipes": ["as it was"]}

    archive, _ = read(HEADER, edited)

    assert archive.messages[0].text == "edited"
    assert [each.parts for each in archive.messages[0].earlier] == [(Text("as it was"),)]


@pytest.mark.parametrize("swipe_id", [2, 99, -1, True, "1", None])
def test_a_swipe_that_is_not_there_is_the_nearest_one(swipe_id):
    swiped = SAID | {"mes": "b", "swipe_id": swipe_id, "swipes": ["b", "b"]}

    archive, _ = read(HEADER, swiped)

    assert archive.chat.head == (2 if swipe_id in (2, 99) else 1)


def test_hidden_messages_narrators_and_thoughts_are_kept():
    extra = {
        "api": "x",
        "model": "m",
        "token_count": 7,
        "reasoning": "Hm",
        "reasoning_signature": "s",
    }
    answer = SAID | {
        "mes": "Hello",
        "is_system": True,
        "extra": extra,
        "gen_started": "2024-06-21T12:00:00.000Z",
        "gen_finished": "2024-06-21T12:00:02.000Z",
    }
    told = SAID | {"mes": "It rains.", "name": "System", "extra": {"type": "narrator"}}

    archive, notes = read(HEADER, answer, told)

    first, second = archive.messages
    assert (first.hidden, first.parts) == (True, (Reasoning("Hm", signature="s"), Text("Hello")))
    assert first.reply == Reply(
        source="x",
        model="m",
        usage=Usage(output=7),
        began_at=1_718_971_200.0,
        ended_at=1_718_971_202.0,
    )
    assert (second.role, second.author, second.hidden) == ("system", None, False)
    assert len(notes) == 1


def test_a_file_without_header_without_dates_and_with_odd_lines_is_read():
    raw = b"\xef\xbb\xbf" + lines({"name": "You", "is_user": True, "mes": "a"}) + b"\r\n\r\n  \n"
    raw += lines({"name": "Z", "mes": "b\u2028c", "send_date": "once upon a time"})

    archive, notes = read_chat(raw, title="A file", now=NOW, zone=UTC)

    assert [each.text for each in archive.messages] == ["a", "b\u2028c"]
    assert [each.created_at for each in archive.messages] == [NOW, pytest.approx(NOW + 0.001)]
    assert archive.chat.title == "A file"
    assert notes == (
        (
            "Messages without a date that can be read: 2. They keep their order, and the time of "
            "what is before them."
        ),
    )


def test_what_has_no_place_is_named_and_counted():
    odd = SAID | {"mes": "x", "force_avatar": "y.png", "extra": {"bias": " b", "media": [{}]}}

    _, notes = read({"user_name": "A"}, odd, odd | {"extra": {"bias": "c"}})

    assert notes == (
        (
            "Left out, for there is no place for it yet: force_avatar (2), extra.bias (2), "
            "extra.media."
        ),
    )


def test_a_checkpoint_becomes_one():
    marked = SAID | {"mes": "x", "extra": {"bookmark_link": "Before  the storm"}}

    archive, _ = read(HEADER, marked)

    assert [(each.message, each.name) for each in archive.names] == [(1, "Before the storm")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"mes": "x"', "Line 2 of the file is no JSON we can take: expecting ',' delimiter"),
        (b'{"mes": "x", "mes": "y"}', "Line 2 .*the name 'mes' is there twice"),
        (b'{"mes": NaN}', "Line 2 .*NaN is no number"),
        (b'{"mes": "x", "send_date": 1e999}', "Line 2 .*too large a number"),
        (b'{"mes": "\\ud800"}', "Line 2 .*lone surrogate"),
        (b'{"mes": "\xff"}', "Line 2 .*not UTF-8"),
        (b'{"mes": ' + b"[" * 100_000, "Line 2 .*nested too deeply"),
        (b"[]", "Line 2 .*no object"),
        (b'{"name": "x"}', "Line 2 .*`mes` is missing"),
        (b'{"mes": {"message": "x"}}', "Line 2 .*no text"),
        (b'{"mes": "x", "swipes": [1]}', "Line 2 .*no list of texts"),
        (b'{"mes": "x", "swipes": "y"}', "Line 2 .*no list of texts"),
    ],
)
def test_a_broken_line_is_named(line, why):
    with pytest.raises(InvalidInput, match=why):
        read_chat(lines(HEADER) + b"\n" + line, title="", now=NOW, zone=UTC)


def test_a_file_without_end_is_refused_by_the_line_where_it_is_too_much():
    many = SAID | {"mes": "", "swipes": [""] * 60_000}

    with pytest.raises(InvalidInput, match=r"Line 3 .*100,000 messages, swipes counted"):
        read(HEADER, many, many)


def test_only_leaves_are_swipes_and_hidden_branches_stay_behind():
    def said(text, below, role="assistant"):
        return Written(below=below, role=role, parts=(Text(text),), created_at=NOW, updated_at=NOW)

    messages = (
        said("q", None, "user"),
        said("a branch", 1),
        said("shown", 1),
        said("a leaf", 1),
        said("in the branch", 2, "user"),
        said("on", 3, "user"),
    )
    archive = Archive(chat=Conversation(head=6), messages=messages)

    header, *told = [json.loads(line) for line in write_chat(archive)]

    assert (header["user_name"], header["character_name"]) == ("User", "Assistant")
    assert [each["mes"] for each in told] == ["q", "shown", "on"]
    assert (told[1]["swipes"], told[1]["swipe_id"]) == (["shown", "a leaf"], 0)
    assert len(told[1]["swipe_info"]) == 2
    assert "swipes" not in told[0]


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
moments = st.integers(min_value=10**12, max_value=2 * 10**12).map(lambda each: each / 1000)


@st.composite
def paths(draw):
    """Draw what such a file can hold: a path with leaves beside it."""
    messages, below, head = [], None, None
    for _ in range(draw(st.integers(0, 5))):
        role = draw(st.sampled_from(["user", "assistant", "system"]))
        hidden, author = draw(st.booleans()), draw(st.none() | st.just("Zoë"))
        count = draw(st.integers(1, 3))
        chosen = draw(st.integers(0, count - 1))
        for at in range(count):
            thoughts = draw(words) if role == "assistant" else ""
            text, moment = draw(words), draw(moments)
            model = draw(st.none() | st.just("m")) if role == "assistant" else None
            messages.append(
                Written(
                    below=below,
                    role=role,
                    author=author,
                    hidden=hidden,
                    parts=(
                        *((Reasoning(thoughts),) if thoughts else ()),
                        *((Text(text),) if text else ()),
                    ),
                    reply=Reply(model=model, ended_at=moment) if model else None,
                    created_at=moment,
                    updated_at=moment,
                )
            )
            if at == chosen:
                head = len(messages)
        below = head
    times = [each.created_at for each in messages] or [NOW]
    chat = Conversation(
        title="T",
        titled_by="person",
        system=draw(words),
        head=head,
        created_at=min(times),
        updated_at=max(times),
    )
    return Archive(chat=chat, messages=tuple(messages))


@settings(max_examples=60)
@given(paths())
def test_what_the_format_can_hold_is_read_as_it_was_written(archive):
    written = b"".join(write_chat(archive))

    again, notes = read_chat(written, title="T", now=NOW, zone=UTC)

    assert again == archive
    assert notes == ()
    assert b"".join(write_chat(again)) == written


def test_too_many_swipes_are_refused_before_any_of_them_is_read():
    with pytest.raises(InvalidInput, match=r"Line 2 .*more than 100,000 messages"):
        read(ASKED | {"mes": "Hi"}, SAID | {"mes": "", "swipes": [""] * 100_000})
