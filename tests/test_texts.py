"""The sentences: the same in every language, whole, and in the right number."""

import json
import re
from datetime import UTC, date, datetime
from importlib import resources
from string import Formatter
from typing import get_args

import pytest

from snapthread.errors import SnapthreadError
from snapthread.faults import DocumentFault, FileFault, ImageFault
from snapthread.model import Language, PageChoice
from snapthread.texts import COMMANDS, LANGUAGES, Texts, language_of
from snapthread.texts.catalogue import MODEL, RULES, Catalogue
from snapthread.texts.failures import ALERTS
from snapthread.texts.localizer import Localizer, StatedLimits
from snapthread.texts.plurals import Rules

Written = dict[str, str | dict[str, str]]

texts = Texts.load()


def file(name: str) -> Written:
    content = resources.files("snapthread.texts").joinpath(f"{name}.json").read_text("utf-8")
    loaded: Written = json.loads(content, object_pairs_hook=without_twins)
    return loaded


def without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs), "a key is there twice"
    return dict(pairs)


def words(language: Language) -> Localizer:
    return Localizer(
        texts=texts, language=language, limits=StatedLimits(image_mb=0.5, storage_mb=1.5)
    )


def forms_of(text: str | dict[str, str]) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def placeholders(text: str | dict[str, str]) -> set[str]:
    """All of a key, without the number: a form may say "the photo" for one."""
    named = {name for form in forms_of(text) for _, name, _, _ in Formatter().parse(form) if name}
    return named - {"n"}


def test_every_file_but_the_models_is_a_language() -> None:
    files = {path.name for path in resources.files("snapthread.texts").iterdir()}

    assert {f"{language}.json" for language in LANGUAGES} | {"model.json"} == {
        name for name in files if name.endswith(".json")
    }
    assert {"de", "en", "ru"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_in_the_same_order(language: Language) -> None:
    assert list(file(language)) == list(file("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_placeholders(language: Language) -> None:
    english, other = file("en"), file(language)

    assert {key: placeholders(other[key]) for key in other} == {
        key: placeholders(english[key]) for key in english
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_plural_forms_has_them_in_every_language(language: Language) -> None:
    english, other = file("en"), file(language)

    assert [key for key in english if isinstance(english[key], dict)] == [
        key for key in other if isinstance(other[key], dict)
    ]


@pytest.mark.parametrize("name", [*LANGUAGES, MODEL])
def test_no_text_is_blank_and_every_plural_form_is_there(name: str) -> None:
    catalogue = Catalogue.load(name)
    for key, text in catalogue.texts.items():
        assert all(form.strip() == form != "" for form in forms_of(text)), key
        assert isinstance(text, str) or set(text) == catalogue.rules.forms(), key


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_no_sentence_was_left_in_english(language: Language) -> None:
    english, other = file("en"), file(language)
    same = {key for key, text in other.items() if text == english[key] and key != RULES}

    assert same <= {
        "usage_left_today",
        "usage_storage",
        "usage_storage_of",
        "settings_row",
        "history_row",
        "settings_detail_unpriced",
    } | {key for key in other if key.startswith("kind_")}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "🔄 История и файлы сброшены. Новая беседа начата!"),
        ("en", "🔄 History and files are cleared. A new conversation has begun!"),
    ],
)
def test_reset_answers_with_the_sentence_that_users_know(language: Language, sentence: str) -> None:
    assert texts(language, "reset_done") == sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_openai_is_named_only_where_it_is_openai(language: Language) -> None:
    naming = {key for key, text in file(language).items() if "OpenAI" in str(text)}

    assert naming == {"privacy_files_openai", "privacy_sent_openai", "adopted"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_a_limit_of_documents_resets_was_told_with_two_prepositions(
    language: Language,
) -> None:
    over = [text for key, text in file(language).items() if key.startswith("over_user_")]
    tails = [re.findall(r"[^.]*\{opens\}[^.]*\.", form) for text in over for form in forms_of(text)]

    assert {tuple(tail) for tail in tails if tail} == {tuple(tails[0])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_count_without_forms_stood_before_its_verb(language: Language) -> None:
    told = file(language)
    counts = re.compile(r"\{(sent|blocked|failed|people|waiting|aside)\} *\w")

    assert not counts.search(str(told["broadcast_done"]) + str(told["stats"]))


@pytest.mark.parametrize(
    ("language", "twin"),
    [
        ("ru", "оператор"),  # владелец бота
        ("de", "gespräch"),  # Unterhaltung
        ("de", "schaltfläche"),  # Knopf
        ("en", "behind the command"),
    ],
)
def test_one_thing_had_two_words(language: Language, twin: str) -> None:
    assert [key for key, text in file(language).items() if twin in str(text).lower()] == []


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (1, "Ещё удаляется 1 файл."),
        (2, "Ещё удаляются 2 файла."),
        (5, "Ещё удаляются 5 файлов."),
        (11, "Ещё удаляются 11 файлов."),
        (21, "Ещё удаляется 21 файл."),
        (112, "Ещё удаляются 112 файлов."),
    ],
)
def test_russian_counts_in_three_forms(n: int, sentence: str) -> None:
    assert texts("ru", "reset_deleting", n=n) == sentence


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("n", "form"), [(0, "other"), (1, "one"), (2, "other"), (21, "other")])
def test_english_and_german_count_in_two_forms(language: Language, n: int, form: str) -> None:
    assert texts.by_language[language].rules.form(n) == form


