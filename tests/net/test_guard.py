"""The guard judges addresses by where they lead."""

import pytest

from tapster.core.errors import AddressRefused, InvalidInput
from tapster.net import Guard
from tapster.net.targets import read_target

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PRIVATE = [
    "127.0.0.1",
    "127.255.0.1",
    "::1",
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.7.7",
    "fe80::1",
    "fe80::1%2",
    "fd00::1",
    "fec0::1",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:808:808::",
    "2001:0:808:808::1",
    "2001:db8::1",
]
METADATA = ["169.254.169.254", "::ffff:a9fe:a9fe", "fd00:ec2::254", "100.100.100.200"]


def verdict(guard, address, host="h.example", **how):
    try:
        guard.judge(host, address, **how)
    except AddressRefused:
        return "refused"
    return "allowed"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_to_all(address):
    for policy in ("local", "network"):
        for content in (False, True):
            assert verdict(Guard(policy), address, content_derived=content) == "allowed"


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_open_to_local_connections_only(address):
    assert verdict(Guard("local"), address) == "allowed"
    assert verdict(Guard("local"), address, content_derived=True) == "refused"
    assert verdict(Guard("network"), address) == "refused"
    assert verdict(Guard("network"), address, content_derived=True) == "refused"


@pytest.mark.parametrize("address", [*METADATA, "168.63.129.16"])
def test_metadata_services_are_closed_even_to_local_connections(address):
    for policy in ("local", "network"):
        assert verdict(Guard(policy), address) == "refused"


def test_an_administrator_opens_hosts_and_networks_to_connections_but_never_to_content():
    guard = Guard("network", allowed=["10.0.0.0/8", "Ollama.example.", "::1", "192.168.1.5"])

    assert verdict(guard, "10.9.9.9") == "allowed"
    assert verdict(guard, "::1") == "allowed"
    assert verdict(guard, "192.168.1.5") == "allowed"
    assert verdict(guard, "192.168.1.6") == "refused"
    assert verdict(guard, "192.168.1.6", host="OLLAMA.example.") == "allowed"
    assert verdict(guard, "192.168.1.6", host="evil.ollama.example") == "refused"
    assert verdict(guard, "10.9.9.9", content_derived=True) == "refused"


@pytest.mark.parametrize("entry", ["", "10.0.0.0/99", "http://host", "host:80"])
def test_an_entry_that_is_neither_host_nor_network_is_refused(entry):
    with pytest.raises(InvalidInput):
        Guard("network", allowed=[entry])


@pytest.mark.parametrize(
    ("url", "sent", "host", "port"),
    [
        ("http://H.Example/a%2Fb?q=%20", "http://h.example/a%2Fb?q=%20", "h.example", 80),
        ("HTTPS://h.example:8443", "https://h.example:8443/", "h.example", 8443),
        ("http://h.example?x=1#part", "http://h.example/?x=1", "h.example", 80),
        ("http://[::1]:1/é", "http://[::1]:1/%C3%A9", "::1", 1),
        ("http://käse.example/", "http://xn--kse-qla.example/", "xn--kse-qla.example", 80),
    ],
)
def test_an_address_is_sent_as_it_was_written(url, sent, host, port):
    target = read_target(url)

    assert (str(target.url), target.host, target.port) == (sent, host, port)
