"""`tapster users` and `tapster tokens --owner`."""

import json

import pytest

PASSWORD = b"correct horse battery\n"


def test_accounts_are_made_listed_changed_and_removed(call):
    call("users", "add", "Ada", "--password-stdin", stdin=PASSWORD)
    call("users", "add", "Bob", "--password-stdin", stdin=PASSWORD)
    call("users", "role", "bob", "admin")
    call("users", "disable", "Bob")
    listed = json.loads(call("users", "list", "--json").out)

    assert [(each["name"], each["role"], each["has_password"]) for each in listed] == [
        ("Ada", "admin", True),
        ("Bob", "admin", True),
    ]
    assert listed[0]["id"] == "me"
    assert listed[1]["disabled_at"]
    assert call("users", "enable", "Bob").code == 0
    assert call("users", "password", "Bob", "--password-stdin", stdin=b"another one\n").code == 0
    assert call("users", "remove", "Bob", "--yes").code == 0
    assert "Bob" not in call("users", "list").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("users", "add", "Eve", "--password-stdin"), "8 characters"),
        (("users", "password", "nobody", "--password-stdin"), "8 characters"),
        (("users", "add", "Eve", "--role", "king", "--password-stdin"), "admin, member"),
        (("users", "role", "nobody", "admin"), "tapster users list"),
        (("users", "role", "me", "king"), "admin, member"),
        (("users", "disable", "me"), "only admin"),
        (("users", "remove", "me", "--yes"), "only admin"),
        (("tokens", "create", "x", "--owner", "nobody"), "tapster users list"),
        (("tokens", "create", "x", "--scope", "everything"), "api, admin"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(call, words, says):
    short = b"short\n" if says.startswith("8") else PASSWORD

    ran = call(*words, stdin=short)

    assert ran.code == 2
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_tokens_owner_is_listed(call):
    call("users", "add", "Ada", "--password-stdin", stdin=PASSWORD)
    call("users", "add", "Bob", "--password-stdin", stdin=PASSWORD)
    call("tokens", "create", "laptop", "--owner", "Bob", "--scope", "api")

    (token,) = json.loads(call("tokens", "list", "--json").out)

    assert (token["owner"], token["scopes"]) == ("Bob", ["api"])
    assert "Bob" in call("tokens", "list").out