@pytest.mark.parametrize(
    ("rules", "forms"),
    [
        ({}, "other other other other other"),  # Japanese
        ({"one": "n = 0,1"}, "one one other other other"),  # French
        (
            {"one": "n = 1", "few": "n % 10 = 2..4 and n % 100 != 12..14"},
            "other one few other other",
        ),  # Polish, in part
        (
            {"zero": "n = 0", "two": "n = 2", "few": "n % 100 = 3..10", "many": "n = 11..99"},
            "zero other two few many",
        ),  # Arabic, in part
    ],
)
def test_a_file_brings_the_plural_rules_of_its_language(rules: dict[str, str], forms: str) -> None:
    read = Rules.read(rules)

    assert [read.form(n) for n in (0, 1, 2, 5, 12)] == forms.split()


@pytest.mark.parametrize("rule", ["n is 1", "n = x", "", "n = 1 and", "i = 1"])
def test_a_plural_rule_that_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="relation"):
        Rules.read({"one": rule})


def test_a_plural_form_that_no_language_has_is_refused() -> None:
    with pytest.raises(ValueError, match="several"):
        Rules.read({"several": "n = 1"})


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ru", "ru"),
        ("ru-RU", "ru"),
        ("RU", "ru"),
        ("en-GB", "en"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("uk", "default"),
        ("be", "default"),
        ("kk", "default"),
        ("rue", "default"),
        ("model", "default"),
        ("", "default"),
        (None, "default"),
    ],
)
@pytest.mark.parametrize("default", LANGUAGES)
def test_the_language_follows_the_tag(code: str | None, language: str, default: Language) -> None:
    expected = default if language == "default" else language

    assert language_of(code, default) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", sorted({*get_args(ImageFault)} - {"over_limit"}))
def test_every_fault_of_an_image_has_its_sentence(fault: ImageFault, language: Language) -> None:
    assert words(language).fault(FileFault("image", fault))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", sorted({*get_args(DocumentFault)} - {"over_limit"}))
def test_every_fault_of_a_document_has_its_sentence(
    fault: DocumentFault, language: Language
) -> None:
    assert words(language).fault(FileFault("document", fault), PageChoice(300, 50))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_description_that_telegram_takes(language: Language) -> None:
    published = texts.commands(language)

    assert [name for name, _ in published] == list(COMMANDS)
    assert all(1 <= len(description) <= 256 for _, description in published)


@pytest.mark.parametrize("default", LANGUAGES)
def test_everybody_has_a_menu_and_every_language_its_own(default: Language) -> None:
    menus = texts.menus(default)

    assert set(menus) == {"", *LANGUAGES} - {default}
    assert menus[""] == texts.commands(default)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_command_of_the_menu(language: Language) -> None:
    said = words(language).help()

    assert re.findall(r"(?m)^/(\w+) – \S", said) == list(COMMANDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_is_told_in_lines(language: Language) -> None:
    places = "privacy_kept", "privacy_files_other", "privacy_sent_other"
    told = "\n".join(texts(language, place, days="30") for place in places)
    lines = texts(language, "privacy", places=told).split("\n")

    assert len([line for line in lines if line.startswith("• ")]) == 5
    assert max(map(len, lines)) < 300


@pytest.mark.parametrize(
    ("language", "size", "money", "moment"),
    [
        ("en", "0.5", "$1,234.50", "00:00 UTC on 2027-01-02"),
        ("ru", "0,5", "1\u00a0234,50\u00a0$", "02.01.2027 в 00:00 UTC"),
        ("de", "0,5", "1.234,50\u00a0$", "02.01.2027 um 00:00 Uhr UTC"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    language: Language, size: str, money: str, moment: str
) -> None:
    told = words(language)

    too_large = told.fault(FileFault("image", "too_large"))

    assert f" {size} M" in too_large or f" {size} М" in too_large
    assert told.money(1_234_500_000) == money
    assert told("moment", at=datetime(2027, 1, 2, tzinfo=UTC)) == moment


@pytest.mark.parametrize(("language", "day"), [("en", "2027-01-14"), ("ru", "14.01.2027")])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_day_of_a_models_end_was_written_in_one_way_for_all(
    language: Language, day: str, n: int
) -> None:
    fields = {"server": "s", "model": "m", "setting": "OPENAI_MODEL", "other": "o"}
    for key in ("admin_model_ends", "admin_model_ends_replaced"):
        assert day in texts(language, key, n=n, date=date(2027, 1, 14), **fields)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failure", ALERTS)
def test_the_operator_is_said_to_know_only_where_an_admin_was_reached(
    failure: type[SnapthreadError], language: Language
) -> None:
    told = words(language)
    error = failure()

    unknown, known = (told.failure(error, (), operator_told=is_told) for is_told in (False, True))

    assert texts(language, "operator_told") not in unknown
    assert known == f"{unknown} {texts(language, 'operator_told')}"


def test_a_kind_without_a_word_of_its_own_still_gets_a_sentence() -> None:
    assert texts.unsupported("en", "voice").startswith("I can't handle voice messages yet.")
    assert texts.unsupported("en", "hologram").startswith("I can't handle messages of this kind")


def test_what_a_person_wrote_is_never_read_as_a_placeholder() -> None:
    assert "{n}" in texts.model("reply_to_text", quote="{n}")


def test_a_photo_that_has_left_keeps_its_label() -> None:
    line = texts.model("photo_left", label=3, sent="12 Nov 14:02")

    assert line.startswith("[photo 3, sent 12 Nov 14:02: no longer in view;")
    assert "replying" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_store_on_a_server_was_called_a_full_disk(language: Language) -> None:
    told = texts(language, "admin_store_full")
    assert "DATA_DIR" in told
    assert "STORE_URL" in told
