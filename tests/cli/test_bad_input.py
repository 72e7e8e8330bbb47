"""What bad input gets: an exit code, one line with the way out, nothing kept, no key shown."""

import sqlite3

import pytest

KEY = "sk-good-CANARY-0123456789"
OPENAI = ("connections", "add", "x", "--source", "openai")
CUSTOM = ("connections", "add", "x", "--source", "custom", "--endpoint")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("connections", "add", "x", "--source", "opnai"), "Did you mean openai?"),
        (("connections", "add", "x", "--source", "custom"), "needs an endpoint"),
        (("connections", "add", " ", "--source", "openai"), "has no letter or digit"),
        ((*CUSTOM, "somewhere"), "write http:// or https:// in front"),
        ((*CUSTOM, "ftp://host"), "is not an address Tapster can use"),
        ((*CUSTOM, "http://a b"), "has a space"),
        ((*CUSTOM, f"http://me:{KEY}@host/v1"), "without a user name or password"),
        ((*CUSTOM, "http://host:99999"), "is not an address Tapster can use"),
        ((*OPENAI, "--option", "nope=1"), "has no option 'nope'; it has: api,"),
        ((*OPENAI, "--option", "api=smoke"), "one of: auto, chat, responses"),
        ((*OPENAI, "--option", "api"), "written NAME=VALUE"),
        ((*OPENAI, "--include-body", "{a: ["), "not valid YAML"),
        ((*OPENAI, "--include-body", "words"), "a YAML object"),
        ((*OPENAI, "--include-body", "!!python/object:os.system {}"), "not valid YAML"),
        ((*OPENAI, "--exclude-body", "[[a]]"), "a YAML list of names"),
        ((*OPENAI, "--header", "novalue"), "written 'Name: value'"),
        ((*OPENAI, "--timeout", "0"), "between 0 and 86,400"),
        ((*OPENAI, "--outbound-proxy", "host"), "must be a URL"),
        ((*OPENAI, "--proxy", "friend"), "no proxy preset called 'friend'"),
        (("connections", "show", "x"), "no connection called 'x'"),
        (("connections", "edit", "local", "--model", "y"), "is built in"),
        (("connections", "remove", "nope", "--yes"), "no connection called 'nope'"),
        (("connections", "check", "nope"), "no connection called 'nope'"),
        (("models", "nope"), "no connection called 'nope'"),
        (("models", "add", "/nope.gguf"), "There is no file"),
        (("sources", "show", "nope"), "There is no source 'nope'"),
        (("sources", "opnai"), "Did you mean openai?"),
        (("keys", "set", "nope"), "no connection called 'nope'"),
        (("keys", "rotate", "nope"), "There is no key 'nope'"),
        (("keys", "import", "/nope"), "cannot be read"),
        (("proxies", "add", "none", "--url", "http://host/v1"), "Give the proxy preset a name"),
        (("proxies", "remove", "nope", "--yes"), "no proxy preset called 'nope'"),
        (("tokens", "create", " "), "Give the token a name"),
        (("tokens", "create", "x", "--scope", "everything"), "There is no scope everything"),
        (("tokens", "create", "x", "--days", "nan"), "A token ends after more than 0"),
        (("tokens", "create", "x", "--connection", "nope"), "no connection called 'nope'"),
        (("tokens", "revoke", "nope"), "There is no token 'nope'"),
        (("serve", "--port", "99999"), "port"),
        (("serve", "--host", "192.0.2.1"), "cannot listen on 192.0.2.1"),
        (("chat", ""), "the prompt is empty"),
        (("chat", "-c", "nope", "hi"), "no connection called 'nope'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_kept(call, words, says):
    ran = call(*words)

    assert ran.code == 2
    assert says in ran.complaint
    assert ran.out == ""
    if "add" in words:
        assert call("connections", "list").out.count("\n") == 2


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (b"", "The key is empty"),
        (b" \n ", "The key is empty"),
        (b"sk CANARY", "a space or a line break inside"),
        (b"sk\nCANARY", "a space or a line break inside"),
        ("é-CANARY".encode(), "a character that cannot be in a key"),
        (b"sk-\x01CANARY", "a control character inside"),
        (b"\xff\xfeCANARY", "not UTF-8 text (at byte 1)"),
        (b"CANARY" * 5000, "longer than 16,384 characters"),
    ],
)
def test_what_is_no_key_is_refused_and_no_connection_is_kept(call, typed, says):
    ran = call(*OPENAI, "--key-stdin", stdin=typed)

    assert ran.code == 2
    assert says in ran.complaint
    assert "\nx\t" not in call("connections", "list").out


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TAPSTER_PORT", "abc"),
        ("TAPSTER_PORT", "99999"),
        ("TAPSTER_LOG_LEVEL", "loud"),
        ("TAPSTER_WORKERS", "0"),
        ("TAPSTER_DATABASE_URL", "somewhere"),
    ],
)
def test_a_bad_setting_is_named(call, variable, value):
    ran = call("connections", "list", **{variable: value})

    assert ran.code == 2
    assert variable.rpartition("_")[2].lower() in ran.complaint.lower()


@pytest.mark.parametrize("text", ["[[[", "prot = 1", 'port = "x"', "port = 1\nport = 2"])
def test_a_configuration_file_that_cannot_be_read_is_named(call, program, text):
    (program.home / "config/config.toml").write_text(text)

    ran = call("connections", "list")

    assert ran.code == 2
    assert "config.toml" in ran.complaint


def test_a_data_folder_that_cannot_be_made_is_named(program):
    ran = program.run("keys", "list", environment={"TAPSTER_DATA_DIR": "/dev/null/data"})

    assert ran.code == 1
    assert "/dev/null/data cannot be made" in ran.complaint


def test_a_file_that_is_no_database_is_named_and_left_alone(call, program):
    database = program.home / "data/tapster.db"
    database.parent.mkdir()
    database.write_text("A letter to my grandmother, not a database at all.")

    ran = call("connections", "list")

    assert ran.code == 1
    assert "is not a Tapster database" in ran.complaint
    assert database.read_text().startswith("A letter")


def test_a_database_from_a_newer_version_is_not_touched(call, program):
    call("tokens", "list")
    with sqlite3.connect(program.home / "data/tapster.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    ran = call("tokens", "create", "mine")

    assert ran.code == 1
    assert "written by a newer Tapster" in ran.complaint


def test_doctor_tells_what_is_wrong_and_what_is_well(call, program):
    assert call("doctor").out.count("✓") >= 4
    (program.home / "data/tapster.db").write_text("no database")
    for beside in ("tapster.db-wal", "tapster.db-shm"):
        (program.home / "data" / beside).unlink(missing_ok=True)

    ran = call("doctor")

    assert ran.code == 1
    assert "✓ data folder" in ran.out
    assert "✗ database" in ran.out
