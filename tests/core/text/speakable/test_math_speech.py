from __future__ import annotations

import pytest

from voice_server.core.text.speakable.math_speech import spoken_formula, spoken_power
from voice_server.core.text.speakable.math_words import MATH_LANGUAGES

IN_ENGLISH = [
    # fractions, powers, roots, indices
    (r"\frac{y_2 - y_1}{x_2 - x_1}", "y 2 minus y 1, over x 2 minus x 1"),
    (r"\frac{a}{b} + c", "a over b plus c"),
    (r"\frac{a}{b + c} + d", "a over b plus c, plus d"),
    (r"\frac12 m v^2", "one half m v squared"),
    (r"a^2 + b^3 = c^n", "a squared plus b cubed equals c to the power of n"),
    (r"x^{n+1} - 1", "x to the power of n plus 1, minus 1"),
    (r"10^{-3}", "10 to the power of minus 3"),
    (r"(a+b)^2", "the quantity a plus b, squared"),
    (
        r"\sqrt{2} + \sqrt[3]{x} + \sqrt[n]{y}",
        "the square root of 2 plus the cube root of x plus the nth root of y",
    ),
    (r"x_{i,j} + \theta_{t+1}", "x i, j plus theta sub t plus 1"),
    (r"{}^2 x", "2 x"),
    (r"A^T, A^{-1}, x^{-1}, z^*", "A transposed, A inverse, x to the power of minus 1, z star"),
    (r"f'(x) + f''(x) + f'''(x)", "f prime of x plus f double prime of x plus f prime prime prime of x"),
    (r"Na^+", "N a plus"),
    # sums, integrals, limits
    (r"\sum_{i=1}^{n} i", "the sum from i equals 1 to n of i"),
    (r"\sum_i x_i", "the sum over i of x i"),
    (r"\sum x", "the sum of x"),
    (r"\int_0^\infty f(x) \, dx", "the integral from 0 to infinity of f of x d x"),
    (r"\lim_{x \to 0} \frac{\sin x}{x} = 1", "the limit as x approaches 0 of sine of x over x equals 1"),
    (r"\lim x", "limit x"),
    (r"\max_x f(x)", "maximum over x of f of x"),
    (r"\underset{x}{\arg\max} f(x)", "argmax over x of f of x"),
    (r"\lim_n a_n", "limit over n of a n"),
    # derivatives
    (r"\frac{dy}{dx}", "the derivative of y with respect to x"),
    (r"\frac{d^2y}{dx^2}", "the second derivative of y with respect to x"),
    (r"\frac{\partial f}{\partial x}", "the partial derivative of f with respect to x"),
    (r"\frac{d}{dx} x^2", "the derivative with respect to x of x squared"),
    (r"\frac{d^2}{dx^2}", "d squared over d x squared"),
    # relations, sets, logic
    (
        r"x \neq y \leq z \approx 3.14",
        "x is not equal to y is less than or equal to z is approximately equal to 3.14",
    ),
    (r"\forall x \in \mathbb{R}", "for all x in R"),
    (r"A \cup B \subseteq C", "A union B is a subset of C"),
    (r"\neg p \lor q \Rightarrow r", "not p or q implies r"),
    (r"\{1, 2\}", "the set 1, 2"),
    (r"\{x \mid x > 0\}", "the set x such that x is greater than 0"),
    (r"x \in [0, 1]", "x in the interval from 0 to 1"),
    (r"|S| + |x| + \|v\|", "the size of S plus the absolute value of x plus the norm of v"),
    (r"|x - 1| < 2", "the absolute value of x minus 1, is less than 2"),
    (r"P(A \mid B)", "P of A given B"),
    (r"a \parallel b", "a is parallel to b"),
    (r"a \equiv b \pmod n", "a is congruent to b modulo n"),
    # functions and products
    (r"\sin^2\theta + \cos(2\theta)", "sine squared of theta plus cosine of 2 theta"),
    (r"\log_2 8 + \ln(x)", "log base 2 of 8 plus natural log of x"),
    (r"\operatorname{softmax}(x)", "softmax of x"),
    (r"\det(A) = \det A", "the determinant of A equals the determinant of A"),
    (r"n(n+1)", "n times the quantity n plus 1"),
    (r"(a)(b)", "a times b"),
    (r"g(x)(y)", "g times x times y"),
    (r"2(x)", "2 times x"),
    (r"\sum_i (x_i)", "the sum over i of x i"),
    (r"3 \cdot 4 \times 5 / 6", "3 times 4 times 5 over 6"),
    (r"\lfloor x \rfloor + \lceil y \rceil", "the floor of x plus the ceiling of y"),
    (r"\binom{n}{k}", "n choose k"),
    # accents, matrices, text
    (r"\hat{y} + \bar{x} + \vec{v} + \dot{z}", "y hat plus x bar plus vector v plus z dot"),
    (r"\overset{a}{b} = \overset{n}{\sum}", "b equals the sum over n of"),
    (r"\begin{pmatrix}a & b \\ c & d\end{pmatrix}", "the matrix with rows a, b; c, d"),
    (r"\begin{bmatrix}1 \\ 2\end{bmatrix}", "the vector 1, 2"),
    (r"\begin{vmatrix}a & b \\ c & d\end{vmatrix}", "the determinant of the matrix with rows a, b; c, d"),
    (r"\begin{align}a &= b \\ c &= d\end{align}", "a equals b; c equals d"),
    (r"v_{\text{max}} = 3\,\text{m/s}", "v max equals 3 m/s"),
    (r"\ce{2H2 + O2 -> 2H2O}", "2 H 2 plus O 2 to 2 H 2 O"),
    # signs that others say
    (r"90^\circ = 5\% = \$5 = 25^\circ\text{C}", "90° equals 5% equals $5 equals 25°C"),
    (r"f: A \to B", "f, A to B"),
    (r"a_1, \ldots, a_n", "a 1, and so on, a n"),
    ("x^{a+b+c+d}", "x to the power of a plus b plus c plus d"),
    (r"\sgn(x)", "sgn of x"),
    ("n!", "n factorial"),
    # broken
    (r"\frac{a", "a formula"),
    (r"\nosuch{x}", "a formula"),
    ("", "a formula"),
]


