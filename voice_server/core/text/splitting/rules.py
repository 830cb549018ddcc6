"""The rules for every mark, and those for "?", "!" and ellipses; that for full stops is in `full_stop.py`.

A rule is a function of a `MarkContext` that returns whether the sentence ends and why, or None where it does
not apply. The rules of `IN_ORDER` are tried one after the other; the first that applies decides.
"""

from __future__ import annotations

import re

from voice_server.core.text.splitting import full_stop, marks, word_lists
from voice_server.core.text.splitting.mark_context import MarkContext, MoreTextNeeded

RuleResult = tuple[bool, str]
"""Whether the sentence ends at the mark, and why."""

_WIDEST_GAP = 48
"""White space of more characters than this ends any sentence."""
_LONGEST_BRACKET = 160
_LONGEST_QUOTATION = 80
_LONGEST_CODE = 100
"""Brackets, CJK quotations and code of more characters than this are taken for closed: the closing character
was forgotten. (The limit for CJK is lower because its words have fewer characters.)"""

_QUOTATION_CLOSERS = marks.QUOTES + "`)"
_ADDRESS_CHARACTERS = frozenset("./@:_=&\\(#%~")
"""Characters of addresses, file names and program code, in which no space was forgotten behind a mark."""
_QUERY_CHARACTERS = frozenset("=&/_")
"""What follows the first word of a query: "page?Id=1"."""
_SAID_VERBS = frozenset(word_lists.SAID_VERBS.split())
_WORD_OF_SPEAKER = re.compile(
    r"(?:\s|\A)(?P<word>[^\W\d_]++(?:['’-][^\W\d_]++)*+)(?P<dot>\.(?=\s))?(?=\W|\Z)"
)
_LONGEST_SPEAKER = 64
_MOST_NAMES = 4
"""Words of a name and its title at most: "Mrs. Anna Maria Lee asked"."""
_ADDRESS_SUFFIXES = frozenset(word_lists.ADDRESS_SUFFIXES.split())
_BRACKET = re.compile(r"[(\[{（「『《]")
_JAPANESE_PARTICLE = re.compile("[とっがはをにでのもかなや]")
"""Particles that join a quotation to the words behind it: 「はい。」と言った。"""
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CHINESE_SPEAKER = re.compile(
    "(?:[他她它我你您咱]们?\\w{0,2}?(?<![不知])[问說说道喊叫答笑]|\\w{1,4}(?<![不知])[问說说道喊叫答笑]道?[，。：,:])"
)
_LONGEST_CHINESE_SPEAKER = 6
_URDU_LETTERS = frozenset(word_lists.URDU_LETTERS.split())
_URDU_TITLES = frozenset(word_lists.URDU_TITLES.split())
_KHMER_ET_CETERA = re.compile("។[ \u200b]?(?:ល|ប|បេ)[ \u200b]?។")
_SCRIPT_WINDOW = 32
"""Characters before ";" or ":" among which a letter of its script is: "Ανοίγεις το a.pdf;" is Greek."""
_GREEK = re.compile("[\u0370-\u03ff](?!.*&\\w{1,8}+\\Z)")
_ARMENIAN_OR_ETHIOPIC = re.compile("[\u0531-\u0587]|[\u1200-\u135f]:\\Z")
_ARMENIAN = re.compile("[\u0531-\u0587]")


def end_of_line(context: MarkContext) -> RuleResult | None:
    """A mark at the end of a line or of the text, or before a wide gap, ends the sentence."""
    gap = context.text[context.end : context.next_at]
    if not context.next_character or (gap not in ("", " ") and any(c in marks.LINE_BREAKS for c in gap)):
        return True, "mark and end of line"
    return (True, "mark and gap") if len(gap) > _WIDEST_GAP else None


def continuing_character(context: MarkContext) -> RuleResult | None:
    """Before a comma, a closing bracket or the bar of a table it goes on: no sentence begins with one."""
    following = context.next_character
    if following not in marks.CONTINUATIONS or (following == "," and context.is_low_quote_next()):
        return None
    return False, "the sentence goes on"


