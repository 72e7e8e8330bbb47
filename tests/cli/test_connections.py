"""Saved connections, keys, proxies and tokens, as a script handles them."""

import json
import stat

import pytest

GOOD = b"sk-good-CANARY-7890\n"


@pytest.fixture
def openai(call, mock):
    """A connection named `oa` with a good key."""
    words = ("connections", "add", "oa", "--source", "openai", "--endpoint", f"{mock}/openai/v1")
    assert call(*words, "--key-stdin", stdin=GOOD).code == 0
    return "oa"


def test_a_connection_is_added_shown_changed_and_removed(call, openai, mock):
    edited = call(
        *("connections", "edit", openai, "--model", "o3", "--notes", "mine", "--json"),
        *("--show-external", "--header", "X-Team: bar", "--include-body", "top_k: 40"),
        *("--exclude-body", "[seed]", "--option", "api=chat", "--post-processing", "strict"),
    )
    shown = call("connections", "show", openai)
    unset = call("connections", "edit", openai, "--option", "api=", "--json")
    gone = call("connections", "remove", openai, "--yes")

    described = json.loads(edited.out)
    assert described["model"] == "o3"
    assert described["keys"] == ["…7890"]
    assert described["headers"] == {"X-Team": "bar"}
    assert described["include_body"] == {"top_k": 40}
    assert described["exclude_body"] == ["seed"]
    assert described["options"] == {"api": "chat"}
    assert json.loads(unset.out)["options"] == {}
    assert described["post_processing"] == "strict"
    assert "post processing      strict\n" in shown.out
    assert "show external        yes\n" in shown.out
    assert "CANARY" not in edited.out + shown.out
    assert gone.err == "Removed 'oa'.\n"
    assert "…7890" not in call("keys", "list").out


def test_connections_are_carried_without_their_keys(call, openai, tmp_path):
    copied = call("connections", "duplicate", openai, "--as", "copy")
    keys = call("keys", "list", "--json")
    exported = call("connections", "export")
    file = tmp_path / "connections.json"
    file.write_text(exported.out)
    for name in (openai, "copy"):
        call("connections", "remove", name, "--yes")

    imported = call("connections", "import", str(file))
    again = call("connections", "import", "-", stdin=exported.out.encode())
    broken = call("connections", "import", "-", stdin=b"{")

    assert copied.err == "Saved 'copy'.\n"
    assert len(json.loads(keys.out)) == 2
    assert "CANARY" not in exported.out
    assert imported.err == "Added 'oa'.\nAdded 'copy'.\n"
    assert again.err.count("It is here already") == 2
    assert (broken.code, broken.err.count("\n")) == (2, 1)
    assert "tapster connections export" in broken.err


def test_a_key_is_labelled_and_put_first(call, openai):
    call("keys", "set", openai, "--key-stdin", stdin=b"sk-good-CANARY-1111\n")
    (_, second) = json.loads(call("keys", "list", "--json").out)
    key = second["key"]["id"]

    labelled = call("keys", "label", key, "Work")
    first = call("keys", "first", key)
    listed = json.loads(call("keys", "list", "--json").out)
    undone = call("keys", "first", key, "--undo")

    assert labelled.err == "Relabelled …1111.\n"
    assert first.err == "…1111 is used first.\n"
    assert [each["key"]["last4"] for each in listed] == ["1111", "7890"]
    assert listed[0]["key"]["label"] == "Work"
    assert undone.err == "…1111 takes turns again.\n"


def test_a_check_tells_state_message_latency_models_and_tried(call, openai):
    checked = call("connections", "check", openai, "--json", "--message")

    told = json.loads(checked.out)
    assert checked.code == 0
    assert told["state"] == "ready"
    assert told["models"] > 10
    assert told["latency"] >= 0
    assert told["tried"][0]["url"].endswith("/openai/v1")
    assert told["message"].startswith("Ready. ")
    assert told["test"]["first_words"]


