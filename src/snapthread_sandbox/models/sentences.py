"""The stand-in's sentences, in English and Russian."""

from typing import Final, Literal

Language = Literal["en", "ru"]

COLOURS_RU: Final = {
    "black": "чёрный",
    "white": "белый",
    "grey": "серый",
    "red": "красный",
    "green": "зелёный",
    "blue": "синий",
    "yellow": "жёлтый",
    "orange": "оранжевый",
    "purple": "фиолетовый",
    "brown": "коричневый",
    "pink": "розовый",
    "cyan": "голубой",
}
SHAPES: Final = {
    "en": {"wide": "wider than tall", "tall": "taller than wide", "square": "square"},
    "ru": {"wide": "в ширину больше", "tall": "в высоту больше", "square": "квадратное"},
}
TEXTS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "photo": "**Photo {label}**: {width} × {height} pixels, {shape}. Colours: {colours}.",
        "photo_gone": "**Photo {label}** is no longer in view, so I cannot measure it. Reply to "
        "it, and it comes back.",
        "document": "**Document {label}**: {name}. {words} words; it begins: “{beginning}”",
        "document_wordless": "**Document {label}**: {name}. I find no words in it.",
        "reads": "I only tell what stands in it: this is a demo without a model that reads.",
        "more": "And {n} more in our conversation.",
        "honest": "I cannot see what a photo shows: this is a demo, and I only tell what can be "
        "measured.",
        "no_photo": "There is no photo in our conversation just now. Send one, and I will measure "
        "it.",
        "absent": "I am only a stand-in: the offline model is not installed.",
        "installing": "I am only a stand-in: the offline model is being installed.",
        "loading": "I am only a stand-in: the offline model is being loaded.",
        "failed": "I am only a stand-in: the offline model does not answer.",
        "ready": "I am only a small demo model.",
        "said": "You wrote: “{text}”",
        "in_view": "{n} of our photos are in view.",
        "one_in_view": "One photo of ours is in view.",
    },
    "ru": {
        "photo": "**Фото {label}**: {width} × {height} пикселей, {shape}. Цвета: {colours}.",
        "photo_gone": "**Фото {label}** уже вне беседы, измерить его нельзя. Ответьте на него – и "
        "оно вернётся.",
        "document": "**Документ {label}**: {name}. Слов: {words}; начало: «{beginning}»",
        "document_wordless": "**Документ {label}**: {name}. Слов в нём не нашлось.",
        "reads": "Я говорю только то, что в нём написано: это демо без модели, которая читает.",
        "more": "И ещё фото в беседе: {n}.",
        "honest": "Что на снимке, я не вижу: это демо, и я говорю только то, что можно измерить.",
        "no_photo": "Сейчас в беседе нет фотографий. Пришлите одну, и я её измерю.",
        "absent": "Я только замена: офлайн-модель не установлена.",
        "installing": "Я только замена: офлайн-модель ещё устанавливается.",
        "loading": "Я только замена: офлайн-модель ещё загружается.",
        "failed": "Я только замена: офлайн-модель не отвечает.",
        "ready": "Маленькая офлайн-модель понимает только английский, поэтому отвечаю я, замена.",
        "said": "Вы написали: «{text}»",
        "in_view": "Фото в беседе: {n}.",
        "one_in_view": "Фото в беседе: 1.",
    },
}
