"""Ordinals in Polish agree with their nouns, and what the noun does not tell is left."""

from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("w 2015 roku", "w dwa tysiące piętnastym roku"),
        ("do 2000 roku", "do dwutysięcznego roku"),
        ("przed 1999 rokiem", "przed tysiąc dziewięćset dziewięćdziesiątym dziewiątym rokiem"),
        ("w 1990 r. był", "w tysiąc dziewięćset dziewięćdziesiątym roku był"),
        ("od 1990 r.", "od tysiąc dziewięćset dziewięćdziesiątego roku."),
        ("3 maja 1984 r.", "trzeciego maja tysiąc dziewięćset osiemdziesiątego czwartego roku."),
        ("w latach 90. był", "w latach dziewięćdziesiątych był"),
        ("lata 80.", "lata osiemdziesiąte."),
        ("XXI wiek", "dwudziesty pierwszy wiek"),
        ("w XX wieku", "w dwudziestym wieku"),
        ("koniec XIX w. był", "koniec dziewiętnastego wieku był"),
        ("po II wojnie", "po drugiej wojnie"),
        ("Jan Paweł II i Elżbieta II", "Jan Paweł drugi i Elżbieta druga"),
        ("Wiek XIX", "Wiek dziewiętnasty"),
    ],
)
def test_years_centuries_and_rulers_are_ordinals(written: str, spoken: str) -> None:
    assert normalized(written, "pl")[0] == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("zajął 3. miejsce", "zajął trzecie miejsce"),
        ("na 3. miejsce", "na trzecie miejsce"),
        ("na 3. miejscu", "na trzecim miejscu"),
        ("do 3. miejsca", "do trzeciego miejsca"),
        ("jego 2. klasa", "jego druga klasa"),
        ("ma 2. klasę", "ma drugą klasę"),
        ("do 2. klasy", "do drugiej klasy"),
        ("uczeń 2. klasy", "uczeń drugiej klasy"),
        ("w 2. klasie", "w drugiej klasie"),
        ("po 2. edycji", "po drugiej edycji"),
        ("z 2. dzielnicy", "z drugiej dzielnicy"),
        ("w 3. rzędzie", "w trzecim rzędzie"),
        ("to 3. rząd", "to trzeci rząd"),
        ("do 3. rzędu", "do trzeciego rzędu"),
        ("koniec 3. etapu", "koniec trzeciego etapu"),
        ("przed 3. etapem", "przed trzecim etapem"),
        ("już 2. dnia", "już drugiego dnia"),
        ("ten 2. największy", "ten drugi największy"),
        ("jego 5. część", "jego piąta część"),
        ("na 1. piętro", "na pierwsze piętro"),
        ("tak, 1. pytanie", "tak, pierwsze pytanie"),
        ("jego 3. dużego", "jego trzeciego dużego"),
    ],
)
def test_a_number_with_a_dot_agrees_with_its_noun(written: str, spoken: str) -> None:
    assert normalized(written, "pl")[0] == spoken


@pytest.mark.parametrize("rest", ["jest", "kotach", "osób", "o tym", "Potem", "dębie"])
def test_what_the_noun_does_not_tell_is_a_number(rest: str) -> None:
    assert normalized(f"w 3. {rest}", "pl")[0] == f"w trzy. {rest}"


def test_a_number_that_begins_a_sentence_may_be_a_label() -> None:
    assert normalized("1. kup mleko", "pl")[0] == "jeden. kup mleko"


def test_other_languages_have_no_such_rules() -> None:
    assert normalized("w 2015 roku", "cs")[0] == "w 2015 roku"
