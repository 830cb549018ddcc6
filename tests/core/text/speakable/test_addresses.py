from __future__ import annotations

import pytest

from voice_server.core.text.speakable.spoken_text import speakable

SHORT_FORMS = [
    ("See github.com/acme/tool/blob/main/README.md.", "See github.com."),
    ("Run it on `http://localhost:8080/admin/index.html`.", "Run it on localhost, port 8080."),
    ("at wiki.example.org/Tea_(drink)?lang=en#history.", "at wiki.example.org."),
    ("open 192.168.0.1:8080/x or localhost:3000", "open 192.168.0.1, port 8080 or localhost, port 3000"),
    ("Edit /etc/nginx/nginx.conf, src/main.py and ~/.bashrc.", "Edit nginx.conf, main.py and .bashrc."),
    (r"in C:\Users\me\file.txt now", "in file.txt now"),
    ("run ./run.sh in /usr/local/bin/", "run run.sh in bin"),
    ("call `/api/v1/users` of `src/app.py`", "call users of app.py"),
    ("use `npm i \\| tee log` and `a \\`", "use npm i | tee log and a"),
]

AS_TYPED = [
    "and/or km/h he/she 24/7 TCP/IP read/write 1/2 12/31/2024 w/o 3.5/4.0",
    "a.m./p.m. Node.js 3.5 e.g.this ana@acme.example U.S./EU",
    "Have you seen example.com? Is it on github.com: yes.",
    "../.. and a//b",
    "IPA /tiː/ and /p/ or /k/",
]


@pytest.mark.parametrize(("typed", "spoken"), SHORT_FORMS)
def test_addresses_and_paths_have_a_short_form(typed: str, spoken: str) -> None:
    assert speakable(typed).text == spoken


@pytest.mark.parametrize("typed", AS_TYPED)
def test_slashes_and_dots_in_prose_are_no_address(typed: str) -> None:
    assert speakable(typed).text == typed


def test_the_port_is_said_in_the_language_of_the_text() -> None:
    assert speakable("auf http://localhost:80/x", language="es").text == "auf localhost, puerto 80"


def test_a_pattern_keeps_its_folders() -> None:
    assert speakable("List ./src/*.py there.").text.startswith("List ./src/")
