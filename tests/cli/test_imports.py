import json

import pytest

LINES = (
    '{"user_name": "Ada", "character_name": "Zoë", "chat_metadata": {"note_prompt": "Rain"}}\n'
    '{"name": "Ada", "is_user": true, "mes": "Hi", "send_date": "June 21, 2024 12:00pm"}\n'
    '{"name": "Zoë", "is_user": false, "mes": "Hello", "swipes": ["Hello", "Hey"]}\n'
)


def listed(call):
    return json.loads(call("chats", "list", "--json").out)


def test_a_folder_of_chats_is_brought_in_and_taken_out_again(call, tmp_path):
    folder = tmp_path / "chats" / "Zoë"
    folder.mkdir(parents=True)
    (folder / "Tea time.jsonl").write_text(LINES, encoding="utf-8")
    (folder / "card.png").write_bytes(b"\x89PNG")

    ran = call("import", tmp_path / "chats")

    (chat,) = listed(call)
    assert ran.code == 0
    assert ran.out == f"{chat['id'][:8]}  Tea time\n"
    assert "chat_metadata.note_prompt" in ran.err
    assert "1 other file" in ran.err
    out = tmp_path / "out.json"
    assert call("chats", "export", chat["id"], out).code == 0
    again = call("import", out, "--json")
    assert json.loads(again.out)[0]["chats"][0]["title"] == "Tea time"
    text = call("chats", "export", chat["id"], "--format", "txt").out
    assert text == "Ada: Hi\n\nZoë: Hello\n"


def test_a_broken_file_is_named_and_the_others_are_brought_in(call, tmp_path):
    broken, sound = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    broken.write_text(LINES + "{oops}\n", encoding="utf-8")
    sound.write_text(LINES, encoding="utf-8")

    ran = call("import", broken, sound, tmp_path / "b.jsonl")

    assert ran.code == 2
    assert "a.jsonl: Line 4 of the file is no JSON" in ran.err
    assert len(listed(call)) == 2
    assert "Imported 2 chats." in ran.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("card.png", b"\x89PNG", "cannot be imported yet"),
        ("world.json", b'{"entries": {}}', "no chat we know"),
        ("empty.jsonl", b"", "is empty"),
        ("nowhere", None, "is not there"),
    ],
)
def test_what_is_no_chat_is_said_to_be_none(call, tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    ran = call("import", tmp_path / name)

    assert ran.code == 2
    assert told in ran.err
    assert listed(call) == []
