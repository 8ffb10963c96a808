"""A caller's URL, fetched: addresses that are not public are refused, also behind redirects."""

from __future__ import annotations

import pytest

from functions.network import download as downloads
from functions.network.download import download
from functions.settings import settings
from tests.fixtures.servers.internet import AUDIO, PRIVATE, PUBLIC, error_of


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",  # 127.0.0.1 as one number
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",  # NAT64 of 169.254.169.254
        "[2002:a00:1::]",  # 6to4 of 10.0.0.1
        "[fd00:ec2::254]",  # EC2's metadata over IPv6
        "[fe80::1]",
        "[ff02::1]",
        "169.254.169.254",
        "169.254.170.2",  # credentials of ECS tasks
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "user:password@127.0.0.1",
        "audio.example@127.0.0.1",
        "127.0.0.1:8080",
        "inside.example",
    ],
)
def test_private_address_is_never_connected_to(web, host):
    assert error_of(f"http://{host}/latest/meta-data/") == "URL for media download must be publicly routable."
    assert web.connections == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "audio",
        "//audio.example/a",
        "http://",
        "http:///a",
        "http://audio.example:0/",
        "http://audio.example:99999/",
        "http://audio.example:x/",
        "http://[::1/",
        "http://audio.example\\@127.0.0.1/",
        "http://audio example/a",
        "http://audio.example/\ud800",
        "http://audio.example/\r\nHost: inside.example",
        "http://audio.example/\x00",
        "http://" + "a" * 70 + ".example/",
        "http://audio.example/" + "a" * 5000,
        "file:///etc/passwd",
        "gopher://audio.example/",
        "ftp://audio.example/a.mp3",
        "data:audio/wav;base64,AAAA",
        "s3://uploads/a.mp3",
    ],
)
def test_invalid_url_is_not_resolved(web, url):
    assert error_of(url).startswith("Could not parse URL as a URI.")
    assert web.lookups == []


def test_host_with_one_private_address_is_rejected(web):
    web.names["both.example"] = [[PUBLIC, PRIVATE]]

    assert error_of("http://both.example/") == "URL for media download must be publicly routable."
    assert web.connections == []


def test_unresolvable_host_returns_error(web):
    assert "no-such-host.invalid has no address" in error_of("http://no-such-host.invalid/")


def test_connection_goes_to_checked_address(web):
    """A name that answers otherwise at the second look-up has no second look-up."""
    web.names["rebind.example"] = [[PUBLIC], [PRIVATE]]
    web.page("/a")

    list(download("http://rebind.example:8080/a"))

    assert web.lookups == ["rebind.example"]
    assert web.connections == [(PUBLIC, 8080)]
    assert web.requests[0].headers["Host"] == "rebind.example:8080"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_download_follows_redirects(web, status):
    web.page("/from", b"", status, Location="/to?x=1")
    web.page("/to?x=1")

    assert b"".join(download("http://audio.example/from")) == AUDIO


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/Größe talk.flac", "/Gr%C3%B6%C3%9Fe%20talk.flac"),
        ("/a talk.flac", "/a%20talk.flac"),
        (" /Å", "/%C3%85"),  # its last byte, 0x85, is white space in Latin-1
        ("/über/🎙?q=ä b", "/%C3%BCber/%F0%9F%8E%99?q=%C3%A4%20b"),
        ("/a%252Fb%2Fc?x=%2B%2F", "/a%252Fb%2Fc?x=%2B%2F"),
        ("../b/x.flac?t=1", "/b/x.flac?t=1"),
        ("//audio.example/à", "/%C3%A0"),
        (b"/Gr\xf6\xdfe", "/Gr%F6%DFe"),  # Latin-1, as it stands
    ],
)
def test_redirect_location_is_read_as_sent(web, location, path):
    raw = location if isinstance(location, bytes) else location.encode()
    web.page("/a/from", b"", 302, Location=raw.decode("latin-1"))
    web.page(path)

    assert b"".join(download("http://audio.example/a/from")) == AUDIO


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://inside.example/",
        "//inside.example/x",
        "http://[::1]/",
        "http://169.254.169.254/",
    ],
)
def test_redirect_to_private_address_is_rejected(web, location):
    web.page("/from", b"", 302, Location=location)

    assert error_of("http://audio.example/from") == "URL for media download must be publicly routable."
    assert len(web.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://audio.example/", "javascript:alert(1)"])
def test_redirect_to_other_scheme_is_rejected(web, location):
    web.page("/from", b"", 302, Location=location)

    assert error_of("http://audio.example/from").startswith("Could not parse URL as a URI.")


@pytest.mark.parametrize("location", ["http://[x", "//[", "http://a]b/", "http://[::1/a"])
def test_redirect_to_no_address_is_the_servers_fault(web, location):
    web.page("/from", b"", 302, Location=location)

    assert error_of("http://audio.example/from").endswith("sent a redirect to no address.")


def test_redirect_loop_is_rejected(web):
    web.page("/round", b"", 302, Location="/round")

    assert "too many redirects" in error_of("http://audio.example/round")
    assert len(web.requests) == downloads.MAX_REDIRECTS + 1


@pytest.mark.parametrize("location", ["/b", "http://audio.example/b", "http://AUDIO.example:80/b"])
def test_url_password_is_kept_on_the_same_host(web, location):
    web.page("/a", b"", 302, Location=location)
    web.page("/b")

    assert b"".join(download("http://user:pass!@audio.example/a")) == AUDIO
    assert web.requests[1].headers["Authorization"] == "Basic dXNlcjpwYXNzIQ=="


def test_url_password_is_not_sent_to_redirect_target(web):
    web.names["other.example"] = [[PUBLIC]]
    web.page("/from", b"", 302, Location="http://other.example/to")
    web.page("/to")

    list(download("http://user:pass%21@audio.example/from"))

    assert web.requests[0].headers["Authorization"] == "Basic dXNlcjpwYXNzIQ=="
    assert "Authorization" not in web.requests[1].headers


def test_private_address_is_allowed_by_setting(web, monkeypatch):
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    web.page("/a")

    assert b"".join(download(f"http://127.0.0.1:{web.server.server_port}/a")) == AUDIO
