"""Maths as a person reads it, and prices left alone."""

import unicodedata

import pytest

from snapthread.formatting import format_answer
from snapthread.formatting.parse.maths import readable


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}", "x = (-b ± √(b² - 4ac))/(2a)"),
        (r"\frac{n(n+1)}{2}", "n(n+1)/2"),
        (r"\frac12mv^2", "1/2 mv²"),
        (r"\frac{\partial f}{\partial x}", "∂f/∂x"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\int_0^\infty e^{-x^2}\,dx", "∫₀^∞ e^(-x²) dx"),
        (r"\lim_{x\to 0}\frac{\sin x}{x}", "lim_(x → 0)(sin x)/x"),
        (r"\sqrt[3]{x+1} + \sqrt 2", "∛(x+1) + √2"),
        (r"\alpha\beta + 2\pi r", "αβ + 2πr"),
        (r"\Delta H = 90^\circ", "ΔH = 90°"),
        (r"2\sin\theta\cos\theta", "2 sin θ cos θ"),
        (r"\mathbb{R}^n \subseteq \mathbb C", "ℝⁿ ⊆ ℂ"),
        (r"\vec{a}\cdot\hat b", "a⃗ · b̂"),
        (r"\text{speed} = \frac{\text{distance}}{\text{time}}", "speed = distance/time"),
        (r"x_{max} \le V_{\text{cd}}", "xₘₐₓ ≤ V_cd"),
        (r"\binom{n}{k} \pmod{p}", "C(n, k) (mod p)"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "(1, 2; 3, 4)"),
        (r"\begin{cases} x, & x > 0 \\ 0 & \text{else} \end{cases}", "{ x, x > 0; 0, else }"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b\n= c"),
        (r"\ce{SO4^{2-} + 2H2O -> X}", "SO₄²⁻ + 2H₂O → X"),
        (r"\left( \frac{a}{b} \right)^{n+1}", "(a/b)ⁿ⁺¹"),
        (r"\left. x \right|_0", "x |₀"),
        (r"\overset{!}{=} \underset{x}{\min} \not= \boxed{42}", "=^(!) minₓ ≠ 42"),
        (r"\$5 \times 10^{-3} \%", "$5 × 10⁻³ %"),
        (r"\unknown{x} + \strange y", r"\unknown{x} + \strange y"),
        (r"\color{red}{x}\tag{1}\label{eq}", "x (1)"),
        (r"\frac{a", "a"),
        ("x^{", "x"),
        ("}} x {", "x"),
    ],
)
def test_a_formula_is_readable(latex: str, text: str) -> None:
    assert unicodedata.normalize("NFC", readable(latex, is_display=True)) == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (r"so \(x^2\) is", "so x² is"),
        (r"so $x^2$, and $n$", "so x², and n"),
        ("函数$f(x)=x^2$的", "函数f(x)=x²的"),
        (r"a \[x^2\] b", "a\nx²\nb"),
        ("a\n$$\nx^2\n$$\nb", "a\nx²\nb"),
        ("> \\[\n> x^2\n> \\]", "x²"),
        ("- a\n  \\[x^2\\]", "• a\n    x²"),
        (r"| \(|x|\) | $\frac{a}{b}$ |" + "\n|-|-|\n| 1 | 2 |", "|x| | a/b\n----|----\n1   | 2"),
        (r"\(a_1 * b_2 * c_3\)", "a₁ * b₂ * c₃"),
    ],
)
def test_maths_is_found(markdown: str, text: str) -> None:
    assert format_answer(markdown)[0].text == text


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "from $5 to 10$ or so",
        "$5, or 6 dollars$",
        "between $1,000 and $2,000.50",
        "US$5 and C$6",
        "$HOME/$USER",
        "restaurants from $$ to $$$",
        "it costs 5$ and 6$",
        "`$x^2$` in code",
    ],
)
def test_prices_and_code_are_no_maths(text: str) -> None:
    assert format_answer(text)[0].text == text.replace("`", "")


@pytest.mark.parametrize(
    ("markdown", "text"), [(r"a \(see below\) b", "a (see below) b"), (r"note \[12\]", "note [12]")]
)
def test_escaped_brackets_around_words_stay_brackets(markdown: str, text: str) -> None:
    assert format_answer(markdown)[0].text == text


@pytest.mark.parametrize(
    "latex", ["{" * 2900, r"\hat" * 700, r"\begin{a}" * 300, r"\frac" * 500, "^" * 2000]
)
def test_a_formula_nested_without_end_is_read_to_its_end(latex: str) -> None:
    readable(latex, is_display=True)