@pytest.mark.parametrize(
    ("endpoint", "key", "state"),
    [
        ("/openai/v1", b"sk-wrong-CANARY", "key_refused"),
        ("/openai/v1", b"sk-limited-CANARY", "rate_limited"),
        ("/~fault=html/openai/v1", b"sk-good-CANARY", "wrong_path"),
    ],
)
def test_a_check_that_fails_says_why_and_exits_with_one(call, mock, endpoint, key, state):
    words = ("connections", "add", "x", "--source", "openai", "--endpoint", mock + endpoint)
    call(*words, "--key-stdin", stdin=key)

    checked = call("connections", "check", "x", "--json")
    told = call("connections", "check", "x")

    assert checked.code == told.code == 1
    assert json.loads(checked.out)["state"] == state
    assert told.out.startswith("✗ ")
    assert "CANARY" not in checked.out + told.out + told.err


def test_an_address_where_nothing_answers_is_unreachable(call):
    call("connections", "add", "x", "--source", "custom", "--endpoint", "http://127.0.0.1:9")

    checked = call("connections", "check", "x")
    asked = call("chat", "-c", "x", "-m", "m", "hi")

    assert checked.code == asked.code == 1
    assert "✗ Nothing answers at http://127.0.0.1:9" in checked.out
    assert asked.complaint


def test_a_list_of_ten_thousand_models_is_shown_and_searched(call, mock):
    endpoint = f"{mock}/~fault=models@10000/compatible/v1"
    call("connections", "add", "many", "--source", "custom", "--endpoint", endpoint)

    listed = call("models", "many")
    found = call("models", "many", "--search", "09999")
    as_json = json.loads(call("models", "--json", "many").out)

    assert listed.out.count("\n") == 10_001
    assert listed.out.startswith("MODEL\tCONTEXT\tIN $/M\tOUT $/M\tNOTE\n")
    assert [line.split("\t")[0] for line in found.out.splitlines()[1:]] == ["many/mock-model-09999"]
    assert len(as_json) == 10_000
    assert as_json[0]["connection"] == "many"


def test_models_known_before_are_shown_where_the_endpoint_lists_none(call):
    words = ("--source", "custom", "--endpoint", "http://127.0.0.1:9", "--model", "mine")
    call("connections", "add", "x", *words)

    listed = call("models", "x")

    assert listed.code == 0
    assert "x/mine" in listed.out
    assert "its endpoint gave no list: Nothing answers" in listed.err


def test_a_key_is_set_rotated_listed_and_removed_without_being_shown(call, openai):
    second = call("keys", "set", openai, "--label", "two", stdin=b"sk-good-CANARY-2222")
    keys = json.loads(call("keys", "list", "--json").out)
    rotated = call("keys", "rotate", keys[0]["key"]["id"], stdin=b"sk-good-CANARY-3333")
    removed = call("keys", "remove", keys[1]["key"]["id"], "--yes")
    listed = call("keys", "list")

    assert second.code == rotated.code == removed.code == 0
    assert [each["owner"] for each in keys] == ["oa", "oa"]
    assert "…3333" in listed.out
    assert "…2222" not in listed.out
    for ran in (second, rotated, removed, listed):
        assert "CANARY" not in ran.out + ran.err


