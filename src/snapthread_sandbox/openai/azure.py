"""Azure's habits, as a switch: address, header, deployments as models, errors in its form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.wire import Form, Json, Request, Response, json_response

PATH: Final = "/openai/v1"


class AzureError(ApiError):
    """`status` within the error, and for the content filter what is behind it."""

    def __init__(
        self, status: int, message: str, *, code: str, more: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(status, message, code=code)
        self.body = {"code": code, "message": message, **(more or {})}

    def response(self) -> Response:
        return json_response({"error": self.body}, status=self.status, headers=self.headers)


@dataclass(slots=True)
class Azure:
    """One resource with its deployments: their names, and the model of each."""

    deployments: dict[str, str] = field(default_factory=dict)

    def admit(self, request: Request, key: str) -> Request:
        """As the double itself would be asked. Raises AzureError."""
        if not request.path.startswith(f"{PATH}/"):
            raise AzureError(404, "Resource not found", code="404")
        if request.headers.get("api-key") != key:
            raise AzureError(401, WRONG_KEY, code="401")
        path = request.path.removeprefix("/openai")
        headers = {**request.headers, "authorization": f"Bearer {key}"}
        body = self._name_model(request.body) if path == "/v1/responses" else request.body
        return replace(request, path=path, headers=headers, body=body)

    def _name_model(self, body: bytes) -> bytes:
        asked: Json = json.loads(body)
        model = self.deployments.get(asked.get("model", ""))
        if model is None:
            raise AzureError(404, NO_DEPLOYMENT, code="DeploymentNotFound")
        return json.dumps(asked | {"model": model}).encode()

    def check_upload(self, form: Form) -> None:
        if form.get("purpose") not in ("assistants", "batch", "fine-tune"):
            raise AzureError(400, "Invalid value for purpose.", code="invalidPayload")


WRONG_KEY: Final = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a"
    " valid key for an active subscription and use a correct regional API endpoint."
)
NO_DEPLOYMENT: Final = (
    "The API deployment for this resource does not exist. If you created the deployment within the"
    " last 5 minutes, please wait a moment and try again."
)
FILTERED: Final = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management"
    " policy. Please modify your prompt and retry."
)


def filter_refusal() -> AzureError:
    """The refusal of its content filter."""
    result = {"violence": {"filtered": True, "severity": "medium"}}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": result}
    more = {"param": "prompt", "type": None, "status": 400, "innererror": inner}
    return AzureError(400, FILTERED, code="content_filter", more=more)
