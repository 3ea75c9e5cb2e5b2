"""Files that a question brings: all of them, its images, and those that are new."""

from collections.abc import Sequence

from snapthread.model import Claim, Message, TelegramFile, TelegramImage


def images_of(questions: Sequence[Message]) -> tuple[TelegramImage, ...]:
    return tuple(image for question in questions for image in question.images)


def files_of(questions: Sequence[Message]) -> tuple[TelegramFile, ...]:
    return tuple(file for question in questions for file in question.files)


def count_new(claim: Claim, questions: Sequence[Message]) -> tuple[int, int]:
    """Images and documents; those that are there from the last time were counted then."""
    there = {file.unique_id for file in claim.redo.files} if claim.redo else set()
    new = [file for file in files_of(questions) if file.unique_id not in there]
    images = sum(isinstance(file, TelegramImage) for file in new)
    return images, len(new) - images
