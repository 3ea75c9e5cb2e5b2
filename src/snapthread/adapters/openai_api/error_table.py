"""One table: what OpenAI says went wrong, in a word.

Read in this order: the type, the code, the message, the status. A message is asked where the code
says little, since it alone may tell that a file is gone (reference: error codes guide).
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

from snapthread.adapters.openai_api.faults import Fault

# The operator must act.
Denial = Literal[
    "credit",
    "key",  # it is not accepted
    "forbidden",
    "model",
    "address",  # nothing of OpenAI's answers there
    "region",
    "country",
    "unverified",
    "proxy",  # it does not know us
    "storage",
    "misused",
]
Meaning = (
    Literal[
        "busy",
        "policy",
        "too_long",
        "picture",  # a file is gone, or is no picture and no document that OpenAI takes
    ]
    | Denial
)

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
    "unsupported_file": "picture",
    "file_too_large": "too_long",  # all documents of a request together
    "context_length_exceeded": "too_long",
    "content_policy_violation": "policy",
    "content_filter": "policy",
    "moderation_blocked": "policy",
    "model_not_found": "model",
    "DeploymentNotFound": "model",  # Azure's
    "invalid_api_key": "key",
    "unsupported_country_region_territory": "country",
    "insufficient_quota": "credit",
    "credit_balance_exhausted": "credit",
    "billing_hard_limit_reached": "credit",
    "billing_not_active": "credit",
    "organization_spend_limit_exceeded": "credit",
    "project_spend_limit_exceeded": "credit",
    "organization_usage_limit_exceeded": "credit",
    "overloaded": "busy",
    "slow_down": "busy",
    "conversation_locked": "busy",
}

MESSAGES: Final[tuple[tuple[str, Meaning], ...]] = (
    (r"(?i)^invalid url \(", "address"),
    (r"(?i)organization must be verified", "unverified"),
    (r"(?i)country, region,? or territory not supported", "country"),
    (r"(?i)exceeded your current quota", "credit"),
    (r"(?i)context (window|length)|maximum context|request too large", "too_long"),
    (r"(?i)storage (quota|limit)", "storage"),
    (r"(?i)\bsafety system\b|\b(usage|content|content management) polic(y|ies)\b", "policy"),
    (r"(?i)\b(input|prompt|request|content) (was|is|has been) flagged\b", "policy"),
    (r"(?i)no such file object|invalid file_?id", "picture"),
    (r"\bfile-(\w{16,}|(?=\w*\d)\w{4,})", "picture"),  # an id, not "file-inputs"
    (r"(?is)\bfile\b.{0,99}\b(not found|not exist|deleted|expired)", "picture"),
    (
        r"(?is)\b(file|files|pdf)\b.{0,80}\b(not a valid|invalid|not supported|encrypted)\b",
        "picture",
    ),
    (r"(?is)\bimage\b.{0,60}\b(valid|invalid|download|not found)", "picture"),
)
# The files service names the file. A server that has nothing at an address says "File Not Found"
# as well.
NAMED_FILE: Final = re.compile(
    r"""(?ix)no\ such\ file\ object
    | \bfile(\ with\ id)?\ ['"]?[\w-]*\d[\w-]*['"]?\ .{0,30}
      \b(not\ found|not\ exist|deleted|expired)
    | invalid\ file_?id"""
)
ITS_TYPE: Final = "invalid_request_error"

STATUSES: Final[Mapping[int, Meaning]] = {
    400: "misused",
    401: "key",
    402: "credit",
    403: "forbidden",
    404: "address",
    405: "address",
    407: "proxy",
    408: "busy",
    409: "busy",
    413: "too_long",
    422: "misused",
    425: "busy",
    429: "busy",
}


def meaning_of(fault: Fault) -> Meaning:
    if fault.cause:
        return "busy"  # the transport's own
    code = TYPES.get(fault.type) or CODES.get(fault.code)
    if code and code != "busy":
        return code
    if (fault.status or 0) >= 500:
        return "busy"
    said = _of_message(fault)
    if _is_about_our_rate(fault):
        return said if said == "credit" else "busy"
    return said or code or _of_status(fault.status)


def _is_about_our_rate(fault: Fault) -> bool:
    """Also "request too large": for the tokens of this minute, not for the model."""
    return fault.status == 429 or fault.code == "rate_limit_exceeded"


def _of_message(fault: Fault) -> Meaning | None:
    said = (meaning for words, meaning in MESSAGES if re.search(words, fault.message))
    meaning = next(said, None)
    if meaning == "picture" and fault.status == 404 and fault.type != ITS_TYPE:
        return "picture" if NAMED_FILE.search(fault.message) else None
    return meaning


def _of_status(status: int | None) -> Meaning:
    if status is None or not 300 <= status < 500:
        return "busy"
    if status < 400:
        return "address"  # it sends us to another server
    return STATUSES.get(status, "misused")


def says_gone(fault: Fault) -> bool:
    """In the words of the files service: this file is not there."""
    is_named = NAMED_FILE.search(fault.message) is not None
    return is_named or fault.code in {"file_not_found", "image_file_not_found"}
