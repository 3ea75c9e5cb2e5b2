"""PERSONAS_FILE: what stands in it, and what is told of one that is wrong."""

from pathlib import Path

import pytest

from snapthread.app.prices import load_prices
from snapthread.model.preferences import Persona
from snapthread.settings import SettingsError, load_settings

NEEDED = {"TELEGRAM_BOT_TOKEN": "1:x", "OPENAI_API_KEY": "k"}
TEACHER = """
[[persona]]
name = " Teacher "
instructions = "Be patient."
model = "home-made"
languages = ["en", "de"]
"""


def problem(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "personas.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        load_settings(NEEDED | {"PERSONAS_FILE": str(path)})
    (told,) = caught.value.problems
    return told


def test_personas_are_read_with_all_they_have(tmp_path: Path) -> None:
    path = tmp_path / "personas.toml"
    path.write_text(TEACHER)

    settings = load_settings(NEEDED | {"PERSONAS_FILE": str(path)})

    assert settings.offer.personas == (
        Persona(
            name="Teacher",
            instructions="Be patient.",
            model="home-made",
            languages=("en", "de"),
        ),
    )
    assert settings.offer.every_model == ("gpt-6-luna", "home-made")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("persona = 1", "has no [[persona]]"),
        ("[[persona]]\nname = 'secret'\n[secret", "is no TOML"),
        (b"\xff", "cannot be read"),
        ("[[persona]]\nname = 'secret'", "persona 1 needs instructions"),
        (f"{TEACHER}[[persona]]\nname = ''\ninstructions = 'x'", "persona 2 needs a name"),
        (TEACHER.replace("home-made", "two words"), "has a model that is no id"),
        (TEACHER.replace('"de"', '"tlh"'), "has languages that are none of de, en, ru"),
        (TEACHER.replace("model", "modle"), "has what none has: modle"),
        (TEACHER + TEACHER, "two personas of one name"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_the_place_and_not_its_text(
    tmp_path: Path, content: str | bytes, told: str
) -> None:
    sentence = problem(tmp_path, content)

    assert sentence.startswith("PERSONAS_FILE names a file ")
    assert told in sentence
    assert "secret" not in sentence


def test_a_limit_of_money_needs_a_price_of_every_model_that_is_offered(tmp_path: Path) -> None:
    path = tmp_path / "personas.toml"
    path.write_text(TEACHER)
    limited = NEEDED | {"BOT_MONTHLY_COST_USD": "1"}

    for more, whose in (
        ({"PERSONAS_FILE": str(path)}, "a model of PERSONAS_FILE"),
        ({"MODELS": "gpt-6-luna,home-made"}, "model 2 of MODELS"),
    ):
        with pytest.raises(SettingsError) as caught:
            load_prices(load_settings(limited | more))
        assert caught.value.problems == [
            f"BOT_MONTHLY_COST_USD is set, but {whose} has no price: name it in PRICES_FILE."
        ]
