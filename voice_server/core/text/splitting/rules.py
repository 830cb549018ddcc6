"""The rules that hold for every mark, and those for "?", "!" and ellipses; full stops have their own file.

Each rule is a named predicate over a `MarkContext` that says (whether the sentence ends, why), or None when
it has nothing to say. `IN_ORDER` are tried one after the other; the first that speaks decides.
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import full_stop, marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded

Ruling = tuple[bool, str]

_GAP = 48
"""White space of more characters than this ends any sentence."""
_LONGEST_BRACKET = 160
_LONGEST_QUOTATION = 80
_LONGEST_CODE = 100
"""What stays open for more characters than this was never meant to close; dense scripts say more in fewer."""

_CLOSES_SPEECH = marks.QUOTES + "`)"
_NO_SENTENCE_START = frozenset("./@:_=&\\(#%~")
"""Signs of an address, a file or a program: no space is missing there."""
_SUFFIXES = frozenset(word_lists.SUFFIXES.split())
_BRACKET = re.compile(r"[(\[{（「『《]")
_JAPANESE_GOES_ON = re.compile("[とっがはをにでのもかなや]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SPEAKER = re.compile(
    "(?:[他她它我你您咱]们?\\w{0,2}?(?<![不知])[问說说道喊叫答笑]|\\w{1,4}(?<![不知])[问說说道喊叫答笑]道?[，。：,:])"
)
_LONGEST_SPEAKER = 6
_GREEK = re.compile("[\u0370-\u03ff]")
_ARMENIAN = re.compile("[\u0531-\u0587]")


def end_of_line(place: MarkContext) -> Ruling | None:
    """A mark at the end of a line, of the text, or before a wide gap."""
    gap = place.text[place.end : place.following]
    if not place.next or (gap not in ("", " ") and any(c in marks.LINE_BREAKS for c in gap)):
        return True, "mark and end of line"
    return (True, "mark and gap") if len(gap) > _GAP else None


def goes_on(place: MarkContext) -> Ruling | None:
    """A comma, a closing bracket, the bar of a table: what no sentence begins with."""
    if place.next not in marks.CONTINUING or (place.next == "," and place.is_low_quote()):
        return None
    return False, "the sentence goes on"


def foreign_sign(place: MarkContext) -> Ruling | None:
    """Greek ';' and Armenian ':' are sentence marks only there; an Armenian '.' is a pause."""
    if place.mark == ".":
        is_pause = _ARMENIAN.match(place.text, max(place.start, place.at - 1)) and not place.is_ellipsis
        return (False, "Armenian pause") if is_pause else None
    script = {":": _ARMENIAN, ";": _GREEK}.get(place.mark)
    if script is None or script.search(place.text, max(place.start, place.at - 16), place.at):
        return None
    return False, "colon or semicolon"


def stop_of_script(place: MarkContext) -> Ruling | None:
    """Marks that do nothing else than end sentences, unless a quotation or bracket is open or goes on."""
    if place.mark not in marks.SURE_STOPS:
        return None
    if place.is_glued and place.end > place.at + 1:
        is_aside = place.text[place.end - 1] in "）)》〉" and place.text[place.start] not in "（("
        if is_aside or _JAPANESE_GOES_ON.match(place.next) or _tells_who_spoke(place):
            return False, "quotation goes on"
    return not _is_inside(place, "「『（《(", "」』）》)", _LONGEST_QUOTATION), "full stop of the script"


def _tells_who_spoke(place: MarkContext) -> bool:
    """Whether "he asked" follows a Chinese quotation."""
    if place.lexicon.language != "zh" or place.mark not in "？！" or not _CJK.match(place.next):
        return False
    after = place.text[place.following : place.following + _LONGEST_SPEAKER]
    if len(after) < _LONGEST_SPEAKER and not place.final:
        raise MoreTextNeeded
    return _SPEAKER.match(after) is not None


def glued(place: MarkContext) -> Ruling | None:
    """No white space: scripts without spaces, quotation after quotation, or a space that was forgotten."""
    if not place.is_glued:
        return None
    if _CJK.match(place.next):
        is_usual = (
            place.mark in marks.LOUD_MARKS or _CJK.match(place.text[place.at - 1 : place.at]) is not None
        )
        return is_usual, "glued, script without spaces"
    if place.closes_quote and place.next in marks.QUOTES:
        return True, "glued, quotation after quotation"
    return _is_missing_space(place), "glued to the next character"


def inside_bracket(place: MarkContext) -> Ruling | None:
    """Inside a bracket that opened after the sentence began; one that opened with it holds sentences of
    its own.
    """
    if place.text[place.start] not in "([（" and _is_inside(place, "([{（", ")]}）", _LONGEST_BRACKET):
        return False, "inside brackets"
    return None


def inside_code(place: MarkContext) -> Ruling | None:
    """Between backticks: `json.loads()`, `print("Hi. Bye.")`; not in a quotation typed `so.'"""
    text, start, at, end = place.text, place.start, place.at, place.end
    opener = text.rfind("`", start, at)
    if opener < 0 or text.count("`", start, at) % 2 == 0 or not marks.CODE.match(text, opener):
        return None
    code = text[opener + 1 : end + 1]
    is_closed = "`" in code[:-1] or "\n" in code or "' " in code
    return None if is_closed or at - opener > _LONGEST_CODE else (False, "inside code")


