from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import RunCommand

_TEXT = "Dr. Ruiz left.\r\nIt was 5 p.m. Then"


def test_each_line_is_a_sentence_with_its_offsets(run_command: RunCommand) -> None:
    result = run_command("split", "-", input="One is. Two are.\nThree")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["0–7", "One", "is."],
        ["8–16", "Two", "are."],
        ["17–22", "Three"],
    ]


def test_a_line_break_within_a_piece_is_shown_as_a_sign(run_command: RunCommand) -> None:
    assert "1.⏎One⏎" not in run_command("split", "-", input="1.\nOne\n").stdout
    assert "1.⏎One" in run_command("split", "-", input="1.\nOne\n").stdout


def test_spoken_says_what_an_engine_is_given(run_command: RunCommand) -> None:
    text = "It costs **$5**. ✨\n---\nDas ist gut und wiegt 3,5 kg."
    lines = run_command("split", "--spoken", "--text", text).stdout.splitlines()
    assert [line.strip() for line in lines if "»" in line] == [
        "» It costs five dollars.",
        "» Das ist gut und wiegt drei Komma fünf Kilogramm.",
    ]
    rows = run_command("split", "--spoken", "--json", "--text", "5 %", "--language", "de").stdout
    assert json.loads(rows)["spoken"] == "fünf Prozent"


def test_spoken_says_which_rule_changed_what(run_command: RunCommand) -> None:
    text = "It costs **$5**.\n---"
    lines = run_command("split", "--spoken", "--text", text).stdout.splitlines()
    assert [line.split(None, 1) for line in lines] == [
        ["0–16", "It costs **$5**."],
        ["»", "It costs five dollars."],
        ["9–11", '"**" left out (emphasis)'],
        ["11–13", '"$5" → "five dollars" (amounts)'],
        ["13–15", '"**" left out (emphasis)'],
        ["17–20", "---"],
        ["»", "(nothing)"],
        ["17–20", '"---" left out (line)'],
    ]
    rows = run_command("split", "--spoken", "--json", "--text", "5 %").stdout
    assert json.loads(rows)["changes"] == [
        {"rule": "amounts", "start": 0, "end": 3, "written": "5 %", "said": "five percent"}
    ]


def test_what_is_said_may_be_chosen(run_command: RunCommand) -> None:
    text = "It takes 5 km \U0001f600 [1]."
    options = ["--normalize", "off", "--emoji", "say", "--citations", "say"]
    lines = run_command("split", "--spoken", *options, "--text", text).stdout.splitlines()
    assert lines[1].strip() == "» It takes 5 km grinning face [1]."


def test_ssml_is_split_as_it_is_spoken(run_command: RunCommand) -> None:
    typed = "<s>One &amp; one</s><s>Two</s>"
    lines = run_command("split", "--ssml", "--text", typed).stdout.splitlines()
    assert [line.split(None, 1)[1] for line in lines] == ["One & one", "Two"]


def test_explain_says_why_each_sentence_ends(run_command: RunCommand) -> None:
    lines = run_command("split", "-", "--explain", "--language", "en", input=_TEXT).stdout.splitlines()
    assert [line.strip() for line in lines[1::2]] == [
        "↳ mark and end of line (en)",
        "↳ time or degree, capital follows (en)",
        "↳ end of text (en)",
    ]


def test_json_lines_hold_the_text_verbatim(run_command: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(_TEXT.encode())
    pieces = [json.loads(line) for line in run_command("split", str(file), "--json").stdout.splitlines()]
    assert [_TEXT[piece["start"] : piece["end"]] for piece in pieces] == [piece["text"] for piece in pieces]
    assert pieces[0] == {
        "text": "Dr. Ruiz left.",
        "start": 0,
        "end": 14,
        "reason": "mark and end of line",
        "language": "en",
    }


def test_early_lets_the_first_piece_end_at_a_clause(run_command: RunCommand) -> None:
    text = "When the dough has risen, knead it well again."
    assert len(run_command("split", "-", "--early", input=text).stdout.splitlines()) == 2
    assert len(run_command("split", "-", input=text).stdout.splitlines()) == 1


def test_a_file_that_is_not_there_is_one_sentence(run_command: RunCommand) -> None:
    result = run_command("split", "missing.txt")
    assert result.exit_code == 2
    assert result.stderr == ("error: cannot read 'missing.txt': no such file or directory\n")


def test_a_file_that_is_no_text_is_one_sentence(run_command: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "noise.bin"
    file.write_bytes(b"\xff\xfe\x00")
    result = run_command("split", str(file))
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {str(file)!r} is not UTF-8 text but looks like UTF-16; try --encoding utf-16\n"
    )


def test_a_text_of_the_command_line_is_split(run_command: RunCommand) -> None:
    assert run_command("split", "--text=-5 is cold. So is 3.").stdout.splitlines() == [
        "     0–11      -5 is cold.",
        "    12–20      So is 3.",
    ]
    for wrong in ([], ["-", "--text", "a"]):
        assert "give one text" in run_command("split", *wrong).stderr


def test_what_is_not_for_the_ear_is_left_out(run_command: RunCommand) -> None:
    typed = "<think>Hm.</think>Use:\n```\nf(x)\n```\nDone."
    rows = run_command("split", "--text", typed).stdout.splitlines()
    assert [row.split(None, 1) for row in rows] == [
        ["18–22", "Use:"],
        ["23–26", "Code omitted."],
        ["36–41", "Done."],
    ]
    assert len(run_command("split", "--code", "skip", "--text", typed).stdout.splitlines()) == 2
