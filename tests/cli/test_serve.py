"""What `tapster serve` says once it listens."""

from tapster.cli.serve import words_of
from tapsters import config_in


def test_on_this_machine_the_address_is_said_as_it_is(tmp_path):
    said = words_of(config_in(tmp_path), "http://127.0.0.1:8277", program="tapster")

    assert "base URL http://127.0.0.1:8277/v1," in said
    assert "in clear" not in said


def test_for_all_addresses_one_that_can_be_reached_is_said_and_what_is_not_covered(tmp_path):
    config = config_in(tmp_path, host="0.0.0.0")

    said = words_of(config, "http://0.0.0.0:8277", program="tapster")

    assert "0.0.0.0" not in said
    assert ":8277/v1," in said
    assert "in clear" in said


def test_behind_a_proxy_its_address_is_the_one_for_clients(tmp_path):
    config = config_in(tmp_path, host="0.0.0.0", public_url="https://chat.example.org/")

    said = words_of(config, "http://0.0.0.0:8277", program="tapster")

    assert "base URL https://chat.example.org/v1," in said
    assert "in clear" not in said
