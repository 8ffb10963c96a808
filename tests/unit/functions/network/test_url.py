"""URLs as people spell them, read as browsers read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.errors import ApiError
from functions.network.callback_url import check_callback_url
from functions.network.url import UrlUse, check_url, request_target
from functions.settings import settings
from tests.fixtures.rows import each_row


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "false")
    settings.cache_clear()
    yield
    settings.cache_clear()


@each_row(
    ("url", "host", "target"),
    [
        ("http://audio.example", "audio.example", "/"),
        ("http://audio.example?a=1", "audio.example", "/?a=1"),
        ("http://audio.example/my talk.flac", "audio.example", "/my%20talk.flac"),
        ("http://audio.example/über/🎙.flac", "audio.example", "/%C3%BCber/%F0%9F%8E%99.flac"),
        ("http://audio.example/a%252Fb%2Fc%2520d?x=%2B%2F", "audio.example", "/a%252Fb%2Fc%2520d?x=%2B%2F"),
        ("http://audio.example/100%/50%25", "audio.example", "/100%/50%25"),
        ("http://audio.example/ruf?job=a b&ü=ä#ö", "audio.example", "/ruf?job=a%20b&%C3%BC=%C3%A4"),
        ("http://audio.example/a+b?c+d", "audio.example", "/a+b?c+d"),
        ('http://audio.example/"<x>"', "audio.example", "/%22%3Cx%3E%22"),
        ("  http://audio.example/a  ", "audio.example", "/a"),
        ("\ufeffhttp://audio.example/a\r\n", "audio.example", "/a"),
        ("\t http://audio.example/a\u200b\n", "audio.example", "/a"),
        ("HTTP://AUDIO.example/A", "audio.example", "/A"),
        ("http://bücher.example:8080/a", "xn--bcher-kva.example", "/a"),
        ("http://BÜCHER.example/a", "xn--bcher-kva.example", "/a"),
        ("http://xn--bcher-kva.example/a", "xn--bcher-kva.example", "/a"),
        ("http://faß.example/a", "xn--fa-hia.example", "/a"),
        ("http://例え。テスト/a", "xn--r8jz45g.xn--zckzah", "/a"),
        ("http://müller:pä ss@audio.example/a", "audio.example", "/a"),
        ("http://a_b.example/a", "a_b.example", "/a"),
        ("http://[2606:4700::1111]/a", "2606:4700::1111", "/a"),
        ("http://proxy.example/https://audio.example/a", "proxy.example", "/https://audio.example/a"),
        ("http://proxy.example/?u=http://audio.example/a,b", "proxy.example", "/?u=http://audio.example/a,b"),
        ("http://audio.example/./a/b/../c d", "audio.example", "/a/c%20d"),
        ("http://audio.example/../../a//b/.", "audio.example", "/a//b/"),
        ("http://audio.example/..", "audio.example", "/"),
        ("http://audio.example/a/.b/c..d/...", "audio.example", "/a/.b/c..d/..."),
        ("http://audio%2eex%61mple/a", "audio.example", "/a"),
        ("http://b%C3%BCcher.example/a", "xn--bcher-kva.example", "/a"),
    ],
)
def test_url_is_read_as_browsers_read_it(url, host, target):
    parts = check_url(url)

    assert (parts.hostname, request_target(parts)) == (host, target)
    assert parts.geturl().isascii()
    assert check_url(parts.geturl()) == parts


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://app.localhost/",
        "http://[::1]/",
        "http://192.0.0.192/latest",
        "http://１２７.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://loc%61lhost/",
    ],
)
def test_private_host_is_refused_by_its_looks(url, monkeypatch):
    with pytest.raises(ApiError, match="publicly routable"):
        check_url(url)
    with pytest.raises(ApiError, match=r"Invalid callback url\. URL for callback must be publicly"):
        check_callback_url(url)

    monkeypatch.setenv("ALLOW_PRIVATE_URLS", "true")
    settings.cache_clear()
    check_url(url)


@pytest.mark.parametrize("port", [22, 25, 81, 3306, 6379, 9000])
def test_port_is_one_of_four_for_audio_and_callbacks(port):
    with pytest.raises(ApiError, match="port is one of 80, 443, 8080, 8443"):
        check_url(f"http://audio.example:{port}/")
    with pytest.raises(ApiError, match=r"Invalid callback url.*port is one of 80"):
        check_callback_url(f"http://audio.example:{port}/")


@pytest.mark.parametrize("url", ["example.org/a.mp3", "C:\\Users\\me\\a.mp3", "C:/Users/me/a.mp3", "/home/me/a.mp3"])
def test_refusal_of_path_shows_the_schemes(url):
    with pytest.raises(ApiError, match=r"https?://"):
        check_url(url)


@each_row(
    ("url", "reason"),
    [
        ("https://a.example/" + "x" * 5000, "5018 characters; 4096"),
        ("http://a.example:99999/a.mp3", "from 1 to 65535"),
        ("http://a.example:0", "from 1 to 65535"),
        ("https://a.example:https/a.mp3", "from 1 to 65535"),
        ("./talk.mp3", "path of a file"),
        ("\\\\server\\share\\talk.mp3", "path of a file"),
        ("~/talk.mp3", "path of a file"),
        ("file:///home/me/talk.mp3", "path of a file"),
        ("http://a..example:80/a.mp3", "a..example is no name"),
        ("https://\u2026", "no name that a host can have"),
        ("http://" + "a" * 64 + ".example/", "no name that a host can have"),
        ("http://a.example%00.b.example/", "no name that a host can have"),
        ("http:///a.example/talk.mp3", "names no host"),
        ("https://https://a.example/talk.mp3", "scheme stands there twice"),
        ("www.example.com/talk.mp3?sig=secret", 'scheme is missing: https://www.example.com/talk.mp3"'),
        ("localhost:8000/talk.mp3", "scheme is missing: https://localhost:8000"),
        ("localhost/talk.mp3", "scheme is missing: https://localhost/talk.mp3"),
        ("//a.example/talk.mp3", "scheme is missing: https://a.example/talk.mp3"),
        ('"https://a.example/talk.mp3"', "quotes or brackets"),
        ("[talk](https://a.example/talk.mp3)", "quotes or brackets"),
        ("http://a.example/a\nb", "line break or another control character"),
        ("http://a.example/\ud800", "half a letter"),
        ("http://a.example\\@b.example/", "backslash"),
        ("http://[::1/talk.mp3", "no IPv6 address"),
        ("http://a\u2100b.example/talk.mp3", "letter that no host can have"),
        ("http://a\uff0fb.example/talk.mp3", "letter that no host can have"),
        ("s3:/bucket/key", "s3://BUCKET/KEY"),
        ("s3a://bucket/key", "s3://BUCKET/KEY"),
        ("DATA:audio/wav;base64,AAAA", "data: URI"),
        ("FTP://a.example/talk.mp3", "http or https, not 'ftp'"),
        ("{url}", "placeholder.*written like https://HOST/PATH"),
        ("${AUDIO_URL}", "placeholder"),
        ("{{ $json.url }}", "placeholder"),
        ("%AUDIO_URL%", "placeholder"),
        ("<your file>", "placeholder"),
        ("YOUR_AUDIO_URL", "placeholder"),
        ("undefined", "missing value as text"),
        ("[object Object]", "missing value as text"),
        ("talk.wav", "path of a file"),
        ("my talk.MP3", "path of a file"),
        ("calls/2026/talk.m4a", "path of a file"),
        ("calls.example/talk.m4a", "scheme is missing"),
        ("https:/a.example/talk.mp3", "colon and two slashes"),
        ("https//a.example/talk.mp3", "colon and two slashes"),
        ("http:a.example/talk.mp3", "colon and two slashes"),
        ("https://a.example/1.mp3 https://a.example/2.mp3", "several: send one"),
        ("https://a.example/1.mp3, HTTPS://a.example/2.mp3", "several: send one"),
        ("https://a.example/1.mp3\nhttps://a.example/2.mp3", "several: send one"),
        ("url=https://a.example/", "written like https://HOST/PATH"),
    ],
)
def test_refusal_of_url_says_what_is_wrong(url, reason):
    with pytest.raises(ApiError, match=reason):
        check_url(url)


@each_row("use", UrlUse)
@each_row(
    "url",
    [
        "//me:secret@a.example/talk.mp3",
        "//me:se/secret@a.example/talk.mp3",
        "secret:x@a.example/talk.mp3",
        "me:secret@a.example/talk.mp3",
        "a.example/?secret",
        "ftp://me:secret@a.example/talk.mp3",
        "http://me:secret@a..example/talk.mp3",
        "http://me:secret@[::1/talk.mp3",
        "http://me:secret@a.example:port/talk.mp3",
        "http://me:secret/x@a.example/talk.mp3",
        "\\\\me:secret@a.example/talk.mp3",
        '"https://me:secret@a.example/talk.mp3"',
        "https://https://me:secret@a.example/talk.mp3",
    ],
)
def test_secret_of_a_url_is_in_no_error(url, use):
    with pytest.raises(ApiError) as raised:
        check_url(url, use)

    assert "secret" not in raised.value.failure.err_msg
