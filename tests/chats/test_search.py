import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talks import ME, YOU, talk
from tapster.core.chats import ChatFields
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import Reasoning, Text
from tapster.core.words import read_query, snippet_of, words_of


async def found(chats, query, **more):
    return [hit.message_id for hit in (await chats.search(ME, query, **more)).hits]


async def test_all_words_must_occur_newest_first(chats):
    _, (one, two, three) = await talk(chats, "red tap", "blue tap", "tap, RED and blue")

    assert await found(chats, "tap") == [three.id, two.id, one.id]
    assert await found(chats, "red tap") == [three.id, one.id]
    assert await found(chats, "red green") == []
    assert await found(chats, "ta") == []


async def test_a_phrase_occurs_in_its_order(chats):
    _, (one, two) = await talk(chats, "the cold brew", "brew it cold, the brew")

    assert await found(chats, '"cold brew"') == [one.id]
    assert await found(chats, '"the brew" cold') == [two.id]
    assert await found(chats, '"cold brew') == [one.id]
    assert await found(chats, "cold-brew") == [one.id]


async def test_a_prefix_finds_how_words_begin(chats):
    _, (one, two) = await talk(chats, "brewery", "a brew")

    assert await found(chats, "brew*") == [two.id, one.id]
    assert await found(chats, "brewe*") == [one.id]
    assert await found(chats, "b*") == [two.id, one.id]
    assert await found(chats, "rew*") == []


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("Crème brûlée", "creme BRULEE"),
        ("creme brulee", "crème"),
        ("Cre\u0300me", "crème"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("Ёлка", "елка"),
        ("北京天气很好", "天气"),
        ("日本語のテキスト", "テキ"),
        ("한국어 텍스트", "한국어"),
        ("ภาษาไทย", "ไทย"),
        ("don't panic", "don't"),
        ("see https://example.com/a_b?c=d", "example.com/a_b"),
        ("mail zoe@example.com", "zoe@example.com"),
        ("x = foo_bar(1.5e3)", "foo_bar(1.5e3)"),
        ("the 2nd of 3", "2nd"),
    ],
)
async def test_words_are_found_however_they_are_written(chats, said, query):
    _, (one,) = await talk(chats, said)

    page = await chats.search(ME, query)

    assert [hit.message_id for hit in page.hits] == [one.id]
    assert page.hits[0].snippet.marks


async def test_thoughts_are_not_searched(chats):
    chat = await chats.create(ME)
    await chats.tree.say(ME, chat.id, (Reasoning(text="secret"), Text("open")), role="assistant")

    assert await found(chats, "secret") == []
    assert len(await found(chats, "open")) == 1


async def test_what_is_said_by_now_is_found_and_what_was_said_is_not(chats):
    chat_id, (one,) = await talk(chats, "before")
    await chats.tree.edit(ME, one.id, "after")

    assert (await found(chats, "before"), await found(chats, "after")) == ([], [one.id])
    await chats.journal.undo(ME, chat_id)
    assert (await found(chats, "before"), await found(chats, "after")) == ([one.id], [])


async def test_only_living_messages_of_living_chats_of_ones_own_are_found(chats):
    chat_id, (one, two) = await talk(chats, "word", "word")
    await talk(chats, "word", owner=YOU)

    await chats.tree.delete(ME, two.id)
    assert await found(chats, "word") == [one.id]
    await chats.delete(ME, chat_id)
    assert await found(chats, "word") == []
    await chats.restore(ME, chat_id)
    await chats.tree.restore(ME, two.id)
    assert await found(chats, "word") == [two.id, one.id]


async def test_hits_are_narrowed_by_role_chat_character_and_date(chats):
    chat_id, (one, two) = await talk(chats, "word", "word")
    other = await chats.create(ME, ChatFields(character="zoe"))
    three = await chats.tree.say(ME, other.id, "word")

    assert await found(chats, "word", role="assistant") == [two.id]
    assert await found(chats, "word", chat_id=chat_id) == [two.id, one.id]
    assert await found(chats, "word", character="zoe") == [three.id]
    assert await found(chats, "word", since=two.created_at) == [three.id, two.id]
    assert await found(chats, "word", until=two.created_at) == [one.id]
    with pytest.raises(NotFound):
        await chats.search(YOU, "word", chat_id=chat_id)


