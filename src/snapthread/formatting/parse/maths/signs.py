"""LaTeX commands and the Unicode signs that say the same."""

from typing import Final


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


SIGNS: Final = _pairs(
    r"""
    \alpha α \beta β \gamma γ \delta δ \epsilon ε \varepsilon ε \zeta ζ \eta η \theta θ
    \vartheta ϑ \iota ι \kappa κ \lambda λ \mu μ \nu ν \xi ξ \omicron ο \pi π \varpi ϖ \rho ρ
    \varrho ϱ \sigma σ \varsigma ς \tau τ \upsilon υ \phi φ \varphi φ \chi χ \psi ψ \omega ω
    \Gamma Γ \Delta Δ \Theta Θ \Lambda Λ \Xi Ξ \Pi Π \Sigma Σ \Upsilon Υ \Phi Φ \Psi Ψ \Omega Ω
    \cdot · \times × \div ÷ \pm ± \mp ∓ \ast ∗ \star ⋆ \circ ∘ \bullet • \oplus ⊕ \ominus ⊖
    \otimes ⊗ \odot ⊙ \wedge ∧ \land ∧ \vee ∨ \lor ∨ \neg ¬ \lnot ¬ \cap ∩ \cup ∪ \setminus ∖
    \leq ≤ \le ≤ \leqslant ≤ \geq ≥ \ge ≥ \geqslant ≥ \neq ≠ \ne ≠ \ll ≪ \gg ≫ \approx ≈ \sim ~
    \simeq ≃ \cong ≅ \equiv ≡ \propto ∝ \prec ≺ \succ ≻ \in ∈ \notin ∉ \ni ∋ \subset ⊂ \supset ⊃
    \subseteq ⊆ \supseteq ⊇ \subsetneq ⊊ \emptyset ∅ \varnothing ∅ \forall ∀ \exists ∃ \nexists ∄
    \to → \rightarrow → \leftarrow ← \gets ← \leftrightarrow ↔ \uparrow ↑ \downarrow ↓ \mapsto ↦
    \longrightarrow ⟶ \longleftarrow ⟵ \Rightarrow ⇒ \Leftarrow ⇐ \Leftrightarrow ⇔ \implies ⇒
    \Longrightarrow ⇒ \impliedby ⇐ \iff ⇔ \Longleftrightarrow ⇔ \rightleftharpoons ⇌
    \infty ∞ \partial ∂ \nabla ∇ \prime ′ \hbar ℏ \ell ℓ \Re ℜ \Im ℑ \aleph ℵ \wp ℘ \imath ı
    \sum ∑ \prod ∏ \coprod ∐ \int ∫ \iint ∬ \iiint ∭ \oint ∮ \bigcup ⋃ \bigcap ⋂ \bigoplus ⨁
    \bigotimes ⨂ \bigvee ⋁ \bigwedge ⋀ \surd √ \top ⊤ \bot ⊥ \perp ⊥ \parallel ∥ \mid | \nmid ∤
    \angle ∠ \measuredangle ∡ \triangle △ \square □ \Box □ \blacksquare ■ \qed ∎ \diamond ⋄
    \therefore ∴ \because ∵ \vdash ⊢ \dashv ⊣ \models ⊨ \ldots … \dots … \cdots ⋯ \vdots ⋮ \ddots ⋱
    \dotsc … \dotsb ⋯ \langle ⟨ \rangle ⟩ \lfloor ⌊ \rfloor ⌋ \lceil ⌈ \rceil ⌉ \lvert | \rvert |
    \vert | \lVert ‖ \rVert ‖ \Vert ‖ \lbrace { \rbrace } \backslash \ \degree ° \checkmark ✓
    \dagger † \ddagger ‡ \S § \euro € \pounds £ \colon : \lt < \gt > \And &
    \% % \$ $ \# # \& & \_ _ \{ { \} } \| ‖
    """
)

# Between two operands, so set apart on both sides.
SPACED: Final = frozenset("·×÷±∓⊕⊗∧∨∩∪∖≤≥≠≪≫≈~≃≅≡∝∈∉∋⊂⊃⊆⊇→←⟶⟵⇒⇐⇔⇌↦↔|⊢⊨∥⊥∴∵")

FUNCTIONS: Final = frozenset(
    r"""\sin \cos \tan \cot \sec \csc \arcsin \arccos \arctan \sinh \cosh \tanh \coth \log \ln \lg
    \exp \lim \limsup \liminf \max \min \sup \inf \arg \argmax \argmin \det \dim \ker \deg \gcd
    \hom \Pr \mod \bmod \tr \rank \sgn \lcm""".split()
)

SPACES: Final = {
    r"\,": " ", r"\;": " ", r"\:": " ", r"\>": " ", r"\ ": " ", r"\!": "", r"\quad": "  ",
    r"\qquad": "   ", "~": " ", r"\hspace": " ", r"\thinspace": " ",
}  # fmt: skip

# They say how, not what: nothing of them is read.
SILENT: Final = frozenset(
    r"""\left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl
    \Biggr \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber \notag \hline
    \rm \bf \it \cal \tt \mathstrut \strut \centering""".split()
)

# Their argument is read as it is.
PLAIN_WRAPPERS: Final = frozenset(
    r"""\text \textrm \textbf \textit \textsf \texttt \textnormal \mathrm \mathbf \mathit \mathsf
    \mathtt \mathcal \mathscr \mathfrak \boldsymbol \bm \operatorname \operatorname* \mbox \hbox
    \boxed \fbox \underline \underbrace \overbrace \pmb \mathord \mathop \mathbin \mathrel
    \smash \phantom \cancel \emph""".split()
)

ACCENTS: Final = {
    r"\hat": "\u0302", r"\widehat": "\u0302", r"\bar": "\u0304", r"\overline": "\u0305",
    r"\vec": "\u20d7", r"\overrightarrow": "\u20d7", r"\tilde": "\u0303", r"\widetilde": "\u0303",
    r"\dot": "\u0307", r"\ddot": "\u0308", r"\check": "\u030c", r"\breve": "\u0306",
}  # fmt: skip

_DOUBLE: Final = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))

SUPERSCRIPTS: Final = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθφχ*′'∘°",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᵠᵡ*′′°°",
        strict=True,
    )
)  # fmt: skip
SUBSCRIPTS: Final = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)  # fmt: skip


def blackboard(text: str) -> str:
    return "".join(_DOUBLE.get(character, character) for character in text)