def greek_or_armenian_mark(context: MarkContext) -> RuleResult | None:
    """ ";" is a mark only in Greek, ":" in Armenian, where "." is a pause, and twice in Ethiopic script."""
    if context.mark == ".":
        is_armenian = _ARMENIAN.match(context.text, max(context.start, context.at - 1))
        return (False, "Armenian pause") if is_armenian and not context.is_ellipsis else None
    script = {":": _ARMENIAN_OR_ETHIOPIC, ";": _GREEK}.get(context.mark)
    if script is None or script.search(
        context.text, max(context.start, context.at - _SCRIPT_WINDOW), context.at
    ):
        return None
    return False, "colon or semicolon"


def unambiguous_stop(context: MarkContext) -> RuleResult | None:
    """A mark without another use ends the sentence, except inside CJK brackets or quotations.

    Nor does it where the sentence goes on behind those: 他（走了。）说, 「はい。」と言った, “走吧！”他说.
    """
    if context.mark not in marks.UNAMBIGUOUS_STOPS:
        return None
    if is_caseless_initial(context):
        return False, "initial"
    if context.is_unspaced and context.end > context.at + 1:
        opens_sentence = "（(《" if context.mark == "。" else "（("
        is_bracketed = (
            context.text[context.end - 1] in "）)》〉" and context.text[context.start] not in opens_sentence
        )
        if is_bracketed or _JAPANESE_PARTICLE.match(context.next_character) or _speaker_follows(context):
            return False, "quotation goes on"
    return not _is_inside(context, "「『（《(", "」』）》)", _LONGEST_QUOTATION), "full stop of the script"


def is_caseless_initial(context: MarkContext) -> bool:
    """Whether the mark is the dot of an Urdu initial or acronym (ایم۔ اے۔) or of Khmer "and so on" (។ល។).

    A letter's Urdu name that is also a word is an initial only beside another letter's name, or a title.
    """
    if context.mark == "។":
        return _is_khmer_et_cetera(context)
    if context.mark != "۔" or context.end > context.at + 1:
        return False
    word = context.word_before()
    if len(word) != 1 and word not in _URDU_LETTERS:
        return False
    before = context.text[context.start : context.start_of(word)].rstrip()
    if before.endswith("۔") or before.rpartition(" ")[2] in _URDU_TITLES:
        return bool(context.next_character)
    if len(word) == 1:
        return word.isalpha()
    next_word, behind = context.next_word()
    return behind == "۔" and (next_word in _URDU_LETTERS or len(next_word) == 1)


def _is_khmer_et_cetera(context: MarkContext) -> bool:
    """Whether the mark is one of the two of ។ល។."""
    text, at = context.text, context.at
    if _KHMER_ET_CETERA.search(text, max(context.start, at - 5), at + 1):
        return True
    following = text[at + 1 : at + 4]
    if len(following) < 3 and not context.final:
        raise MoreTextNeeded
    return _KHMER_ET_CETERA.match(text, at) is not None


def _speaker_follows(context: MarkContext) -> bool:
    """Whether a Chinese quotation is followed by its speaker: “走吧！”他说."""
    is_quoted_chinese = context.lexicon.language == "zh" and context.mark in "？！"
    if not (is_quoted_chinese and _CJK.match(context.next_character)):
        return False
    after = context.text[context.next_at : context.next_at + _LONGEST_CHINESE_SPEAKER]
    if len(after) < _LONGEST_CHINESE_SPEAKER and not context.final:
        raise MoreTextNeeded
    return _CHINESE_SPEAKER.match(after) is not None


