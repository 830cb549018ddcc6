"""The words with which formulas are read, by language.

A table is one string: entries that end with ";", each a key, a space, and the words. A key is the character
that is said (`≤`), the name of a function (`sin`), or a structure (`frac`), whose words have a place for each
part: `{0}`, `{1}`. `∞to` is infinity behind "to", and `neg` a minus in front, where they have another form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"

_NAMES_OF_GREEK = {
    "en": "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
    " sigma tau upsilon phi chi psi omega",
    "de": "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda My Ny Xi Omikron Pi Rho"
    " Sigma Tau Ypsilon Phi Chi Psi Omega",
    "fr": "alpha bêta gamma delta epsilon zêta êta thêta iota kappa lambda mu nu xi omicron pi rhô"
    " sigma tau upsilon phi chi psi oméga",
    "es": "alfa beta gamma delta épsilon zeta eta theta iota kappa lambda mu nu xi ómicron pi rho sigma"
    " tau ípsilon fi ji psi omega",
    "it": "alfa beta gamma delta epsilon zeta eta theta iota kappa lambda mi ni xi omicron pi rho sigma"
    " tau ipsilon phi chi psi omega",
    "pt": "alfa beta gama delta épsilon zeta eta teta iota capa lambda mi ni csi ômicron pi rô sigma"
    " tau úpsilon fi qui psi ômega",
    "nl": "alfa bèta gamma delta epsilon zèta èta thèta jota kappa lambda mu nu xi omikron pi rho sigma"
    " tau ypsilon phi chi psi omega",
    "pl": "alfa beta gamma delta epsilon dzeta eta teta jota kappa lambda mi ni ksi omikron pi ro sigma"
    " tau ipsylon fi chi psi omega",
    "ru": "альфа бета гамма дельта эпсилон дзета эта тета йота каппа лямбда мю ню кси омикрон пи ро"
    " сигма тау ипсилон фи хи пси омега",
    "ja": "アルファ ベータ ガンマ デルタ イプシロン ゼータ イータ シータ イオタ カッパ ラムダ ミュー"
    " ニュー クサイ オミクロン パイ ロー シグマ タウ ウプシロン ファイ カイ プサイ オメガ",
    "zh": "阿尔法 贝塔 伽马 德尔塔 艾普西隆 泽塔 伊塔 西塔 约塔 卡帕 拉姆达 缪 纽 克西 奥密克戎 派 柔"
    " 西格玛 陶 宇普西隆 斐 希 普西 欧米伽",
    "hi": "अल्फा बीटा गामा डेल्टा एप्सिलॉन ज़ीटा ईटा थीटा आयोटा कप्पा लैम्ब्डा म्यू न्यू ज़ाई ओमिक्रॉन"
    " पाई रो सिग्मा टाउ अप्सिलॉन फ़ाई काई साई ओमेगा",
    "ar": "ألفا بيتا غاما دلتا إبسيلون زيتا إيتا ثيتا يوتا كابا لامدا ميو نيو كساي أوميكرون باي رو"
    " سيغما تاو أبسيلون فاي كاي بساي أوميغا",
}

_TABLES = {
    "en": """
        = equals; ≠ is not equal to; < is less than; > is greater than; ≤ is less than or equal to;
        ≥ is greater than or equal to; ≪ is much less than; ≫ is much greater than;
        ≈ is approximately equal to; ≡ is congruent to; ∼ is similar to; ∝ is proportional to; → to;
        ⇒ implies; ⇔ if and only if; ↦ maps to; ∈ in; ∉ not in; ⊂ is a subset of; ∪ union; ∩ intersection;
        ∖ without; ∅ the empty set; ∀ for all; ∃ there exists; ¬ not; ∧ and; ∨ or; ∞ infinity; ∂ partial;
        ∇ nabla; + plus; − minus; ± plus or minus; ∓ minus or plus; × times; ÷ divided by; / over;
        ∘ composed with; ⊕ plus; ⊗ times; ∥ is parallel to; ⊥ is perpendicular to; ∠ angle; △ triangle;
        … and so on; ! factorial; mod modulo; given given; suchthat such that; frac {0} over {1};
        1/2 one half; 1/3 one third; 2/3 two thirds; 1/4 one quarter; 3/4 three quarters;
        group the quantity {0},; sub {0} sub {1}; squared {0} squared; cubed {0} cubed;
        power {0} to the power of {1}; inverse {0} inverse; transposed {0} transposed; prime {0} prime;
        second {0} double prime; star {0} star; root the square root of {0}; cuberoot the cube root of {0};
        nthroot the {1}th root of {0}; abs the absolute value of {0}; size the size of {0};
        norm the norm of {0}; floor the floor of {0}; ceil the ceiling of {0}; call {0} of {1}; of {0} of;
        bounds {0} from {1} to {2} of; over {0} over {1} of; sum the sum; prod the product;
        int the integral; iint the double integral; iiint the triple integral; oint the contour integral;
        union the union; cap the intersection; lim the limit as {0} approaches {1} of; base {0} base {1};
        deriv the derivative of {0} with respect to {1};
        deriv2 the second derivative of {0} with respect to {1};
        pderiv the partial derivative of {0} with respect to {1};
        pderiv2 the second partial derivative of {0} with respect to {1};
        by the derivative with respect to {0} of; pby the partial derivative with respect to {0} of;
        binom {0} choose {1}; matrix the matrix with rows {0}; column the vector {0};
        det the determinant of {0}; cases {0}; vec vector {0}; hat {0} hat; bar {0} bar; tilde {0} tilde;
        dot {0} dot; ddot {0} double dot; set the set {0}; interval the interval from {0} to {1}; sin sine;
        cos cosine; tan tangent; log log; ln natural log; exp exponential; max maximum; min minimum;
        sup supremum; inf infimum; lim0 limit; formula a formula;
    """,
    "de": """
        = gleich; ≠ ungleich; < kleiner als; > größer als; ≤ kleiner oder gleich; ≥ größer oder gleich;
        ≪ viel kleiner als; ≫ viel größer als; ≈ ungefähr gleich; ≡ kongruent zu; ∼ ähnlich zu;
        ∝ proportional zu; → nach; ⇒ daraus folgt; ⇔ genau dann, wenn; ↦ wird abgebildet auf; ∈ Element von;
        ∉ kein Element von; ⊂ Teilmenge von; ∪ vereinigt mit; ∩ geschnitten mit; ∖ ohne; ∅ die leere Menge;
        ∀ für alle; ∃ es existiert; ¬ nicht; ∧ und; ∨ oder; ∞ unendlich; ∂ partiell; ∇ Nabla; + plus;
        − minus; ± plus minus; ∓ minus plus; × mal; ÷ geteilt durch; / durch; ∘ verknüpft mit; ⊕ plus;
        ⊗ mal; ∥ parallel zu; ⊥ senkrecht zu; ∠ Winkel; △ Dreieck; … und so weiter; ! Fakultät; mod modulo;
        given gegeben; suchthat mit der Eigenschaft; frac {0} durch {1}; 1/2 ein halb; 1/3 ein Drittel;
        2/3 zwei Drittel; 1/4 ein Viertel; 3/4 drei Viertel; group Klammer auf {0} Klammer zu;
        sub {0} Index {1}; squared {0} Quadrat; cubed {0} hoch drei; power {0} hoch {1};
        inverse {0} hoch minus eins; transposed {0} transponiert; prime {0} Strich; second {0} zwei Strich;
        star {0} Stern; root Wurzel aus {0}; cuberoot dritte Wurzel aus {0}; nthroot {1}-te Wurzel aus {0};
        abs Betrag von {0}; size Mächtigkeit von {0}; norm Norm von {0}; floor {0} abgerundet;
        ceil {0} aufgerundet; call {0} von {1}; of {0} von; bounds {0} von {1} bis {2} über;
        over {0} über {1} von; sum Summe; prod Produkt; int Integral; iint Doppelintegral;
        iiint Dreifachintegral; oint Ringintegral; union Vereinigung; cap Schnitt;
        lim Grenzwert für {0} gegen {1} von; base {0} zur Basis {1}; deriv Ableitung von {0} nach {1};
        deriv2 zweite Ableitung von {0} nach {1}; pderiv partielle Ableitung von {0} nach {1};
        pderiv2 zweite partielle Ableitung von {0} nach {1}; by Ableitung nach {0} von;
        pby partielle Ableitung nach {0} von; binom {0} über {1}; matrix Matrix mit den Zeilen {0};
        column Vektor {0}; det Determinante von {0}; cases {0}; vec Vektor {0}; hat {0} Dach; bar {0} quer;
        tilde {0} Tilde; dot {0} Punkt; ddot {0} zwei Punkt; set die Menge {0};
        interval Intervall von {0} bis {1}; sin Sinus; cos Kosinus; tan Tangens; log Logarithmus;
        ln natürlicher Logarithmus; exp Exponentialfunktion; max Maximum; min Minimum; sup Supremum;
        inf Infimum; lim0 Grenzwert; formula eine Formel;
    """,
    "fr": """
        = égale; ≠ est différent de; < est inférieur à; > est supérieur à; ≤ est inférieur ou égal à;
        ≥ est supérieur ou égal à; ≪ est très inférieur à; ≫ est très supérieur à; ≈ est à peu près égal à;
        ≡ est congru à; ∼ est équivalent à; ∝ est proportionnel à; → vers; ⇒ implique; ⇔ si et seulement si;
        ↦ donne; ∈ appartient à; ∉ n'appartient pas à; ⊂ est inclus dans; ∪ union; ∩ inter; ∖ privé de;
        ∅ l'ensemble vide; ∀ pour tout; ∃ il existe; ¬ non; ∧ et; ∨ ou; ∞ l'infini; ∂ d rond; ∇ nabla;
        + plus; − moins; ± plus ou moins; ∓ moins ou plus; × fois; ÷ divisé par; / sur; ∘ rond; ⊕ plus;
        ⊗ tensoriel; ∥ est parallèle à; ⊥ est perpendiculaire à; ∠ angle; △ triangle; … et ainsi de suite;
        ! factorielle; mod modulo; given sachant; suchthat tel que; frac {0} sur {1}; 1/2 un demi;
        1/3 un tiers; 2/3 deux tiers; 1/4 un quart; 3/4 trois quarts;
        group ouvrez la parenthèse {0} fermez la parenthèse; sub {0} indice {1}; squared {0} au carré;
        cubed {0} au cube; power {0} puissance {1}; inverse {0} puissance moins un;
        transposed {0} transposée; prime {0} prime; second {0} seconde; star {0} étoile;
        root racine carrée de {0}; cuberoot racine cubique de {0}; nthroot racine {1}-ième de {0};
        abs valeur absolue de {0}; size cardinal de {0}; norm norme de {0}; floor partie entière de {0};
        ceil partie entière par excès de {0}; call {0} de {1}; of {0} de; bounds {0} de {1} à {2} de;
        over {0} sur {1} de; sum somme; prod produit; int intégrale; iint intégrale double;
        iiint intégrale triple; oint intégrale curviligne; union union; cap intersection;
        lim limite quand {0} tend vers {1} de; base {0} en base {1}; deriv dérivée de {0} par rapport à {1};
        deriv2 dérivée seconde de {0} par rapport à {1}; pderiv dérivée partielle de {0} par rapport à {1};
        pderiv2 dérivée partielle seconde de {0} par rapport à {1}; by dérivée par rapport à {0} de;
        pby dérivée partielle par rapport à {0} de; binom {1} parmi {0}; matrix matrice de lignes {0};
        column vecteur {0}; det déterminant de {0}; cases {0}; vec vecteur {0}; hat {0} chapeau;
        bar {0} barre; tilde {0} tilde; dot {0} point; ddot {0} deux points; set l'ensemble {0};
        interval l'intervalle de {0} à {1}; sin sinus; cos cosinus; tan tangente; log logarithme;
        ln logarithme népérien; exp exponentielle; max maximum; min minimum; sup borne supérieure;
        inf borne inférieure; lim0 limite; formula une formule;
    """,
    "es": """
        = es igual a; ≠ es distinto de; < es menor que; > es mayor que; ≤ es menor o igual que;
        ≥ es mayor o igual que; ≪ es mucho menor que; ≫ es mucho mayor que; ≈ es aproximadamente igual a;
        ≡ es congruente con; ∼ es semejante a; ∝ es proporcional a; → tiende a; ⇒ implica; ⇔ si y solo si;
        ↦ se transforma en; ∈ pertenece a; ∉ no pertenece a; ⊂ está contenido en; ∪ unión; ∩ intersección;
        ∖ menos; ∅ el conjunto vacío; ∀ para todo; ∃ existe; ¬ no; ∧ y; ∨ o; ∞ infinito; ∂ parcial; ∇ nabla;
        + más; − menos; ± más menos; ∓ menos más; × por; ÷ dividido entre; / entre; ∘ compuesta con; ⊕ más;
        ⊗ por; ∥ es paralelo a; ⊥ es perpendicular a; ∠ ángulo; △ triángulo; … y así sucesivamente;
        ! factorial; mod módulo; given dado; suchthat tal que; frac {0} sobre {1}; 1/2 un medio;
        1/3 un tercio; 2/3 dos tercios; 1/4 un cuarto; 3/4 tres cuartos;
        group abre paréntesis {0} cierra paréntesis; sub {0} sub {1}; squared {0} al cuadrado;
        cubed {0} al cubo; power {0} elevado a {1}; inverse {0} a la menos uno; transposed {0} traspuesta;
        prime {0} prima; second {0} segunda; star {0} asterisco; root raíz cuadrada de {0};
        cuberoot raíz cúbica de {0}; nthroot raíz de índice {1} de {0}; abs valor absoluto de {0};
        size cardinal de {0}; norm norma de {0}; floor parte entera de {0};
        ceil parte entera por exceso de {0}; call {0} de {1}; of {0} de; bounds {0} desde {1} hasta {2} de;
        over {0} sobre {1} de; sum suma; prod producto; int integral; iint integral doble;
        iiint integral triple; oint integral de contorno; union unión; cap intersección;
        lim límite cuando {0} tiende a {1} de; base {0} en base {1};
        deriv derivada de {0} con respecto a {1}; deriv2 segunda derivada de {0} con respecto a {1};
        pderiv derivada parcial de {0} con respecto a {1};
        pderiv2 segunda derivada parcial de {0} con respecto a {1}; by derivada con respecto a {0} de;
        pby derivada parcial con respecto a {0} de; binom {0} sobre {1}; matrix matriz de filas {0};
        column vector {0}; det determinante de {0}; cases {0}; vec vector {0}; hat {0} circunflejo;
        bar {0} barra; tilde {0} tilde; dot {0} punto; ddot {0} dos puntos; set el conjunto {0};
        interval el intervalo de {0} a {1}; sin seno; cos coseno; tan tangente; log logaritmo;
        ln logaritmo natural; exp exponencial; max máximo; min mínimo; sup supremo; inf ínfimo; lim0 límite;
        formula una fórmula;
    """,
    "it": """
        = uguale a; ≠ diverso da; < minore di; > maggiore di; ≤ minore o uguale a; ≥ maggiore o uguale a;
        ≪ molto minore di; ≫ molto maggiore di; ≈ circa uguale a; ≡ congruo a; ∼ simile a;
        ∝ proporzionale a; → tende a; ⇒ implica; ⇔ se e solo se; ↦ va in; ∈ appartiene a;
        ∉ non appartiene a; ⊂ è contenuto in; ∪ unione; ∩ intersezione; ∖ meno; ∅ l'insieme vuoto;
        ∀ per ogni; ∃ esiste; ¬ non; ∧ e; ∨ o; ∞ infinito; ∂ derivata parziale di; ∇ nabla; + più; − meno;
        ± più o meno; ∓ meno o più; × per; ÷ diviso; / fratto; ∘ composta con; ⊕ più; ⊗ per; ∥ parallelo a;
        ⊥ perpendicolare a; ∠ angolo; △ triangolo; … e così via; ! fattoriale; mod modulo; given dato;
        suchthat tale che; frac {0} fratto {1}; 1/2 un mezzo; 1/3 un terzo; 2/3 due terzi; 1/4 un quarto;
        3/4 tre quarti; group aperta parentesi {0} chiusa parentesi; sub {0} con {1};
        squared {0} al quadrato; cubed {0} al cubo; power {0} elevato a {1}; inverse {0} alla meno uno;
        transposed {0} trasposta; prime {0} primo; second {0} secondo; star {0} asterisco;
        root radice quadrata di {0}; cuberoot radice cubica di {0}; nthroot radice di indice {1} di {0};
        abs valore assoluto di {0}; size cardinalità di {0}; norm norma di {0}; floor parte intera di {0};
        ceil parte intera superiore di {0}; call {0} di {1}; of {0} di; bounds {0} da {1} a {2} di;
        over {0} su {1} di; sum somma; prod prodotto; int integrale; iint integrale doppio;
        iiint integrale triplo; oint integrale di contorno; union unione; cap intersezione;
        lim limite per {0} che tende a {1} di; base {0} in base {1}; deriv derivata di {0} rispetto a {1};
        deriv2 derivata seconda di {0} rispetto a {1}; pderiv derivata parziale di {0} rispetto a {1};
        pderiv2 derivata parziale seconda di {0} rispetto a {1}; by derivata rispetto a {0} di;
        pby derivata parziale rispetto a {0} di; binom {0} su {1}; matrix matrice con righe {0};
        column vettore {0}; det determinante di {0}; cases {0}; vec vettore {0}; hat {0} cappello;
        bar {0} barrato; tilde {0} tilde; dot {0} punto; ddot {0} due punti; set l'insieme {0};
        interval l'intervallo da {0} a {1}; sin seno; cos coseno; tan tangente; log logaritmo;
        ln logaritmo naturale; exp esponenziale; max massimo; min minimo; sup estremo superiore;
        inf estremo inferiore; lim0 limite; formula una formula;
    """,
    "pt": """
        = é igual a; ≠ é diferente de; < é menor que; > é maior que; ≤ é menor ou igual a;
        ≥ é maior ou igual a; ≪ é muito menor que; ≫ é muito maior que; ≈ é aproximadamente igual a;
        ≡ é congruente a; ∼ é semelhante a; ∝ é proporcional a; → tende a; ⇒ implica; ⇔ se e somente se;
        ↦ é levado em; ∈ pertence a; ∉ não pertence a; ⊂ está contido em; ∪ união; ∩ interseção; ∖ menos;
        ∅ o conjunto vazio; ∀ para todo; ∃ existe; ¬ não; ∧ e; ∨ ou; ∞ infinito; ∂ parcial; ∇ nabla; + mais;
        − menos; ± mais ou menos; ∓ menos ou mais; × vezes; ÷ dividido por; / sobre; ∘ composta com; ⊕ mais;
        ⊗ vezes; ∥ é paralelo a; ⊥ é perpendicular a; ∠ ângulo; △ triângulo; … e assim por diante;
        ! fatorial; mod módulo; given dado; suchthat tal que; frac {0} sobre {1}; 1/2 um meio; 1/3 um terço;
        2/3 dois terços; 1/4 um quarto; 3/4 três quartos; group abre parênteses {0} fecha parênteses;
        sub {0} índice {1}; squared {0} ao quadrado; cubed {0} ao cubo; power {0} elevado a {1};
        inverse {0} elevado a menos um; transposed {0} transposta; prime {0} linha; second {0} duas linhas;
        star {0} asterisco; root raiz quadrada de {0}; cuberoot raiz cúbica de {0};
        nthroot raiz de índice {1} de {0}; abs valor absoluto de {0}; size cardinalidade de {0};
        norm norma de {0}; floor parte inteira de {0}; ceil teto de {0}; call {0} de {1}; of {0} de;
        bounds {0} de {1} até {2} de; over {0} sobre {1} de; sum soma; prod produto; int integral;
        iint integral dupla; iiint integral tripla; oint integral de contorno; union união; cap interseção;
        lim limite quando {0} tende a {1} de; base {0} na base {1}; deriv derivada de {0} em relação a {1};
        deriv2 segunda derivada de {0} em relação a {1}; pderiv derivada parcial de {0} em relação a {1};
        pderiv2 segunda derivada parcial de {0} em relação a {1}; by derivada em relação a {0} de;
        pby derivada parcial em relação a {0} de; binom combinação de {0}, {1} a {1};
        matrix matriz com linhas {0}; column vetor {0}; det determinante de {0}; cases {0}; vec vetor {0};
        hat {0} chapéu; bar {0} barra; tilde {0} til; dot {0} ponto; ddot {0} dois pontos;
        set o conjunto {0}; interval o intervalo de {0} a {1}; sin seno; cos cosseno; tan tangente;
        log logaritmo; ln logaritmo natural; exp exponencial; max máximo; min mínimo; sup supremo;
        inf ínfimo; lim0 limite; formula uma fórmula;
    """,
    "nl": """
        = is gelijk aan; ≠ is niet gelijk aan; < is kleiner dan; > is groter dan;
        ≤ is kleiner dan of gelijk aan; ≥ is groter dan of gelijk aan; ≪ is veel kleiner dan;
        ≫ is veel groter dan; ≈ is ongeveer gelijk aan; ≡ is congruent met; ∼ is gelijkvormig met;
        ∝ is evenredig met; → naar; ⇒ impliceert; ⇔ dan en slechts dan als; ↦ gaat naar;
        ∈ is een element van; ∉ is geen element van; ⊂ is een deelverzameling van; ∪ verenigd met;
        ∩ doorsneden met; ∖ zonder; ∅ de lege verzameling; ∀ voor alle; ∃ er bestaat; ¬ niet; ∧ en; ∨ of;
        ∞ oneindig; ∂ partieel; ∇ nabla; + plus; − min; ± plus of min; ∓ min of plus; × maal;
        ÷ gedeeld door; / gedeeld door; ∘ samengesteld met; ⊕ plus; ⊗ maal; ∥ is evenwijdig aan;
        ⊥ staat loodrecht op; ∠ hoek; △ driehoek; … enzovoort; ! faculteit; mod modulo; given gegeven;
        suchthat zodat; frac {0} gedeeld door {1}; 1/2 een half; 1/3 een derde; 2/3 twee derde;
        1/4 een kwart; 3/4 drie kwart; group haakje openen {0} haakje sluiten; sub {0} index {1};
        squared {0} kwadraat; cubed {0} tot de derde; power {0} tot de macht {1};
        inverse {0} tot de macht min één; transposed {0} getransponeerd; prime {0} accent;
        second {0} dubbel accent; star {0} ster; root de wortel van {0};
        cuberoot de derdemachtswortel van {0}; nthroot de {1}e-machtswortel van {0};
        abs de absolute waarde van {0}; size het aantal elementen van {0}; norm de norm van {0};
        floor {0} naar beneden afgerond; ceil {0} naar boven afgerond; call {0} van {1}; of {0} van;
        bounds {0} van {1} tot {2} van; over {0} over {1} van; sum de som; prod het product;
        int de integraal; iint de dubbele integraal; iiint de drievoudige integraal; oint de kringintegraal;
        union de vereniging; cap de doorsnede; lim de limiet voor {0} naar {1} van;
        base {0} met grondtal {1}; deriv de afgeleide van {0} naar {1};
        deriv2 de tweede afgeleide van {0} naar {1}; pderiv de partiële afgeleide van {0} naar {1};
        pderiv2 de tweede partiële afgeleide van {0} naar {1}; by de afgeleide naar {0} van;
        pby de partiële afgeleide naar {0} van; binom {0} boven {1}; matrix de matrix met rijen {0};
        column de vector {0}; det de determinant van {0}; cases {0}; vec vector {0}; hat {0} dakje;
        bar {0} streep; tilde {0} tilde; dot {0} punt; ddot {0} dubbelpunt; set de verzameling {0};
        interval het interval van {0} tot {1}; sin sinus; cos cosinus; tan tangens; log logaritme;
        ln natuurlijke logaritme; exp exponentiële functie; max maximum; min minimum; sup supremum;
        inf infimum; lim0 limiet; formula een formule;
    """,
    "pl": """
        = równa się; ≠ nie równa się; < jest mniejsze od; > jest większe od; ≤ jest mniejsze lub równe;
        ≥ jest większe lub równe; ≪ jest dużo mniejsze od; ≫ jest dużo większe od;
        ≈ w przybliżeniu równa się; ≡ przystaje do; ∼ jest podobne do; ∝ jest proporcjonalne do; → dąży do;
        ⇒ implikuje; ⇔ wtedy i tylko wtedy, gdy; ↦ przechodzi na; ∈ należy do; ∉ nie należy do;
        ⊂ zawiera się w; ∪ suma; ∩ część wspólna; ∖ bez; ∅ zbiór pusty; ∀ dla każdego; ∃ istnieje;
        ¬ nieprawda, że; ∧ i; ∨ lub; ∞ nieskończoność; ∞to nieskończoności; ∂ d cząstkowe; ∇ nabla; + plus;
        − minus; ± plus minus; ∓ minus plus; × razy; ÷ podzielić przez; / przez; ∘ złożone z; ⊕ plus;
        ⊗ razy; ∥ jest równoległe do; ⊥ jest prostopadłe do; ∠ kąt; △ trójkąt; … i tak dalej; ! silnia;
        mod modulo; given pod warunkiem; suchthat takie, że; frac {0} przez {1}; 1/2 jedna druga;
        1/3 jedna trzecia; 2/3 dwie trzecie; 1/4 jedna czwarta; 3/4 trzy czwarte;
        group nawias {0} koniec nawiasu; sub {0} indeks {1}; squared {0} do kwadratu;
        cubed {0} do sześcianu; power {0} do potęgi {1}; inverse {0} do minus pierwszej;
        transposed {0} transponowane; prime {0} prim; second {0} bis; star {0} z gwiazdką;
        root pierwiastek z {0}; cuberoot pierwiastek sześcienny z {0};
        nthroot pierwiastek stopnia {1} z {0}; abs wartość bezwzględna z {0}; size moc zbioru {0};
        norm norma z {0}; floor podłoga z {0}; ceil sufit z {0}; call {0} od {1}; of {0} z;
        bounds {0} od {1} do {2} z; over {0} po {1} z; sum suma; prod iloczyn; int całka;
        iint całka podwójna; iiint całka potrójna; oint całka po krzywej zamkniętej; union suma zbiorów;
        cap część wspólna; lim granica przy {0} dążącym do {1} z; base {0} o podstawie {1};
        deriv pochodna {0} po {1}; deriv2 druga pochodna {0} po {1}; pderiv pochodna cząstkowa {0} po {1};
        pderiv2 druga pochodna cząstkowa {0} po {1}; by pochodna po {0} z; pby pochodna cząstkowa po {0} z;
        binom {0} nad {1}; matrix macierz o wierszach {0}; column wektor {0}; det wyznacznik {0}; cases {0};
        vec wektor {0}; hat {0} z daszkiem; bar {0} z kreską; tilde {0} z tyldą; dot {0} z kropką;
        ddot {0} z dwiema kropkami; set zbiór {0}; interval przedział od {0} do {1}; sin sinus; cos cosinus;
        tan tangens; log logarytm; ln logarytm naturalny; exp eksponens; max maksimum; min minimum;
        sup supremum; inf infimum; lim0 granica; formula wzór;
    """,
    "ru": """
        = равно; ≠ не равно; < меньше; > больше; ≤ меньше или равно; ≥ больше или равно; ≪ много меньше;
        ≫ много больше; ≈ приблизительно равно; ≡ сравнимо с; ∼ эквивалентно; ∝ пропорционально;
        → стремится к; ⇒ следует; ⇔ тогда и только тогда, когда; ↦ переходит в; ∈ принадлежит;
        ∉ не принадлежит; ⊂ является подмножеством; ∪ объединение; ∩ пересечение; ∖ без; ∅ пустое множество;
        ∀ для любого; ∃ существует; ¬ не; ∧ и; ∨ или; ∞ бесконечность; ∞to бесконечности; ∂ дэ; ∇ набла;
        + плюс; − минус; ± плюс-минус; ∓ минус-плюс; × умножить на; ÷ разделить на; / делить на;
        ∘ композиция; ⊕ плюс; ⊗ умножить на; ∥ параллельно; ⊥ перпендикулярно; ∠ угол; △ треугольник;
        … и так далее; ! факториал; mod по модулю; given при условии; suchthat такие, что;
        frac {0} делить на {1}; 1/2 одна вторая; 1/3 одна третья; 2/3 две третьих; 1/4 одна четвёртая;
        3/4 три четвёртых; group скобка открывается {0} скобка закрывается; sub {0} с индексом {1};
        squared {0} в квадрате; cubed {0} в кубе; power {0} в степени {1};
        inverse {0} в минус первой степени; transposed {0} транспонированное; prime {0} штрих;
        second {0} два штриха; star {0} со звёздочкой; root корень из {0};
        cuberoot кубический корень из {0}; nthroot корень степени {1} из {0}; abs модуль {0};
        size мощность множества {0}; norm норма {0}; floor целая часть {0}; ceil округление вверх {0};
        call {0} от {1}; of {0} от; bounds {0} от {1} до {2} от; over {0} по {1} от; sum сумма;
        prod произведение; int интеграл; iint двойной интеграл; iiint тройной интеграл;
        oint контурный интеграл; union объединение; cap пересечение;
        lim предел при {0} стремящемся к {1} от; base {0} по основанию {1}; deriv производная {0} по {1};
        deriv2 вторая производная {0} по {1}; pderiv частная производная {0} по {1};
        pderiv2 вторая частная производная {0} по {1}; by производная по {0} от;
        pby частная производная по {0} от; binom число сочетаний из {0} по {1};
        matrix матрица со строками {0}; column вектор {0}; det определитель {0}; cases {0}; vec вектор {0};
        hat {0} с крышкой; bar {0} с чертой; tilde {0} с тильдой; dot {0} с точкой;
        ddot {0} с двумя точками; set множество {0}; interval отрезок от {0} до {1}; sin синус; cos косинус;
        tan тангенс; log логарифм; ln натуральный логарифм; exp экспонента; max максимум; min минимум;
        sup супремум; inf инфимум; lim0 предел; formula формула;
    """,
    "ja": """
        = イコール; ≠ ノットイコール; < 小なり; > 大なり; ≤ 小なりイコール; ≥ 大なりイコール;
        ≪ 非常に小なり; ≫ 非常に大なり; ≈ ニアリーイコール; ≡ 合同; ∼ チルダ; ∝ 比例; → から; ⇒ ならば;
        ⇔ 同値; ↦ から; ∈ は次の要素、; ∉ は次の要素ではない、; ⊂ は次の部分集合、; ∪ または; ∩ かつ;
        ∖ 引く; ∅ 空集合; ∀ すべての; ∃ ある; ¬ 否定; ∧ かつ; ∨ または; ∞ 無限大; ∂ ラウンド; ∇ ナブラ;
        + プラス; − マイナス; ± プラスマイナス; ∓ マイナスプラス; × かける; ÷ わる; / わる; ∘ 合成; ⊕ 直和;
        ⊗ テンソル積; ∥ 平行; ⊥ 垂直; ∠ 角; △ 三角形; … など; ! の階乗; mod モッド; given 条件;
        suchthat ただし; frac {1}分の{0}; 1/2 2分の1; 1/3 3分の1; 2/3 3分の2; 1/4 4分の1; 3/4 4分の3;
        group かっこ{0}かっこ閉じる; sub {0} の添字 {1}; squared {0}の2乗; cubed {0}の3乗; power {0}の{1}乗;
        inverse {0}のマイナス1乗; transposed {0}の転置; prime {0}プライム; second {0}ツープライム;
        star {0}スター; root ルート{0}; cuberoot {0}の3乗根; nthroot {0}の{1}乗根; abs {0}の絶対値;
        size {0}の要素数; norm {0}のノルム; floor {0}の切り捨て; ceil {0}の切り上げ; call {0} {1}; of {0};
        bounds {1}から{2}までの{0}、; over {1}にわたる{0}、; sum 和; prod 積; int 積分; iint 二重積分;
        iiint 三重積分; oint 周回積分; union 和集合; cap 共通部分; lim {0}が{1}に近づくときの極限、;
        base 底{1}の{0}; deriv {0}の{1}による微分; deriv2 {0}の{1}による2階微分;
        pderiv {0}の{1}による偏微分; pderiv2 {0}の{1}による2階偏微分; by {0}による微分、;
        pby {0}による偏微分、; binom {0}個から{1}個を選ぶ組み合わせ; matrix 行列 {0}; column ベクトル {0};
        det {0}の行列式; cases {0}; vec ベクトル{0}; hat {0}ハット; bar {0}バー; tilde {0}チルダ;
        dot {0}ドット; ddot {0}ツードット; set 集合 {0}; interval {0}から{1}までの区間; sin サイン;
        cos コサイン; tan タンジェント; log ログ; ln 自然対数; exp 指数関数; max 最大; min 最小; sup 上限;
        inf 下限; lim0 極限; formula 数式;
    """,
    "zh": """
        = 等于; ≠ 不等于; < 小于; > 大于; ≤ 小于等于; ≥ 大于等于; ≪ 远小于; ≫ 远大于; ≈ 约等于; ≡ 恒等于;
        ∼ 相似于; ∝ 正比于; → 趋于; ⇒ 推出; ⇔ 当且仅当; ↦ 映射到; ∈ 属于; ∉ 不属于; ⊂ 包含于; ∪ 并; ∩ 交;
        ∖ 减; ∅ 空集; ∀ 对任意; ∃ 存在; ¬ 非; ∧ 且; ∨ 或; ∞ 无穷大; ∂ 偏; ∇ 纳布拉; + 加; − 减; ± 正负;
        ∓ 负正; × 乘以; ÷ 除以; / 除以; ∘ 复合; ⊕ 直和; ⊗ 张量积; ∥ 平行于; ⊥ 垂直于; ∠ 角; △ 三角形;
        … 等等; ! 的阶乘; mod 模; neg 负; given 给定; suchthat 满足; frac {1}分之{0}; 1/2 二分之一;
        1/3 三分之一; 2/3 三分之二; 1/4 四分之一; 3/4 四分之三; group 括号{0}括号完; sub {0}下标{1};
        squared {0}的平方; cubed {0}的立方; power {0}的{1}次方; inverse {0}的负一次方; transposed {0}的转置;
        prime {0}撇; second {0}两撇; star {0}星; root 根号{0}; cuberoot {0}的立方根; nthroot {0}的{1}次方根;
        abs {0}的绝对值; size {0}的元素个数; norm {0}的范数; floor {0}向下取整; ceil {0}向上取整;
        call {0} {1}; of {0}; bounds 从{1}到{2}的{0}，; over 对{1}的{0}，; sum 求和; prod 连乘; int 积分;
        iint 二重积分; iiint 三重积分; oint 环路积分; union 并集; cap 交集; lim {0}趋于{1}时的极限，;
        base 以{1}为底的{0}; deriv {0}对{1}的导数; deriv2 {0}对{1}的二阶导数; pderiv {0}对{1}的偏导数;
        pderiv2 {0}对{1}的二阶偏导数; by 对{0}的导数，; pby 对{0}的偏导数，; binom {0}选{1};
        matrix 矩阵 {0}; column 向量 {0}; det {0}的行列式; cases {0}; vec 向量{0}; hat {0}帽; bar {0}拔;
        tilde {0}波浪; dot {0}点; ddot {0}两点; set 集合 {0}; interval 从{0}到{1}的区间; sin 正弦; cos 余弦;
        tan 正切; log 对数; ln 自然对数; exp 指数函数; max 最大值; min 最小值; sup 上确界; inf 下确界;
        lim0 极限; formula 公式;
    """,
    "hi": """
        = बराबर; ≠ बराबर नहीं है; < से छोटा; > से बड़ा; ≤ से छोटा या बराबर; ≥ से बड़ा या बराबर;
        ≪ से बहुत छोटा; ≫ से बहुत बड़ा; ≈ लगभग बराबर; ≡ सर्वांगसम; ∼ समरूप; ∝ समानुपाती; → की ओर; ⇒ अतः;
        ⇔ यदि और केवल यदि; ↦ प्रतिचित्रित; ∈ सदस्य है; ∉ सदस्य नहीं है; ⊂ उपसमुच्चय है; ∪ संघ; ∩ सर्वनिष्ठ;
        ∖ घटा; ∅ रिक्त समुच्चय; ∀ सभी; ∃ अस्तित्व है; ¬ नहीं; ∧ और; ∨ या; ∞ अनंत; ∂ आंशिक; ∇ नाबला; + जमा;
        − घटा; ± जमा या घटा; ∓ घटा या जमा; × गुणा; ÷ भाग; / बटा; ∘ संयोजन; ⊕ जमा; ⊗ गुणा; ∥ समांतर; ⊥ लंबवत;
        ∠ कोण; △ त्रिभुज; … इत्यादि; ! क्रमगुणित; mod मॉड्यूलो; neg ऋण; given दिया हुआ; suchthat ताकि;
        frac {0} बटा {1}; 1/2 आधा; 1/3 एक तिहाई; 2/3 दो तिहाई; 1/4 एक चौथाई; 3/4 तीन चौथाई;
        group कोष्ठक में {0} कोष्ठक बंद; sub {0} सब {1}; squared {0} का वर्ग; cubed {0} का घन;
        power {0} की घात {1}; inverse {0} का व्युत्क्रम; transposed {0} का परिवर्त; prime {0} प्राइम;
        second {0} डबल प्राइम; star {0} स्टार; root {0} का वर्गमूल; cuberoot {0} का घनमूल;
        nthroot {0} का {1}वाँ मूल; abs {0} का निरपेक्ष मान; size {0} की गणनसंख्या; norm {0} का नॉर्म;
        floor {0} का फ़्लोर; ceil {0} का सीलिंग; call {0} {1}; of {0}; bounds {1} से {2} तक {0},;
        over {1} पर {0},; sum योग; prod गुणनफल; int समाकलन; iint द्वि समाकलन; iiint त्रि समाकलन;
        oint संवृत समाकलन; union संघ; cap सर्वनिष्ठ; lim जब {0} {1} की ओर जाए तब सीमा,;
        base आधार {1} पर {0}; deriv {1} के सापेक्ष {0} का अवकलज; deriv2 {1} के सापेक्ष {0} का द्वितीय अवकलज;
        pderiv {1} के सापेक्ष {0} का आंशिक अवकलज; pderiv2 {1} के सापेक्ष {0} का द्वितीय आंशिक अवकलज;
        by {0} के सापेक्ष अवकलज,; pby {0} के सापेक्ष आंशिक अवकलज,; binom {0} में से {1} का संचय;
        matrix आव्यूह {0}; column सदिश {0}; det {0} का सारणिक; cases {0}; vec सदिश {0}; hat {0} हैट;
        bar {0} बार; tilde {0} टिल्ड; dot {0} डॉट; ddot {0} डबल डॉट; set समुच्चय {0};
        interval {0} से {1} तक का अंतराल; sin साइन; cos कोसाइन; tan टैन्जेंट; log लॉग; ln प्राकृतिक लॉग;
        exp चरघातांकी; max अधिकतम; min न्यूनतम; sup उच्चतम; inf निम्नतम; lim0 सीमा; formula एक सूत्र;
    """,
    "ar": """
        = يساوي; ≠ لا يساوي; < أصغر من; > أكبر من; ≤ أصغر من أو يساوي; ≥ أكبر من أو يساوي; ≪ أصغر بكثير من;
        ≫ أكبر بكثير من; ≈ يساوي تقريبًا; ≡ يطابق; ∼ يشابه; ∝ يتناسب مع; → يؤول إلى; ⇒ يستلزم;
        ⇔ إذا وفقط إذا; ↦ يُرسل إلى; ∈ ينتمي إلى; ∉ لا ينتمي إلى; ⊂ مجموعة جزئية من; ∪ اتحاد; ∩ تقاطع;
        ∖ ناقص; ∅ المجموعة الخالية; ∀ لكل; ∃ يوجد; ¬ ليس; ∧ و; ∨ أو; ∞ ما لا نهاية; ∂ جزئي; ∇ نابلا; + زائد;
        − ناقص; ± زائد أو ناقص; ∓ ناقص أو زائد; × ضرب; ÷ مقسوم على; / على; ∘ تركيب; ⊕ زائد; ⊗ ضرب; ∥ يوازي;
        ⊥ عمودي على; ∠ الزاوية; △ المثلث; … وهكذا; ! مضروب; mod بالقياس; neg سالب; given بشرط; suchthat حيث;
        frac {0} على {1}; 1/2 نصف; 1/3 ثلث; 2/3 ثلثان; 1/4 ربع; 3/4 ثلاثة أرباع;
        group افتح القوس {0} أغلق القوس; sub {0} دليل {1}; squared {0} تربيع; cubed {0} تكعيب;
        power {0} أس {1}; inverse {0} أس سالب واحد; transposed منقول {0}; prime {0} فتحة; second {0} فتحتان;
        star {0} نجمة; root الجذر التربيعي لـ {0}; cuberoot الجذر التكعيبي لـ {0};
        nthroot الجذر من الدرجة {1} لـ {0}; abs القيمة المطلقة لـ {0}; size عدد عناصر {0}; norm معيار {0};
        floor الجزء الصحيح من {0}; ceil السقف لـ {0}; call {0} لـ {1}; of {0}; bounds {0} من {1} إلى {2} لـ;
        over {0} على {1} لـ; sum مجموع; prod جداء; int تكامل; iint تكامل ثنائي; iiint تكامل ثلاثي;
        oint تكامل مغلق; union اتحاد; cap تقاطع; lim نهاية عندما {0} يؤول إلى {1} لـ; base {0} للأساس {1};
        deriv مشتقة {0} بالنسبة إلى {1}; deriv2 المشتقة الثانية لـ {0} بالنسبة إلى {1};
        pderiv المشتقة الجزئية لـ {0} بالنسبة إلى {1};
        pderiv2 المشتقة الجزئية الثانية لـ {0} بالنسبة إلى {1}; by المشتقة بالنسبة إلى {0} لـ;
        pby المشتقة الجزئية بالنسبة إلى {0} لـ; binom توافيق {0} على {1}; matrix المصفوفة ذات الصفوف {0};
        column المتجه {0}; det محدد {0}; cases {0}; vec المتجه {0}; hat {0} قبعة; bar {0} شرطة;
        tilde {0} تيلدا; dot {0} نقطة; ddot {0} نقطتان; set المجموعة {0}; interval الفترة من {0} إلى {1};
        sin جيب; cos جيب تمام; tan ظل; log لوغاريتم; ln اللوغاريتم الطبيعي; exp الدالة الأسية;
        max القيمة العظمى; min القيمة الصغرى; sup الحد الأعلى; inf الحد الأدنى; lim0 نهاية;
        formula صيغة رياضية;
    """,
}

_DECIMAL_COMMA = frozenset(("de", "fr", "es", "it", "pt", "nl", "pl", "ru"))

MATH_LANGUAGES = tuple(_TABLES)
"""The languages that formulas are read in; in others they are read in English."""


@lru_cache(maxsize=len(_TABLES))
def math_words(language: str) -> Mapping[str, str]:
    """The words of a language (its two-letter code) by key; those of English where it has no table."""
    language = language if language in _TABLES else "en"
    entries = (entry.split(maxsplit=1) for entry in _TABLES[language].split(";") if entry.strip())
    words = {key: said.replace("\n", " ").strip() for key, said in entries}
    for letter, name in zip(_GREEK, _NAMES_OF_GREEK[language].split(), strict=True):
        words[letter] = words[letter.upper()] = name
    words["ς"] = words["σ"]
    words["decimal"] = "," if language in _DECIMAL_COMMA else "."
    words.setdefault("neg", words["−"])
    words.setdefault("∞to", words["∞"])
    return MappingProxyType(words)