def quotation(place: MarkContext) -> Ruling | None:
    """Behind a closing quote or bracket, lower case goes on: "Stop!" she cried."""
    if place.end == place.at + 1 or place.text[place.end - 1] not in _CLOSES_SPEECH:
        return None
    if place.next.islower() or (place.next == "(" and place.closes_quote):
        return False, "quotation goes on"
    return None


def dash(place: MarkContext) -> Ruling | None:
    """A dash and lower case: the speaker of a line of dialogue."""
    if place.next not in marks.DASHES:
        return None
    after = place.text[place.following : place.following + 4].lstrip(marks.DASHES + " ")
    if not after and place.following + 4 > len(place.text) and not place.final:
        raise MoreTextNeeded
    return (False, "dash and lower case") if after[:1].islower() else None


IN_ORDER = (
    end_of_line,
    goes_on,
    foreign_sign,
    stop_of_script,
    inside_code,
    glued,
    inside_bracket,
    quotation,
    dash,
)


def ellipsis(place: MarkContext) -> Ruling:
    """Three dots end a sentence before a capital, though not before "I", which has one everywhere."""
    shape = full_stop.shape_of(place)
    if shape in (full_stop.Shape.LOWER, full_stop.Shape.DIGIT):
        return False, "ellipsis goes on"
    if place.lexicon.is_english and place.next == "I" and place.text.count(".", place.at, place.end) <= 3:
        return not place.next_is(("i",)), "ellipsis before I"
    return True, "ellipsis"


def loud(place: MarkContext) -> Ruling:
    """ "?" and "!" end a sentence, unless they belong to a name or lower case follows."""
    word = place.word_before()
    is_brand = word.lower() in place.lexicon.brands
    if place.next in marks.OPENING and not is_brand:
        return True, "mark, opener follows"
    is_lower = full_stop.shape_of(place) is full_stop.Shape.LOWER
    if is_brand and (is_lower or place.word_after()[0].lower() not in place.lexicon.starters):
        return False, "name with a mark"
    return (_is_careless(place, word), "mark, lower case follows") if is_lower else (True, "mark")


def _is_careless(place: MarkContext, word: str) -> bool:
    """Whether "?" or "!" ends a sentence although lower case follows: people write without capitals."""
    text, start = place.text, place.start
    if text[place.end - 1] in "." + marks.ELLIPSES or marks.SPEAKABLE.search(word) is None:
        return False
    if text[start].islower():
        return True
    is_title = word.istitle() and not text.startswith(word, start)
    if not place.lexicon.is_english or is_title:
        return False
    return not place.next_is(("and", "or"))


def _is_missing_space(place: MarkContext) -> bool:
    """Whether a sentence begins right behind the mark: "the end.Then", and neither "Node.JS" nor a URL."""
    word = place.word_before()
    if not place.next.isupper() or not _NO_SENTENCE_START.isdisjoint(word):
        return False
    after, behind = place.word_after()
    lower, lexicon = after.lower(), place.lexicon
    if place.is_ellipsis or not word[-2:].islower():
        return len(after) > 1 and lower in lexicon.starters
    if lower in _SUFFIXES or (behind in _NO_SENTENCE_START and lower not in lexicon.never):
        return False
    if lower in lexicon.starters or lower in lexicon.never:
        return True
    return after[1:].islower() and word.islower() and len(word) > 1


def _is_inside(place: MarkContext, openers: str, closers: str, longest: int) -> bool:
    """Whether a bracket is open at the mark that has not been open for too long."""
    text, start, end = place.text, place.start, place.end
    if _BRACKET.search(text, start, end) is None:
        return False
    depth, last = 0, start
    for opener, closer in zip(openers, closers, strict=True):
        opened = text.count(opener, start, end)
        if opened:
            depth += opened - text.count(closer, start, end)
            last = max(last, text.rfind(opener, start, end))
    return depth > 0 and place.at - last <= longest
