"""Failures and the sentences that people and admins hear of them: two tables."""

from snapthread.errors import (
    AlbumTooLarge,
    AssistantBusy,
    AssistantDenied,
    AssistantMisused,
    AssistantRefused,
    ChatBusy,
    ContextTooLong,
    CountryDenied,
    EmptyAnswer,
    FilesBusy,
    FilesGone,
    ImageRefused,
    ImagesTooLarge,
    ModelGone,
    OutOfCredit,
    OutputSpent,
    QuestionTooLong,
    SnapthreadError,
    TranscriberBusy,
)

# The sentence that a failed turn ends with. What is not here is unexpected.
SENTENCES: dict[type[SnapthreadError], str] = {
    AssistantBusy: "busy",
    FilesBusy: "busy",
    TranscriberBusy: "busy",
    ChatBusy: "download_failed",
    OutOfCredit: "out_of_credit",
    AssistantDenied: "denied",
    AssistantMisused: "denied",
    ModelGone: "model_gone",
    AssistantRefused: "refused_by_policy",
    CountryDenied: "denied",
    ContextTooLong: "context_too_long",
    QuestionTooLong: "question_too_long",
    AlbumTooLarge: "album_too_large",
    ImagesTooLarge: "images_too_large",
    EmptyAnswer: "empty_answer",
    OutputSpent: "output_spent",
    FilesGone: "files_gone",
    ImageRefused: "image_refused",
}
# The sentence for the admins, where they must hear of it too.
ALERTS: dict[type[SnapthreadError], str] = {
    OutOfCredit: "admin_out_of_credit",
    AssistantDenied: "admin_assistant_denied",
    AssistantMisused: "admin_assistant_denied",
    ModelGone: "admin_model_gone",
    CountryDenied: "admin_country_denied",
    OutputSpent: "admin_output_spent",
}
# Where a document is among what was sent.
OF_DOCUMENTS = {
    "download_failed": "files_download_failed",
    "image_refused": "file_refused",
    "album_too_large": "files_too_many",
}
SAY_IT_ALL = frozenset(
    {
        "download_failed",
        "sound_download_failed",
        "image_refused",
        "album_too_large",
        "images_too_large",
        *OF_DOCUMENTS.values(),
    }
)  # they say "send it again" themselves
