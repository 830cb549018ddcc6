from __future__ import annotations

import pytest

from tests.core.text.splitting.sentences import check
from voice_server.core.text.splitting.full_stop import (
    NextWordShape,
    WordKind,
    kind_of_word,
    shape_of_next_word,
)
from voice_server.core.text.splitting.lexicon import lexicon
from voice_server.core.text.splitting.mark_context import MarkContext, context_of_mark


@pytest.mark.parametrize(
    "marked",
    [
        "It rains.¦ We stay.¦ Why not?¦ Great!",
        "Dr. Smith met Mrs. Jones and Prof. Lee, i.e. the others, vs. nobody.",
        "She works for Acme Inc. in Ohio.¦ He left Acme Inc.¦ It closed.",
        "I live in the U.S. and like it.¦ We left the U.S.¦ They stayed.",
        "The U.S. Army met the U.N. Council.",
        "J. R. R. Tolkien wrote it.¦ So did George W. Bush.",
        "We chose plan B.¦ It worked.¦ Take vitamin C.¦ You need it.",
        "So do I.¦ He does not.",
        "We meet at 5 p.m. sharp.¦ We met at 5 p.m. Eastern.¦ It was 5 p.m.¦ Tom left.",
        "At 5 a.m. Mr. Smith went out.¦ We start at 9 a.m.¦ Bring coffee.",
        "By 9:00 P.M. Mr. Smith was home.¦ At 6 a.m.¦ The birds sing.¦ At 10 a.m. I saw him.",
        "He died in 44 B.C. in Rome.¦ It was 44 B.C.¦ Caesar died.¦ A.D. 79 saw it erupt.",
        "She earned her Ph.D.¦ Tom was proud.",
        "See No. 5 and Fig. 2.1 on pp. 4 f.¦ Is it five?¦ No.¦ I think it is six.",
        "Fig. A shows it, Vol. II does not.",
        "It is 3 ft. 2 in. tall.¦ The shelf is 3 ft.¦ Tom measured it.",
        "He moved from Boston, Mass. to Ohio.¦ We sat.¦ Tom stood.",
        "It took approx. 3.5 hours in v2.0.1 of Node.js, see https://a.b/c.html?d=e.¦ Then 10.0.0.1 came.",
        "Write to jane.doe@example.com.¦ She answers.",
        "It ended in 1999.¦ 20 people came.¦ It costs $5.00.¦ Tax is extra.",
        "P.S. I love you.",
        "| Wall | $0.35/sq. ft. |\n¦Her M.Phil. essay on Jan.–Mar. sales.¦ See x.com.¦ Tom did.",
        "Keep it for 3 yrs.¦ Consult me.¦ Yes.¦ No.¦ Maybe.",
        "Step 1. Open it.¦ Chapter IV. The Return\n¦Fig. 2. A view\n¦This is step 1.¦ Go on.",
        "We have tea, milk, etc.¦ Milk is white.¦ He left Acme Inc.¦ Mr. Smith came.",
        "It is influenza A.¦ See a doctor.¦ He left the U.S.¦ Don't ask.",
        "It is 20 deg. Celsius in Fed. R. Evid. 702, by Geo. Washington of Bldg. 4.",
        "Hmm.¦ Tom sees.¦ Mm.¦ Tom nods.",
        "I write Objective-C.¦ Tom writes none.",
        "Gen. Lee met Rep. Jones and Rev. King.¦ He is our rep.¦ She works in the dept.¦ It is big.",
        "it is.¦ we go.¦ it ends.¦ he sees gen. rules.¦ no.¦ i said so.",
        "He left Acme Inc .¦ Tom stayed .",
        "They like it here.¦ some do not, see op. cit. there, or abc. de.",
        "Hmm.¦ I see.¦ My tv.¦ It broke.",
        "It is Jim's.¦ It isn't Bob’s.¦ I know it.",
        "Hello Mr . Robinson , it is late .¦ We go .",
    ],
)
def test_a_full_stop_ends_a_sentence_unless_its_word_says_otherwise(marked: str) -> None:
    check(marked)


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        (
            "de",
            "Am 3. Juli kam Dr. Meier, z. B. aus der Hauptstr. 5, ca. um 8 Uhr.¦ Er ging am 4.¦ Das war gut.",
        ),
        ("de", "Ludwig XIV. war der 2. König, d.h. fast.¦ »Gut.«¦ »Ja!«¦ „Nein.“¦ Er ging usw. heim."),
        ("de", ",,Komm.''¦ ,,Nein.''"),
        (
            "fr",
            "M. Dupont est né av. J.-C. à Gand.¦ « Bonjour ! »¦ Il part.¦ Il y a l'av. Foch.¦ Vas-y.¦ Bien.",
        ),
        (
            "es",
            "El Sr. Ruiz vive en EE. UU. hoy.¦ ¿Qué?¦ ¡Sí!¦ Dijo que no.¦ Pedro rió.¦ Es del 300 a. C.¦ La.",
        ),
        ("it", "L'Ing. Rossi vide l'art. 4.¦ Non lo è.¦ Marco sì."),
        ("pt", "O Sr. Silva viu a pág. 4.¦ Ele é.¦ Nós também."),
        ("de", "Die kath. schule ist das. wir gehen in einem garten.¦ es war gut."),
        ("nl", "Dhr. Jansen woont bijv. in Gent.¦ Dat is nr. 5."),
        ("pl", "Ok.¦ Zaraz sprawdzę.¦ Jest ok. 5 km.¦ Tak."),
        (
            "de",
            "Nach 20 Min. Fahrt kam er.¦ Es dauert 20 Min.¦ Dann kam er mit 5 Mio. Euro usw. Geld etc.¦ Er.",
        ),
        ("en", "Siehe Abb. 3, vgl. auch Mme. Durand."),
        ("it", "Vieni per mar. 23 o ven. 26."),
        ("sk", "Je tu od 7. Apríla 2020."),
        ("fr", "C'est à 9 h.¦ Venez tôt.¦ Il y a du pain, etc.¦ Venez.¦ Il est né au U. S.¦ C'est là."),
        ("es", "Hay pan, etc.¦ ¿Quieres?¦ Son las 9 p. m.¦ Pedro vino en 44 a. C. con Ana."),
        ("ru", "Хлеб, сыр и т. д.¦ Иван ест, т. е. жуёт."),
        ("tr", "Dr. A. Kaya ile B. Can geldi.¦ Ekmek, süt vb.¦ Gel."),
        ("hi", "प्रो. रा. कु. सिंह आए।"),
        ("el", "Είναι 9 π.μ.¦ Έλα.¦ Στις 9 π.μ. Νίκος και Άννα."),
        ("nl", "Wat bij dit team past.¦ Op papier."),
        ("ru", "Бежит 400 м.¦ Однако падает. / Нет.¦ Год 2002 г. -- это да."),
        ("ru", "Он дал им.¦ Потом ушёл.¦ Парк им. Ленина."),
        ("pl", "To jest np. prof. Nowak z 2007 r. i inni.¦ Było to w 2007 r.¦ Polska wygrała."),
        ("cs", "Pan dr. Novák přišel 3. ledna.¦ Bylo to 3.¦ Pavel odešel."),
        ("ru", "Проф. Семёнов живёт на ул. Ленина в г. Орёл.¦ Это я.¦ Он ушёл."),
        ("ru", "В 1999 г. Путин победил.¦ Он умер в 1999 г.¦ Иван жил."),
        ("uk", "Живу на вул. Франка.¦ Так і є.¦ Добре."),
        ("bg", "Не води до смърт.¦ Скоро ще видим."),
        ("am", "ዓ.ም. ተወለዱ።¦ ደህና።"),
        ("ml", "ഇത് കെ. പി. മോഹനൻ.¦ അതെ."),
        ("da", "Det er f.eks. dr.phil. Hansen, jf. nr. 5.¦ Det var d. 3. maj."),
        ("fi", "Hän tuli 3. kesäkuuta.¦ Se oli sija 21.¦ Matti lähti."),
    ],
)
def test_each_language_has_its_own_abbreviations_and_ordinals(language: str, marked: str) -> None:
    check(marked, language)


