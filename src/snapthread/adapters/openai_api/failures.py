"""Faults of a request to OpenAI as our failures."""

from collections.abc import Mapping
from typing import Final

from snapthread.adapters.openai_api.error_table import Denial, meaning_of, says_gone
from snapthread.adapters.openai_api.faults import Fault
from snapthread.errors import (
    AssistantBusy,
    AssistantDenied,
    AssistantMisused,
    AssistantRefused,
    ContextTooLong,
    CountryDenied,
    FilesBusy,
    FilesGone,
    ImageRefused,
    ModelGone,
    OutOfCredit,
    SnapthreadError,
    SoundRefused,
    TranscriberBusy,
)
from snapthread.faults import SoundFault

# The operator reads these in the log and in the alert.
ADVICE: Final[Mapping[Denial, str]] = {
    "credit": "no credit left or a spending limit reached; top up, or raise the limit",
    "key": "the server does not accept the key; set OPENAI_API_KEY to a valid one",
    "forbidden": "the server does not allow this with the key; check the key's permissions",
    "model": "the server does not know the model for this key; set OPENAI_MODEL to another one",
    "address": "no such API answers there; check OPENAI_BASE_URL and OPENAI_MODEL",
    "proxy": "the proxy to it does not accept our user and password; check OPENAI_PROXY",
    "storage": "the server holds no more files for this project; delete some, or raise its limit",
    "region": "the server does not serve this project from this region; check OPENAI_BASE_URL",
    "country": "the server does not serve the country this machine is in; set OPENAI_PROXY",
    "unverified": "the server streams this model to verified organizations only; verify yours in"
    " its settings, or choose another OPENAI_MODEL",
    "misused": "the server does not take the request; check the OPENAI_ settings, or tell us",
}


def assistant_failure(fault: Fault, *, has_files: bool = True) -> SnapthreadError:
    """The failure of a question; one without files fails for no file."""
    meaning = meaning_of(fault)
    if meaning == "picture" and not has_files:
        meaning = "address" if fault.status == 404 else "misused"
    match meaning:
        case "busy":
            return AssistantBusy(str(fault), retry_after_s=fault.retry_after_s)
        case "policy":
            return AssistantRefused(str(fault))
        case "too_long":
            return ContextTooLong(str(fault))
        case "picture":
            ids, is_missing = fault.file_ids, says_gone(fault)
            return FilesGone(str(fault), openai_ids=ids, is_missing=is_missing)
    return _denial(meaning, fault)


def files_failure(fault: Fault) -> SnapthreadError:
    """The failure of a request about files; one about the content is `upload_failure`."""
    meaning = meaning_of(fault)
    match meaning:
        case "busy":
            return _files_busy(fault)
        case "policy" | "too_long" | "picture" | "misused":
            return _denial("misused", fault)
    return _denial(meaning, fault)


def upload_failure(fault: Fault) -> SnapthreadError:
    """A 4xx is about the image, unless it names what we say about it."""
    is_ours = fault.param.startswith(("purpose", "expires_after"))
    if not is_ours and meaning_of(fault) in {"misused", "policy", "too_long", "picture"}:
        return ImageRefused("refused", str(fault))
    return files_failure(fault)


def transcription_failure(fault: Fault) -> SnapthreadError:
    """A 4xx is about the sound, unless it names what we say about it."""
    meaning = meaning_of(fault)
    if meaning == "busy":
        unknown = not is_untaken(fault)
        return TranscriberBusy(str(fault), retry_after_s=fault.retry_after_s, unknown=unknown)
    is_ours = fault.param in {"model", "response_format"}
    match meaning:
        case "misused" | "policy" | "too_long" | "picture":
            if not is_ours:
                return SoundRefused(_sound_fault(fault), str(fault))
            return _denial("misused", fault)
    denied = _denial(meaning, fault, model="TRANSCRIPTION_MODEL")
    # Of the other model nothing is known by it.
    return AssistantDenied(str(denied)) if isinstance(denied, ModelGone) else denied


def _sound_fault(fault: Fault) -> SoundFault:
    if fault.status == 413:
        return "too_large"
    return "too_short" if fault.code == "audio_too_short" else "unreadable"


def is_gone(fault: Fault) -> bool:
    """Does the files service say that the file is not there? A 404 of a wrong address does not."""
    return fault.status in {400, 404, 410} and says_gone(fault)


def is_untaken(fault: Fault) -> bool:
    """The server surely did not take the question, so it costs nothing. One that was silent or
    broke off may have, and so may one behind a gateway that waited too long."""
    if fault.status is not None:
        return fault.status not in {408, 504, *range(520, 528)}
    return not fault.is_sent


def _files_busy(fault: Fault) -> FilesBusy:
    refused = fault.status is not None and 400 <= fault.status < 500 and fault.status != 408
    unknown = fault.is_sent and not refused
    return FilesBusy(str(fault), retry_after_s=fault.retry_after_s, unknown=unknown)


def _denial(meaning: Denial, fault: Fault, *, model: str = "OPENAI_MODEL") -> SnapthreadError:
    text = f"{ADVICE[meaning].replace('OPENAI_MODEL', model)} ({fault})"
    match meaning:
        case "credit":
            return OutOfCredit(text)
        case "country":
            return CountryDenied(text)
        case "misused":
            return AssistantMisused(text)
        case "model":
            return ModelGone(text)
    return AssistantDenied(text)
