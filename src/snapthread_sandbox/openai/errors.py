"""Errors as OpenAI's API words them."""

from collections.abc import Iterable, Mapping

from snapthread_sandbox.wire import Json, Response, json_response


class ApiError(Exception):
    """A request that OpenAI refuses, in the shape of its answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "type": type, "param": param, "code": code}
        self.headers = headers

    def response(self) -> Response:
        return json_response({"error": self.body}, status=self.status, headers=self.headers)


def invalid_key(key: str) -> ApiError:
    shown = f"{key[:3]}****{key[-2:]}" if len(key) > 8 else "****"
    message = (
        f"Incorrect API key provided: {shown}. You can find your API key at "
        "https://platform.openai.com/account/api-keys."
    )
    return ApiError(401, message, code="invalid_api_key")


def unknown_url(method: str, path: str) -> ApiError:
    return ApiError(404, f"Invalid URL ({method} {path})")


def unknown_parameter(param: str) -> ApiError:
    return ApiError(400, f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def missing(param: str) -> ApiError:
    message = f"Missing required parameter: '{param}'."
    return ApiError(400, message, param=param, code="missing_required_parameter")


def invalid_type(param: str, expected: str, got: object) -> ApiError:
    message = f"Invalid type for '{param}': expected {expected}, but got {_kind(got)} instead."
    return ApiError(400, message, param=param, code="invalid_type")


def invalid_value(param: str, got: object, allowed: Iterable[str]) -> ApiError:
    message = f"Invalid value: '{got}'. Supported values are: {list_values(allowed)}."
    return ApiError(400, message, param=param, code="invalid_value")


def below_minimum(param: str, minimum: int, got: int) -> ApiError:
    message = (
        f"Invalid '{param}': integer below minimum value. "
        f"Expected a value >= {minimum}, but got {got} instead."
    )
    return ApiError(400, message, param=param, code="integer_below_min_value")


def above_maximum(param: str, maximum: int, got: int) -> ApiError:
    message = (
        f"Invalid '{param}': integer above maximum value. "
        f"Expected a value <= {maximum}, but got {got} instead."
    )
    return ApiError(400, message, param=param, code="integer_above_max_value")


def too_long(param: str, maximum: int, got: int) -> ApiError:
    message = (
        f"Invalid '{param}': string too long. Expected a string with maximum length {maximum}, "
        f"but got a string with length {got} instead."
    )
    return ApiError(400, message, param=param, code="string_above_max_length")


def unknown_model(model: str) -> ApiError:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ApiError(404, message, code="model_not_found")


def unsupported_parameter(param: str) -> ApiError:
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return ApiError(400, message, param=param, code=None)


def unsupported_effort(effort: str, model: str, allowed: Iterable[str]) -> ApiError:
    message = (
        f"Unsupported value: '{effort}' is not supported with the '{model}' model. "
        f"Supported values are: {list_values(allowed)}."
    )
    return ApiError(400, message, param="reasoning.effort", code="unsupported_value")


def context_too_long() -> ApiError:
    message = (
        "Your input exceeds the context window of this model. "
        "Please adjust your input and try again."
    )
    return ApiError(400, message, param="input", code="context_length_exceeded")


def list_values(values: Iterable[str]) -> str:
    """'a', 'b', and 'c': as OpenAI lists values."""
    *first, last = [f"'{value}'" for value in values]
    if not first:
        return last
    comma = "," if len(first) > 1 else ""
    return f"{', '.join(first)}{comma} and {last}"


def _kind(value: object) -> str:
    kinds = {bool: "a boolean", int: "an integer", float: "a decimal", str: "a string"}
    kinds |= {list: "an array", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "something else")
