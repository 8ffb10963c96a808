"""Advice about addresses that lead to a page instead of a file."""

from __future__ import annotations

from functions.network.share_pages import file_address_advice
from tests.fixtures.rows import each_row

_OTHER = "Send the address of the audio file itself."


@each_row(
    ("url", "advice"),
    [
        ("https://www.dropbox.com/scl/fi/x/talk.mp3?rlkey=k&dl=0", "write dl=1"),
        ("https://www.dropbox.com/scl/fi/x/talk.mp3?rlkey=k&dl=1", _OTHER),
        ("https://drive.google.com/file/d/x/view?usp=sharing", "uc?export=download"),
        ("https://drive.google.com/uc?export=download&id=x", _OTHER),
        ("https://firm-my.sharepoint.com/:u:/g/personal/x", "download=1"),
        ("https://github.com/o/r/blob/main/talk.wav", "Raw"),
        ("https://www.youtube.com/watch?v=x", "A page of youtube.com"),
        ("https://M.YouTube.com./watch?v=x", "A page of youtube.com"),
        ("https://youtu.be/x", "A page of youtu.be"),
        ("https://open.spotify.com/episode/x", "A page of open.spotify.com"),
        ("https://1drv.ms/u/s!x", "A page of 1drv.ms"),
        ("https://notdropbox.com/x", _OTHER),
        ("https://dropbox.com.example/x", _OTHER),
        ("https://audio.example/talk.mp3", _OTHER),
        ("", _OTHER),
    ],
)
def test_page_of_known_host_names_the_files_address(url, advice):
    assert advice in file_address_advice(url)