async def test_a_search_is_read_page_by_page(chats):
    _, made = await talk(chats, *["word"] * 7)

    first = await chats.search(ME, "word", limit=3)
    second = await chats.search(ME, "word", limit=3, after=first.next)
    third = await chats.search(ME, "word", limit=3, after=second.next)

    hits = [*first.hits, *second.hits, *third.hits]
    assert [hit.message_id for hit in hits] == [one.id for one in reversed(made)]
    assert third.next is None


async def test_a_hit_opens_in_its_branch(chats):
    _, (_, two) = await talk(chats, "one", "two")
    needle = await chats.tree.swipe(ME, two.id, "a needle")
    await chats.views.select(ME, two.id)

    (hit,) = (await chats.search(ME, "needle")).hits
    window = await chats.windows.around(ME, hit.message_id)

    assert [placed.message.text for placed in window.messages] == ["one", "a needle"]
    assert hit.message_id == needle.id
    assert hit.chat_title == "one"


async def test_a_snippet_marks_what_was_found(chats):
    await talk(chats, "word " * 200 + "the <b>Crème</b> needle " + "word " * 200)

    (hit,) = (await chats.search(ME, 'creme "needle word"')).hits

    marked = [hit.snippet.text[a:b] for a, b in hit.snippet.marks]
    assert marked == ["Crème", "needle", "word"]
    assert len(hit.snippet.text) < 300


EVIL = [
    "",
    " ",
    '"',
    '""',
    '"""',
    "*",
    "**",
    '"*',
    "'",
    "''; DROP TABLE messages --",
    "a'b\\",
    "\\",
    "%",
    "_",
    "%word%",
    "word)",
    "(word",
    "AND",
    "word AND",
    "NOT word",
    "NEAR(word word, 2)",
    "words : word",
    "place : me",
    "_ome",
    "{words} : word",
    "^word",
    "-word",
    "+word",
    "word:*",
    "word & ! |",
    "<->",
    "a <-> b",
    "\x00",
    "wo\x00rd",
    "\ud800",
    "\U0001f37a",
    "\u202eword",
    "\u0301",
    "word\r\n\tword",
    "ﬃ ǅ ß İ",
    "x" * 1_000,
    "* " * 500,
]


@pytest.mark.parametrize("query", EVIL)
async def test_no_sign_breaks_a_search_or_is_a_command(chats, query):
    _, (one,) = await talk(chats, "a word and word")
    await talk(chats, "a word", owner=YOU)

    assert set(await found(chats, query)) <= {one.id}


@pytest.mark.parametrize("said", [one for one in EVIL if "\x00" not in one and one != "\ud800"])
async def test_whatever_was_said_can_be_kept_and_found_by_itself(chats, said):
    _, (one,) = await talk(chats, said)

    expected = [one.id] if words_of(said) else []
    assert await found(chats, said.replace('"', " ").replace("*", " ")) == expected


@pytest.mark.parametrize("query", ["x" * 10_240, "a b " * 17])
async def test_a_search_without_end_is_refused(chats, query):
    with pytest.raises(InvalidInput) as told:
        await chats.search(ME, query)

    assert told.value.field == "q"


async def test_a_message_as_large_as_can_be_is_kept_and_found(chats):
    signs = string.ascii_lowercase
    many = " ".join(a + b + c + d for a in signs for b in signs for c in signs for d in signs)
    _, (one,) = await talk(chats, (many + " ") * 1)

    assert await found(chats, "aaab aabz") == [one.id]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60), st.text(max_size=20))
def test_a_snippet_marks_only_what_is_in_it(text, query):
    snippet = snippet_of(text, read_query(query + " " + text[:5]))

    assert snippet.text in text
    for begin, end in snippet.marks:
        assert 0 <= begin < end <= len(snippet.text)