def without_space(context: MarkContext) -> RuleResult | None:
    """Without white space behind it, a mark ends the sentence in three cases only.

    They are CJK text, which has no spaces; one quotation after another; and a forgotten space.
    """
    if not context.is_unspaced:
        return None
    if _CJK.match(context.next_character):
        if context.mark in marks.FACES and _JAPANESE_PARTICLE.match(context.next_character):
            return False, "emoji within the sentence"
        is_question_or_exclamation = context.mark in marks.QUESTION_AND_EXCLAMATION_MARKS
        is_behind_cjk = _CJK.match(context.text[context.at - 1 : context.at]) is not None
        return is_question_or_exclamation or is_behind_cjk, "glued, script without spaces"
    if context.closes_quote and context.next_character in marks.QUOTES:
        return True, "glued, quotation after quotation"
    return _is_space_forgotten(context), "glued to the next character"


def inside_bracket(context: MarkContext) -> RuleResult | None:
    """Inside brackets it goes on, unless it began with the bracket: "(It rains. We stay.)" has two."""
    if context.text[context.start] not in "([（" and _is_inside(context, "([{（", ")]}）", _LONGEST_BRACKET):
        return False, "inside brackets"
    return None


def inside_code(context: MarkContext) -> RuleResult | None:
    """Between backticks it goes on: `json.loads()`, `print("Hi. Bye.")`; not in a quotation typed `so.'"""
    text, start, at, end = context.text, context.start, context.at, context.end
    opener = text.rfind("`", start, at)
    if opener < 0 or text.count("`", start, at) % 2 == 0 or not marks.CODE_OPENER.match(text, opener):
        return None
    code = text[opener + 1 : end + 1]
    is_closed = "`" in code[:-1] or "\n" in code or "' " in code
    return None if is_closed or at - opener > _LONGEST_CODE else (False, "inside code")


def closed_quotation(context: MarkContext) -> RuleResult | None:
    """Behind a closing quote or bracket, it goes on before lower case: "Stop!" she cried."""
    if context.end == context.at + 1 or context.text[context.end - 1] not in _QUOTATION_CLOSERS:
        return None
    if context.next_character.islower() or (context.next_character == "(" and context.closes_quote):
        return False, "quotation goes on"
    if context.closes_quote and context.mark in "?!" and _named_speaker_follows(context):
        return False, "speaker of the quotation follows"
    return None


def _named_speaker_follows(context: MarkContext) -> bool:
    """Whether a name and a verb of saying follow: "Is it raining?" Clara wanted to know."""
    starters, is_name = context.lexicon.starters, False
    following = context.text[context.next_at : context.next_at + _LONGEST_SPEAKER]
    may_grow = len(following) < _LONGEST_SPEAKER and not context.final
    at = 0
    for n_words, found in enumerate(_WORD_OF_SPEAKER.finditer(following)):
        if found.start() > at:
            return False  # another sign than a space stands between them
        at, word = found.end(), found["word"]
        if at == len(following) and may_grow:
            raise MoreTextNeeded
        if word[0].isupper() and n_words < _MOST_NAMES:
            if not found["dot"] and word.lower() in starters:
                return False
            is_name = True
        elif word.endswith("ly") and is_name:
            continue
        else:
            return is_name and word in _SAID_VERBS
    if may_grow and not following[at:].strip(" .-'’"):
        raise MoreTextNeeded
    return False


def dialogue_dash(context: MarkContext) -> RuleResult | None:
    """Before a dash and lower case it goes on: the speaker of a line of dialogue ("Oui. – dit-il")."""
    if context.next_character not in marks.DASHES:
        return None
    after = context.text[context.next_at : context.next_at + 4].lstrip(marks.DASHES + " ")
    if not after and context.next_at + 4 > len(context.text) and not context.final:
        raise MoreTextNeeded
    return (False, "dash and lower case") if after[:1].islower() else None


IN_ORDER = (
    end_of_line,
    continuing_character,
    greek_or_armenian_mark,
    unambiguous_stop,
    inside_code,
    without_space,
    inside_bracket,
    closed_quotation,
    dialogue_dash,
)


