"""A model that was switched off: the person hears a sentence of its own, the admins what to do."""

from pathlib import Path

from tests.line.world import World, play


def test_a_model_that_is_gone_has_its_sentence(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        admin, ada = world.person(7), world.person(language_code="ru")
        admin.sends("/start")
        await admin.hears()
        del world.openai.models["gpt-6-luna"]
        ada.sends("Привет")
        (heard,) = await ada.hears()
        assert heard.text.startswith("Модель, которая здесь отвечала, больше недоступна")
        (told,) = await admin.hears()
        assert "OPENAI_MODEL" in told.text
        assert "snapthread doctor" in told.text

    play(story, tmp_path, ADMIN_USER_IDS="7")