def test_keys_travel_in_a_sealed_file_only_its_owner_reads(call, openai, tmp_path):
    file = tmp_path / "keys.tapster"

    exported = call("keys", "export", file, stdin=b"open sesame\n")
    again = call("keys", "export", file, stdin=b"open sesame\n")
    wrong = call("keys", "import", file, stdin=b"open barley\n")
    call("keys", "remove", openai, "--yes")
    imported = call("keys", "import", file, stdin=b"open sesame\n")
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    torn = call("keys", "import", file, stdin=b"open sesame\n")

    assert exported.err.startswith("Sealed 1 key in ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert again.code == 2
    assert "File exists" in again.complaint
    assert wrong.code == 1
    assert "passphrase does not open" in wrong.complaint
    assert imported.err == "Took in 1 key.\n"
    assert torn.code == 1
    assert torn.complaint


def test_keys_travel_to_another_home_by_the_names_of_their_connections(
    call, openai, mock, tmp_path
):
    file = tmp_path / "keys.tapster"
    call("proxies", "add", "friend", "--url", mock, "--password-stdin", stdin=GOOD)
    call("keys", "export", file, stdin=b"open sesame\n")
    there = ("--data-dir", tmp_path / "there")
    saved = call(*there, "connections", "add", openai, "--source", "openai")

    imported = call(*there, "keys", "import", file, stdin=b"open sesame\n")
    listed = call(*there, "keys", "list", "--json")

    assert saved.code == imported.code == 0
    assert "Took in 1 key.\n" in imported.err
    assert "Passed over proxy:friend" in imported.err
    assert [each["owner"] for each in json.loads(listed.out)] == [openai]


def test_a_passphrase_locks_the_keys_until_it_is_removed(call, openai):
    locked = call("keys", "passphrase", stdin=b"open sesame\n")
    without = call("chat", "-c", openai, "-m", "echo", "hi")
    unlocked = {"TAPSTER_VAULT_PASSPHRASE": "open sesame"}
    with_it = call("chat", "-c", openai, "-m", "echo", "hi", **unlocked)
    removed = call("keys", "passphrase", "--remove")
    free = call("chat", "-c", openai, "-m", "echo", "hi", TAPSTER_VAULT_PASSPHRASE="")

    assert locked.code == removed.code == 0
    assert without.code == 1
    assert "set TAPSTER_VAULT_PASSPHRASE" in without.complaint
    assert with_it.out == free.out == "hi\n"


def test_a_proxy_preset_stands_in_for_an_endpoint(call, mock):
    words = ("proxies", "add", "friend", "--url", f"{mock}/openai/v1", "--password-stdin")
    call(*words, stdin=GOOD)
    words = ("connections", "add", "shared", "--source", "openai", "--proxy", "friend")
    call(*words, "--bypass-status-check", "--show-external")

    checked = call("connections", "check", "shared", "--json")
    said = call("chat", "-c", "shared", "-m", "echo", "over the proxy")
    in_use = call("proxies", "remove", "friend", "--yes")

    assert json.loads(checked.out)["state"] == "bypassed"
    assert said.out == "over the proxy\n"
    assert in_use.code == 2
    assert "used by 'shared'" in in_use.complaint


def test_a_preset_is_moved_and_its_password_entered_anew(call, mock):
    call(
        "proxies", "add", "friend", "--url", "http://127.0.0.1:9/v1", "--password-stdin", stdin=GOOD
    )
    call("connections", "add", "shared", "--source", "openai", "--proxy", "friend")

    moved = call("proxies", "edit", "friend", "--url", f"{mock}/openai/v1")
    refused = call("keys", "set", "shared", stdin=GOOD)
    entered = call("proxies", "edit", "friend", "--password-stdin", "--json", stdin=GOOD)
    checked = call("connections", "check", "shared", "--json")
    nothing = call("proxies", "edit", "friend")

    assert "…7890 was entered for http://127.0.0.1:9 and is detached" in moved.err
    assert refused.code == nothing.code == 2
    assert "tapster proxies edit 'friend' --password-stdin" in refused.complaint
    assert json.loads(entered.out)["url"] == f"{mock}/openai/v1"
    assert json.loads(checked.out)["state"] == "ready"
    assert "--url URL or --password-stdin" in nothing.complaint


def test_nothing_is_removed_where_nobody_says_yes(call, openai):
    unsaid = call("connections", "remove", openai)
    refused = call("connections", "remove", openai, stdin=b"n\n")

    assert unsaid.code == 2
    assert "say --yes" in unsaid.err
    assert refused.code == 130
    assert call("connections", "show", openai).code == 0


def test_a_token_stands_alone_on_standard_output(call):
    made = call("tokens", "create", "my-app")
    again = call("tokens", "create", "my-app")

    assert made.out.startswith("tap-")
    assert made.out.count("\n") == 1
    assert again.code == 2
    assert "my-app" in again.complaint
    assert made.out.strip() not in call("tokens", "list").out


def test_what_a_provider_writes_cannot_drive_the_terminal(call, openai):
    text = "a \x1b[31mred\x07 \u009b31m \u202egnorw\r\nnext 👩‍👩‍👧 naïve\u00a0ok"

    said = call("chat", "-c", openai, "-m", "echo", stdin=text.encode())
    as_json = call("chat", "-c", openai, "-m", "echo", "--json", stdin=text.encode())

    assert said.out == "a [31mred 31m gnorw\nnext 👩‍👩‍👧 naïve\u00a0ok\n"
    assert json.loads(as_json.out)["text"] == text
    assert not set("\x1b\x07\u009b\u202e") & set(as_json.out)