def ellipsis(context: MarkContext) -> RuleResult:
    """Three dots end a sentence, but not before lower case, a digit or "I", which always has a capital.

    Four dots ("....") are an ellipsis and a full stop, so they do end it before "I".
    """
    shape = full_stop.shape_of_next_word(context)
    if shape in (full_stop.NextWordShape.LOWER, full_stop.NextWordShape.DIGIT):
        return False, "ellipsis goes on"
    n_dots = context.text.count(".", context.at, context.end)
    if context.lexicon.is_english and context.next_character == "I" and n_dots <= 3:
        return not context.is_next_word_in(("i",)), "ellipsis before I"
    return True, "ellipsis"


def question_or_exclamation(context: MarkContext) -> RuleResult:
    """ "?" and "!" end a sentence, unless they belong to a name ("Yahoo!") or lower case follows."""
    word = context.word_before()
    is_brand = word.lower() in context.lexicon.brands
    if context.next_character in marks.SENTENCE_OPENERS and not is_brand:
        return True, "mark, opener follows"
    is_lower = full_stop.shape_of_next_word(context) is full_stop.NextWordShape.LOWER
    if is_brand and (is_lower or context.next_word()[0].lower() not in context.lexicon.starters):
        return False, "name with a mark"
    if is_lower:
        return _ends_before_lower_case(context, word), "mark, lower case follows"
    return True, "mark"


def _ends_before_lower_case(context: MarkContext, word: str) -> bool:
    """Whether "?" or "!" ends a sentence although lower case follows, in a text written without capitals.

    Not behind a capitalised word in mid-sentence, often a title ("Mamma Mia! twice"), nor before "and" or
    "or".
    """
    text, start = context.text, context.start
    if text[context.end - 1] in "." + marks.ELLIPSES or marks.SPEAKABLE.search(word) is None:
        return False
    if text[start].islower():
        return True
    is_capitalised_inside = word.istitle() and not text.startswith(word, start)
    if not context.lexicon.is_english or is_capitalised_inside:
        return False
    return not context.is_next_word_in(("and", "or"))


def _is_space_forgotten(context: MarkContext) -> bool:
    """Whether a sentence begins right behind the mark: in "the end.Then", but not in "Node.JS" or a URL."""
    word = context.word_before()
    is_emphasised = context.text.startswith("**", context.next_at)
    if context.next_character == "*" and context.next_at + 1 == len(context.text) and not context.final:
        raise MoreTextNeeded
    is_capital = is_emphasised or context.next_character.isupper()
    if not is_capital or not _ADDRESS_CHARACTERS.isdisjoint(word):
        return False
    next_word, behind = context.next_word()
    if is_emphasised:
        return next_word[:1].isupper() and word.isalpha() and len(word) > 1
    if context.mark in "?!" and word.isalpha() and behind not in _QUERY_CHARACTERS:
        return next_word[1:].islower() and word.lower() not in context.lexicon.brands
    return _begins_sentence(context, word, next_word, behind)


def _begins_sentence(context: MarkContext, word: str, next_word: str, behind: str) -> bool:
    """Whether the word that is glued to the mark behind `word` begins a sentence; it may be of an address."""
    lower, lexicon = next_word.lower(), context.lexicon
    if context.is_ellipsis or not word[-2:].islower():
        return len(next_word) > 1 and lower in lexicon.starters
    if lower in _ADDRESS_SUFFIXES or (behind in _ADDRESS_CHARACTERS and lower not in lexicon.never_ends):
        return False
    if lower in lexicon.starters or lower in lexicon.never_ends:
        return True
    return next_word[1:].islower() and word.islower() and len(word) > 1


def _is_inside(context: MarkContext, openers: str, closers: str, longest: int) -> bool:
    """Whether one of the brackets is open at the mark, the last of them for `longest` characters at most."""
    text, start, end = context.text, context.start, context.end
    if _BRACKET.search(text, start, end) is None:
        return False
    depth, last_opened = 0, start
    for opener, closer in zip(openers, closers, strict=True):
        opened = text.count(opener, start, end)
        if opened:
            depth += opened - text.count(closer, start, end)
            last_opened = max(last_opened, text.rfind(opener, start, end))
    return depth > 0 and context.at - last_opened <= longest
