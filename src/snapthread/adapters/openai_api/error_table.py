"""One table: what OpenAI says went wrong, in a word.

Read in this order: the class, the type, the code, the message, the status. A message is asked where
the code says little, since it alone may tell that a file is gone (reference: error codes guide).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

import openai
from openai._exceptions import SubjectTokenProviderError  # exported nowhere else

from snapthread.adapters.openai_api.faults import Fault

# The operator must act.
Denial = Literal[
    "credit",
    "key",  # it is not accepted
    "forbidden",
    "model",
    "address",  # nothing of OpenAI's answers there
    "region",
    "storage",
    "misused",
]
Meaning = (
    Literal[
        "busy",
        "policy",
        "too_long",
        "picture",  # a file is gone, or is no picture that OpenAI takes
    ]
    | Denial
)

# What the SDK raises; None where type, code, message and status decide.
EXCEPTIONS: Final[Mapping[type[Exception], Meaning | None]] = {
    openai.OpenAIError: "busy",
    openai.APIError: None,
    openai.APIStatusError: None,
    openai.BadRequestError: None,
    openai.AuthenticationError: None,
    openai.OAuthError: "key",
    openai.PermissionDeniedError: None,
    openai.NotFoundError: None,
    openai.ConflictError: None,
    openai.UnprocessableEntityError: None,
    openai.RateLimitError: None,
    openai.InternalServerError: None,
    openai.APIResponseValidationError: "busy",
    openai.APIConnectionError: "busy",
    openai.APITimeoutError: "busy",
    SubjectTokenProviderError: "key",
    openai.ContentFilterFinishReasonError: "policy",
    openai.LengthFinishReasonError: "busy",
    openai.InvalidWebhookSignatureError: "busy",
    openai.WebSocketConnectionClosedError: "busy",
    openai.WebSocketQueueFullError: "busy",
}

TYPES: Final[Mapping[str, Meaning]] = {"insufficient_quota": "credit"}

CODES: Final[Mapping[str, Meaning]] = {
    # response.error.code, complete
    "server_error": "busy",
    "rate_limit_exceeded": "busy",
    "vector_store_timeout": "busy",
    "invalid_prompt": "policy",
    "bio_policy": "policy",
    "misalignment_policy_violation": "policy",
    "image_content_policy_violation": "policy",
    "data_residency_mismatch": "region",
    "invalid_image": "picture",
    "invalid_image_format": "picture",
    "invalid_base64_image": "picture",
    "invalid_image_url": "picture",
    "image_too_large": "picture",
    "image_too_small": "picture",
    "image_parse_error": "picture",
    "invalid_image_mode": "picture",
    "image_file_too_large": "picture",
    "unsupported_image_media_type": "picture",
    "empty_image_file": "picture",
    "failed_to_download_image": "picture",
    "image_file_not_found": "picture",
    # of HTTP errors and error events
    "file_not_found": "picture",
    "context_length_exceeded": "too_long",
    "content_policy_violation": "policy",
    "content_filter": "policy",
    "model_not_found": "model",
    "invalid_api_key": "key",
    "unsupported_country_region_territory": "region",
    "insufficient_quota": "credit",
    "credit_balance_exhausted": "credit",
    "billing_hard_limit_reached": "credit",
    "billing_not_active": "credit",
    "organization_spend_limit_exceeded": "credit",
    "project_spend_limit_exceeded": "credit",
    "organization_usage_limit_exceeded": "credit",
    "overloaded": "busy",
    "slow_down": "busy",
}

MESSAGES: Final[tuple[tuple[str, Meaning], ...]] = (
    (r"(?i)^invalid url \(", "address"),
    (r"(?i)context (window|length)|maximum context|request too large", "too_long"),
    (r"(?i)exceeded your current quota", "credit"),
    (r"(?i)storage (quota|limit)", "storage"),
    (r"(?i)no such file|invalid file_?id", "picture"),
    (r"\bfile-(\w{16,}|(?=\w*\d)\w{4,})", "picture"),  # an id, not "file-inputs"
    (r"(?is)\bfile\b.{0,99}\b(not found|not exist|deleted|expired)", "picture"),
    (r"(?is)\bimage\b.{0,60}\b(valid|invalid|download|not found)", "picture"),
)

STATUSES: Final[Mapping[int, Meaning]] = {
    400: "misused",
    401: "key",
    403: "forbidden",
    404: "address",
    405: "address",
    408: "busy",
    409: "busy",
    413: "too_long",
    422: "misused",
    425: "busy",
    429: "busy",
}


def meaning_of(fault: Fault) -> Meaning:
    by_class = _of_exception(fault.cause)
    if by_class:
        return by_class
    code = TYPES.get(fault.type) or CODES.get(fault.code)
    if code and code != "busy":
        return code
    if (fault.status or 0) >= 500:
        return "busy"
    return _of_message(fault.message) or code or _of_status(fault.status)


def _of_exception(cause: type[BaseException] | None) -> Meaning | None:
    """None where the fault's own words decide: of events, and of most of the SDK's classes."""
    if cause is None:
        return None
    placed = [cls for cls in cause.__mro__ if cls in EXCEPTIONS]
    return EXCEPTIONS[placed[0]] if placed else "busy"


def _of_message(message: str) -> Meaning | None:
    return next((meaning for words, meaning in MESSAGES if re.search(words, message)), None)


def _of_status(status: int | None) -> Meaning:
    if status is None or not 400 <= status < 500:
        return "busy"
    return STATUSES.get(status, "misused")


def says_picture(fault: Fault) -> bool:
    """Is it about an image or a file, whatever its status?"""
    return "picture" in (CODES.get(fault.code), _of_message(fault.message))
