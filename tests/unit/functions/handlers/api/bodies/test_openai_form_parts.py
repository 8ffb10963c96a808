"""Parts of OpenAI's form as other clients write them: names in any character set, fields as JSON."""

from __future__ import annotations

from functions.handlers.api.bodies.openai_form import parse
from tests.fixtures.rows import each_row


@each_row(
    ("disposition", "name"),
    [
        ('name="file"; filename="ä.wav"'.encode(), "ä.wav"),
        ('name="file"; filename="ä.wav"'.encode("latin-1"), "ä.wav"),
        (b'name="file"; filename="\x93a\x94.wav"', "a.wav"),
    ],
)
def test_file_name_in_any_character_set_refuses_no_form(disposition, name):
    body = (
        b"--x\r\nContent-Disposition: form-data; %b\r\n\r\nRIFF\r\n"
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n%b\r\n--x--\r\n'
    ) % (disposition, "Grüße".encode())

    form = parse(body, "multipart/form-data; boundary=x")

    assert (form.name, form.first("prompt")) == (name, "Grüße")


@each_row(
    ("sent_as", "read"), [(b'"de"', "de"), (b"de", "de"), (b"0.5", "0.5"), (b"true", "true"), (b'["word"]', '["word"]')]
)
def test_form_field_written_as_json_is_read(sent_as, read):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n--x\r\n'
        b'Content-Disposition: form-data; name="f"\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n'
        b"%b\r\n--x--\r\n"
    ) % sent_as

    assert parse(body, "multipart/form-data; boundary=x").fields == {"f": [read]}
