"""OpenAI's words for a file that is gone, or is no picture: unknown, so every way is a switch.

Source: `openai.types.responses.ResponseError`, public issue threads, docs/unknowns.md.
"""

from dataclasses import dataclass
from enum import Enum

from snapthread_sandbox.openai.errors import ApiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A stream that ends with `response.failed`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent:
    """A stream that ends with `event: error`, flat as published or nested as some send it."""

    code: str | None
    message: str
    is_nested: bool = False
    type: str = "invalid_request_error"  # told only where it is nested


Failure = ApiError | Failed | ErrorEvent

NOT_AN_IMAGE = (
    "The image data you provided does not represent a valid image. Please check your input and "
    "try again with one of the supported image formats: "
    "['image/jpeg', 'image/png', 'image/gif', 'image/webp']."
)


class DeadFileShape(Enum):
    """Status, code, and how it is wrapped."""

    NO_SUCH_FILE_OBJECT_404 = "404 No such File object, code null"
    FILE_NOT_FOUND_404 = "404 File not found, code null"
    INVALID_IMAGE_URL_400 = "400 invalid_image_url"
    IMAGE_FILE_NOT_FOUND_400 = "400 image_file_not_found"
    INVALID_VALUE_400 = "400 invalid_value"
    FAILED_IMAGE_FILE_NOT_FOUND = "response.failed image_file_not_found"
    FAILED_TO_DOWNLOAD_IMAGE = "response.failed failed_to_download_image"
    FAILED_INVALID_IMAGE_URL = "response.failed invalid_image_url"
    ERROR_EVENT_FLAT = "event: error, flat"
    ERROR_EVENT_NESTED = "event: error, nested"

    def failure(self, file_id: str, *, is_named: bool = True) -> Failure:
        """The failure for this file; some failures do not say which file it was."""
        named = f"'{file_id}' " if is_named else ""
        gone = f"Image file {named}not found. It may have been deleted or expired."
        match self:
            case DeadFileShape.NO_SUCH_FILE_OBJECT_404:
                return ApiError(404, f"No such File object: {file_id}", param="id")
            case DeadFileShape.FILE_NOT_FOUND_404:
                return ApiError(404, f"File {named}not found.")
            case DeadFileShape.INVALID_IMAGE_URL_400:
                return ApiError(400, gone, param="input", code="invalid_image_url")
            case DeadFileShape.IMAGE_FILE_NOT_FOUND_400:
                return ApiError(400, gone, param="input", code="image_file_not_found")
            case DeadFileShape.INVALID_VALUE_400:
                return ApiError(
                    400, f"Invalid file_id: {file_id}", param="input", code="invalid_value"
                )
            case DeadFileShape.FAILED_IMAGE_FILE_NOT_FOUND:
                return Failed(code="image_file_not_found", message=gone)
            case DeadFileShape.FAILED_TO_DOWNLOAD_IMAGE:
                return Failed(code="failed_to_download_image", message=gone)
            case DeadFileShape.FAILED_INVALID_IMAGE_URL:
                return Failed(code="invalid_image_url", message=gone)
            case DeadFileShape.ERROR_EVENT_FLAT:
                return ErrorEvent(code="image_file_not_found", message=gone)
            case DeadFileShape.ERROR_EVENT_NESTED:
                return ErrorEvent(code="image_file_not_found", message=gone, is_nested=True)


class BadImageShape(Enum):
    """The first is what the live API was seen to send for inline images."""

    INVALID_VALUE_400 = "400 invalid_value"
    INVALID_IMAGE_URL_400 = "400 invalid_image_url"
    FAILED_IMAGE_PARSE_ERROR = "response.failed image_parse_error"

    def failure(self) -> Failure:
        match self:
            case BadImageShape.INVALID_VALUE_400:
                return ApiError(400, NOT_AN_IMAGE, param="input", code="invalid_value")
            case BadImageShape.INVALID_IMAGE_URL_400:
                return ApiError(400, NOT_AN_IMAGE, param="input", code="invalid_image_url")
            case BadImageShape.FAILED_IMAGE_PARSE_ERROR:
                return Failed(code="image_parse_error", message=NOT_AN_IMAGE)
