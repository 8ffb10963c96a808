"""Query strings as they are shown and stored: of a callback's URL scheme and host."""

from __future__ import annotations

from urllib.parse import urlencode

from functions.jobs.redaction import callback_of, stored_options, with_callback, with_shown_callback
from functions.options.options import Options
from tests.fixtures.rows import each_row


@each_row(
    ("url", "shown"),
    [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("https://me:word@example.org:8443/hook?a=b#c", "https://example.org:8443"),
        ("https://me:wo@rd@example.org/hook", "https://example.org"),
        ("https://example.org?token=s", "https://example.org"),
        ("https://[2001:db8::1]:443/s", "https://[2001:db8::1]:443"),
        # What is refused later may be stored before: a password with a slash, no scheme, two URLs, a backslash.
        ("https://me:wo/rd@example.org/", "https://hidden"),
        ("me:word@example.org/hook", "example.org"),
        ("https://a.org/s https://b.org/s", "https://a.org"),
        (r"https://a.org\s", "https://a.org"),
    ],
)
def test_callback_is_shown_as_scheme_and_host(url: str, shown: str) -> None:
    query = urlencode({"tag": "https://me:word@b.org", "callback": url})

    assert with_shown_callback(query) == (
        query if shown == url else urlencode({"tag": "https://me:word@b.org", "callback": shown})
    )
    assert callback_of(query) == (None if shown == url else url)
    assert with_callback(with_shown_callback(query), url) == query


def test_stored_options_differ_in_the_callback_alone() -> None:
    options = Options.from_query("callback=https%3A%2F%2Fexample.org%2Fhook&callback_method=put&tag=a")

    stored = stored_options(options)
    assert stored["values"].pop("callback") == "https://example.org"
    whole = options.to_stored()
    assert whole["values"].pop("callback") == "https://example.org/hook"
    assert stored == whole
