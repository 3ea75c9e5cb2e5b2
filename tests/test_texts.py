"""The sentences: the same in every language, whole, and in the right number."""

import json
from importlib import resources
from string import Formatter
from typing import get_args

import pytest

from snapthread.errors import ImageFault
from snapthread.model import Language
from snapthread.texts import COMMANDS, LANGUAGES, Texts, language_of, plural_form

FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many"}, "model": {"one", "other"}}
Catalogue = dict[str, str | dict[str, str]]

texts = Texts.load()


def catalogue(name: str) -> Catalogue:
    content = resources.files("snapthread.texts").joinpath(f"{name}.json").read_text("utf-8")
    loaded: Catalogue = json.loads(content, object_pairs_hook=without_twins)
    return loaded


def without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs), "a key is there twice"
    return dict(pairs)


def forms_of(text: str | dict[str, str]) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def placeholders(text: str | dict[str, str]) -> set[str]:
    """All of a key, without the number: a form may say "the photo" for one."""
    named = {name for form in forms_of(text) for _, name, _, _ in Formatter().parse(form) if name}
    return named - {"n"}


def test_both_languages_have_the_same_keys() -> None:
    assert list(catalogue("en")) == list(catalogue("ru"))


def test_both_languages_have_the_same_placeholders() -> None:
    english, russian = catalogue("en"), catalogue("ru")

    assert {key: placeholders(english[key]) for key in english} == {
        key: placeholders(russian[key]) for key in russian
    }


def test_what_has_plural_forms_has_them_in_both_languages() -> None:
    english, russian = catalogue("en"), catalogue("ru")

    assert [key for key in english if isinstance(english[key], dict)] == [
        key for key in russian if isinstance(russian[key], dict)
    ]


@pytest.mark.parametrize("name", ["en", "ru", "model"])
def test_no_text_is_blank_and_every_plural_form_is_there(name: str) -> None:
    for key, text in catalogue(name).items():
        assert all(form.strip() == form != "" for form in forms_of(text)), key
        assert isinstance(text, str) or set(text) == FORMS[name], key


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "🔄 История и файлы сброшены. Новая беседа начата!"),
        ("en", "🔄 History and files are cleared. A new conversation has begun!"),
    ],
)
def test_reset_answers_with_the_sentence_that_users_know(language: Language, sentence: str) -> None:
    assert texts(language, "reset_done") == sentence


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (1, "В OpenAI ещё удаляется 1 файл."),
        (2, "В OpenAI ещё удаляются 2 файла."),
        (5, "В OpenAI ещё удаляются 5 файлов."),
        (11, "В OpenAI ещё удаляются 11 файлов."),
        (21, "В OpenAI ещё удаляется 21 файл."),
        (112, "В OpenAI ещё удаляются 112 файлов."),
    ],
)
def test_russian_counts_in_three_forms(n: int, sentence: str) -> None:
    assert texts("ru", "reset_deleting", n=n) == sentence


@pytest.mark.parametrize(("n", "form"), [(0, "other"), (1, "one"), (2, "other"), (21, "other")])
def test_english_counts_in_two_forms(n: int, form: str) -> None:
    assert plural_form("en", n) == form


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("RU", "ru"),
        ("en-GB", "en"),
        ("uk", "default"),
        ("be", "default"),
        ("kk", "default"),
        ("rue", "default"),
        ("", "default"),
        (None, "default"),
    ],
)
@pytest.mark.parametrize("default", LANGUAGES)
def test_the_language_follows_the_tag(code: str | None, language: str, default: Language) -> None:
    expected = default if language == "default" else language

    assert language_of(code, default) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", get_args(ImageFault))
def test_every_fault_of_an_image_has_its_sentence(fault: ImageFault, language: Language) -> None:
    assert texts(language, f"image_{fault}", limit_mb="20", limit_mp=50, storage_mb="5")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_description_that_telegram_takes(language: Language) -> None:
    published = texts.commands(language)

    assert [name for name, _ in published] == list(COMMANDS)
    assert all(1 <= len(description) <= 256 for _, description in published)


def test_a_kind_without_a_word_of_its_own_still_gets_a_sentence() -> None:
    assert texts.unsupported("en", "voice").startswith("Voice messages are beyond me")
    assert texts.unsupported("en", "hologram").startswith("Messages of this kind are beyond me")


def test_what_a_person_wrote_is_never_read_as_a_placeholder() -> None:
    assert "{n}" in texts.model("reply_to_text", quote="{n}")


def test_a_photo_that_has_left_keeps_its_label() -> None:
    line = texts.model("photo_left", label=3, sent="12 Nov 14:02")

    assert line.startswith("[photo 3, sent 12 Nov 14:02: no longer in view;")
    assert "replying" in line