def _context(text: str, language: str = "en") -> MarkContext:
    at = text.index(".  ") if ".  " in text else text.rindex(".")
    return context_of_mark(text, 0, at, final=True, quoted=False, lexicon=lexicon(language))


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("in the house.", "en", WordKind.PLAIN),
        (".", "en", WordKind.PLAIN),
        ("(Acme Inc).", "en", WordKind.PLAIN),
        ("Dr.", "en", WordKind.NEVER_ENDS),
        ("on Sat.", "en", WordKind.MAY_END),
        ("we sat.", "en", WordKind.PLAIN),
        ("p.", "en", WordKind.BEFORE_NUMBER),
        ("Hauptstr.", "de", WordKind.BEFORE_NUMBER),
        ("3 ft.", "en", WordKind.UNIT),
        ("Ft.", "en", WordKind.MAY_END),
        ("J.", "en", WordKind.INITIAL),
        ("我.", "en", WordKind.PLAIN),
        ("U.S.", "en", WordKind.ACRONYM),
        ("6a.m.", "en", WordKind.TIME),
        ("XIV.", "de", WordKind.ORDINAL),
        ("XIV.", "en", WordKind.PLAIN),
        ("3.", "de", WordKind.ORDINAL),
        ("1999.", "de", WordKind.NUMERAL),
        ("3.", "en", WordKind.NUMERAL),
        ("grp.", "en", WordKind.MAY_END),
        ("Grp.", "en", WordKind.MAY_END),
        ("GRP.", "en", WordKind.PLAIN),
        ("3 m.", "en", WordKind.UNIT),
        ("etc.", "en", WordKind.ET_CETERA),
        ("anti-U.S.", "en", WordKind.ACRONYM),
    ],
)
def test_the_kind_of_a_word(text: str, language: str, kind: WordKind) -> None:
    context = _context(text, language)
    assert kind_of_word(context.word_before(), context) is kind


@pytest.mark.parametrize(
    ("following", "shape"),
    [
        ("it", NextWordShape.LOWER),
        ("“It", NextWordShape.UPPER),
        ("ǅ", NextWordShape.UPPER),
        ("5", NextWordShape.DIGIT),
        ("本", NextWordShape.OTHER),
    ],
)
def test_the_shape_of_the_next_word(following: str, shape: NextWordShape) -> None:
    assert shape_of_next_word(_context(f"end.  {following}")) is shape