@pytest.mark.parametrize(("tex", "said"), IN_ENGLISH)
def test_a_formula_is_said_as_people_read_it(tex: str, said: str) -> None:
    assert spoken_formula(tex, "en") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "a Quadrat plus b durch 2 gleich 0,5"),
        ("fr", "a au carré plus b sur 2 égale 0,5"),
        ("es", "a al cuadrado más b sobre 2 es igual a 0,5"),
        ("it", "a al quadrato più b fratto 2 uguale a 0,5"),
        ("pt", "a ao quadrado mais b sobre 2 é igual a 0,5"),
        ("nl", "a kwadraat plus b gedeeld door 2 is gelijk aan 0,5"),
        ("pl", "a do kwadratu plus b przez 2 równa się 0,5"),
        ("ru", "a в квадрате плюс b делить на 2 равно 0,5"),
        ("ja", "aの2乗プラス2分のbイコール0.5"),
        ("zh", "a的平方加2分之b等于0.5"),
        ("hi", "a का वर्ग जमा b बटा 2 बराबर 0.5"),
        ("ar", "a تربيع زائد b على 2 يساوي 0.5"),
        ("sw", "a squared plus b over 2 equals 0.5"),
    ],
)
def test_it_is_said_in_the_language_of_the_text(language: str, said: str) -> None:
    assert spoken_formula(r"a^2 + \frac{b}{2} = 0.5", language) == said


@pytest.mark.parametrize("language", MATH_LANGUAGES)
@pytest.mark.parametrize("tex", [case[0] for case in IN_ENGLISH])
def test_every_formula_can_be_said_in_every_language(tex: str, language: str) -> None:
    said = spoken_formula(tex, language)
    assert said
    assert "{" not in said


def test_infinity_has_its_case_behind_to() -> None:
    assert spoken_formula(r"\lim_{n \to \infty} n", "ru") == "предел при n стремящемся к бесконечности от n"


def test_a_power_without_tex() -> None:
    assert spoken_power("10", "6", "en") == "10 to the power of 6"
