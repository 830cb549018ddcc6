"""Lets through what is spoken of SSML, the same however the text is cut into tokens.

Elements are left out; what they ask for is in `text` as directives, so it works on every backend alike. Laws:
time is linear; what was decided stays; no mistake of the document loses text: what is no tag is spoken, the
text of an unknown element too, and both are told. docs/ssml.md says what each element does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from voice_server.core.text.directives import BREAKS_MS, PLAIN, Style
from voice_server.core.text.filtering import ssml_values
from voice_server.core.text.filtering.filtered_text import FilteredText
from voice_server.core.text.filtering.ssml_syntax import (
    MAX_CONTENT_CHARS,
    SsmlTag,
    content_of,
    decoded,
    entity_at,
    ssml_tag_at,
    unspoken_at,
)
from voice_server.core.text.filtering.tags import break_ms
from voice_server.core.text.filtering.undecided import undecided
from voice_server.core.text.pronunciation.phonemes import IPA_LETTERS, is_ipa, with_phonemes
from voice_server.core.text.splitting.mark_context import MoreTextNeeded
from voice_server.core.types import SpeechWarning

_STOP = re.compile(r"[<&]|[^\S ]|  ")
_SPACE = re.compile(r"\s++")
_MARKS = re.compile("[.,;:!?…。！？，、]{0,8}")
_MAX_LANGUAGE_CHARS: Final = 40
_AS_WRITTEN: Final = "is read as it is written"
_DEPTH: Final = 200
"""So many elements may be open; those within have no effect."""
SENTENCE_ELEMENTS: Final = {"speak": 2, "p": 2, "paragraph": 2, "s": 1, "sentence": 1}
"""Elements that are sentences by themselves, and by how many line breaks they are parted from others."""
_TRANSPARENT: Final = frozenset(("w", "token"))
_STYLED: Final = frozenset(("prosody", "voice", "lang", *SENTENCE_ELEMENTS))
_SAID: Final = frozenset(("sub", "say-as", "phoneme"))
_Factor = Callable[[str, float], float | None]
_PROSODY: Final[dict[str, tuple[_Factor, str]]] = {
    "rate": (ssml_values.rate_factor, ssml_values.RATE_VALUES),
    "volume": (ssml_values.volume_factor, ssml_values.VOLUME_VALUES),
    "pitch": (ssml_values.pitch_factor, ssml_values.PITCH_VALUES),
}
"""What an attribute means, and what values it has, for a message."""
_KNOWN: Final = "speak, p, s, break, prosody, voice, lang, sub, say-as, emphasis, phoneme, w and token"
_GENDERS: Final = ("female", "male")
_SHOWN_CHARS: Final = 40


class SsmlFilter:
    """Takes one text in tokens, as a `TextFilter` does; `language` is that of the text for `say-as`."""

    def __init__(self, text: FilteredText, *, language: str = "en") -> None:
        self.text = text
        self.language = language
        self.holds_rows = False
        self._held = ""
        self._style = PLAIN
        self._open: list[tuple[str, Style]] = []
        """The elements that are open, with the style before each."""
        self._open_names: Counter[str] = Counter()
        self._too_deep: Counter[str] = Counter()

    @property
    def held_chars(self) -> int:
        """How much text is held back that may still be spoken."""
        return len(self._held)

    def feed(self, token: str) -> str:
        """Take the next token and return what is let through with it."""
        self._held += token
        self._advance(final=False)
        return self.text.take()

    def flush(self) -> str:
        """Let through what is held back, as if the text ended here; more may be fed."""
        self._advance(final=True)
        return self.text.take()

    def finish(self) -> str:
        """Let through what is held back: the text has ended."""
        return self.flush()

    def paused(self) -> str:
        """Nothing is held back that a pause would decide about."""
        return ""

    def _advance(self, *, final: bool) -> None:
        self._held = undecided(self._held, lambda: self._read, final=final)

    def _read(self, text: str, at: int, final: bool) -> int:
        if text[at] == "<":
            return self._read_markup(text, at, final)
        if text[at] == "&":
            return self._read_entity(text, at, final)
        if text[at].isspace():
            return self._read_space(text, at)
        found = _STOP.search(text, at)
        end = found.start() if found else len(text)
        self.text.keep(text[at:end])
        return end

    def _read_space(self, text: str, at: int) -> int:
        """White space of any length and kind is one blank; line breaks of a document mean nothing."""
        run = _SPACE.match(text, at)
        assert run is not None
        if self.text.ends_in_word:
            if text[at] == " ":
                self.text.keep(" ")
            else:
                self.text.replace(" ", 1)
            at += 1
        self.text.drop(run.end() - at)
        return run.end()

    def _read_entity(self, text: str, at: int, final: bool) -> int:
        found = entity_at(text, at, final=final)
        if found is None:
            self.text.keep("&")
            return at + 1
        character, end = found
        self.text.replace(" " if character.isspace() else character, end - at)
        return end

    def _read_markup(self, text: str, at: int, final: bool) -> int:
        unspoken = unspoken_at(text, at, final=final)
        if unspoken is not None:
            start, end = unspoken.text or (unspoken.end, unspoken.end)
            self.text.drop(start - at)
            self.text.keep(text[start:end])
            self.text.drop(unspoken.end - end)
            if unspoken.is_doctype:
                self._tell("a document type is left out, and what it declares is not known")
            return unspoken.end
        tag = ssml_tag_at(text, at, final=final)
        if tag is None:
            self._tell("a < that begins no element is read as text; write &lt; for it")
            self.text.keep("<")
            return at + 1
        if tag.is_closing:
            return self._close(text, at, tag, final)
        if tag.name in _SAID:
            return self._say(text, at, tag, final)
        self.text.drop(tag.end - at)
        self._begin(tag)
        return tag.end

    # Elements.

    def _begin(self, tag: SsmlTag) -> None:
        """Do what the tag of an element asks for."""
        name = tag.name
        if name == "break":
            self._break(tag)
        elif name == "emphasis":
            if tag.attributes.get("level") != "none":
                self._tell_vain("no voice can stress words that are marked")
        elif name not in _STYLED and name not in _TRANSPARENT:
            self._tell(f"<{name[:_SHOWN_CHARS]}> is not known and its text is spoken; elements are {_KNOWN}")
        if name in SENTENCE_ELEMENTS:
            self._part(SENTENCE_ELEMENTS[name])
        if not tag.is_empty and name != "break":
            self._push(name, self._style_in(tag))

    def _break(self, tag: SsmlTag) -> None:
        pause_ms = break_ms({name: value.strip() for name, value in tag.attributes.items()})
        if pause_ms is not None:
            self.text.change(pause_ms=pause_ms)
        elif "time" in tag.attributes:
            self._tell_value(tag, "time", "is left out", "a number with its unit, such as 500ms or 1.5s")
        else:
            self._tell_value(tag, "strength", "is left out", ", ".join(BREAKS_MS))

    def _style_in(self, tag: SsmlTag) -> Style:
        """The style inside an element."""
        style, given = self._style, tag.attributes
        if tag.name == "prosody":
            return self._prosody(tag)
        if tag.name == "voice":
            style = replace(style, voice=given.get("name", style.voice), language=None, gender=None)
            gender = given.get("gender", "").lower()
            if gender in _GENDERS:
                style = replace(style, gender=gender)
            elif gender:
                self._tell_value(tag, "gender", "changes no gender", " or ".join(_GENDERS))
        language = given.get("xml:lang", given.get("language", "") if tag.name == "voice" else "").split()
        if language and tag.name in _STYLED:
            style = replace(style, language=language[0][:_MAX_LANGUAGE_CHARS])
        return style

    def _prosody(self, tag: SsmlTag) -> Style:
        factors: dict[str, Any] = {}
        for name, value in tag.attributes.items():
            if name not in _PROSODY:
                known = ", ".join(_PROSODY)
                self._tell_vain(
                    f"no voice can change the {name[:_SHOWN_CHARS]} of prosody, which has no effect; "
                    f"what can be changed is {known}"
                )
                continue
            factor_of, allowed = _PROSODY[name]
            factor = factor_of(value, getattr(self._style, name))
            if factor is None:
                self._tell_value(tag, name, "has no effect", allowed)
            else:
                factors[name] = factor
        return replace(self._style, **factors)

    def _say(self, text: str, at: int, tag: SsmlTag, final: bool) -> int:
        """An element that says something else in place of its text."""
        content = None if tag.is_empty else content_of(text, tag, final=final)
        self.text.drop(tag.end - at)
        if content is None:
            self._tell(f"{tag.name} holds up to {MAX_CONTENT_CHARS} characters of text and no element; "
                       "else it is read as it is written")  # fmt: skip
            if not tag.is_empty:
                self._push(tag.name, self._style)
            return tag.end
        content_end, end = content
        typed = text[tag.end : content_end]
        said = self._said(tag, " ".join(decoded(typed).split()))
        if said == typed:
            self.text.keep(typed)
        else:
            self.text.replace(said, len(typed))
        self.text.drop(end - content_end)
        return end

    def _said(self, tag: SsmlTag, written: str) -> str:
        """What is said in place of the text of an element."""
        if tag.name == "phoneme":
            return self._pronounced(written, tag)
        if tag.name == "sub":
            if "alias" in tag.attributes:
                return " ".join(tag.attributes["alias"].split())
            self._tell_value(tag, "alias", _AS_WRITTEN, "what is said in place of its text")
            return written
        kind = tag.attributes.get("interpret-as", "")
        said = ssml_values.said_as(written, kind, tag.attributes.get("format", ""), self.language)
        if said is None:
            self._tell_value(tag, "interpret-as", _AS_WRITTEN, ssml_values.KINDS)
        return written if said is None else said

    def _pronounced(self, word: str, tag: SsmlTag) -> str:
        """A word in the notation that has it said by the sounds that are given for it."""
        ipa = tag.attributes.get("ph", "").strip()
        if tag.attributes.get("alphabet", "ipa").lower() != "ipa":
            self._tell_value(tag, "alphabet", _AS_WRITTEN, "ipa")
        elif not is_ipa(ipa):
            self._tell_value(tag, "ph", _AS_WRITTEN, IPA_LETTERS)
        elif not word:
            self._tell("<phoneme> says nothing; it has the word in it that is said by its sounds")
        else:
            return with_phonemes(word, ipa)
        return word

    def _close(self, text: str, at: int, tag: SsmlTag, final: bool) -> int:
        """The end of an element, and of those in it whose own is missing."""
        name, end = tag.name, tag.end
        if self._open_names[name] and name in _STYLED and name not in SENTENCE_ELEMENTS:
            marks = _MARKS.match(text, end)  # they belong to the word before them
            assert marks is not None
            end = marks.end()
            if end == len(text) and not final:
                raise MoreTextNeeded
        self.text.drop(tag.end - at)
        self.text.keep(text[tag.end : end])
        if self._too_deep[name]:
            self._too_deep[name] -= 1
        elif self._open_names[name]:
            self._pop(name)
        elif name != "break":
            self._tell(f"</{name[:_SHOWN_CHARS]}> closes nothing")
        return end

    def _push(self, name: str, style: Style) -> None:
        if len(self._open) >= _DEPTH:
            self._too_deep[name] += 1
            self._tell(f"elements within more than {_DEPTH} others have no effect")
            return
        self._open.append((name, self._style))
        self._open_names[name] += 1
        self._change(style)

    def _pop(self, name: str) -> None:
        closed, style = "", self._style
        while closed != name:
            closed, style = self._open.pop()
            self._open_names[closed] -= 1
            if closed != name:
                self._tell(f"<{closed[:_SHOWN_CHARS]}> is not closed before </{name[:_SHOWN_CHARS]}>")
        self._change(style)
        if name in SENTENCE_ELEMENTS:
            self._part(SENTENCE_ELEMENTS[name])

    def _change(self, style: Style) -> None:
        if style != self._style:
            self._style = style
            self.text.change(style=style)

    def _part(self, line_breaks: int) -> None:
        """End the sentence, with so many line breaks, which tell how long the pause is."""
        tail = self.text.tail
        if not tail.strip():
            return
        present = len(tail) - len(tail.rstrip("\n"))
        if not present:
            self.text.change(ends_sentence=True)
        self.text.replace("\n" * (line_breaks - present), 0)

    def _tell_value(self, tag: SsmlTag, attribute: str, becomes: str, allowed: str) -> None:
        """Tell of an attribute that is missing or has a value that it cannot have."""
        value = tag.attributes.get(attribute)
        if value is None:
            self._tell(f"<{tag.name}> {becomes}; it needs {attribute}: {allowed}")
        else:
            shown = f'<{tag.name} {attribute}="{value[:_SHOWN_CHARS]}">'
            self._tell(f"{shown} {becomes}; {attribute} is: {allowed}")

    def _tell(self, sentence: str) -> None:
        """Tell of a mistake of the document."""
        self.text.warnings.append(SpeechWarning("ssml_ignored", sentence))

    def _tell_vain(self, sentence: str) -> None:
        """Tell of something that no voice can do."""
        self.text.warnings.append(SpeechWarning("style_ignored", sentence))
