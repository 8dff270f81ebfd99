"""API Gateway as the product's app meets it: events of its shape, and nothing for unknown paths.

Path parameters stay percent-encoded, as REST APIs of API Gateway pass them on; the app decodes.
"""

import base64
from collections.abc import Mapping
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import LambdaEventConverter, LocalGateway, LocalGatewayException, RouteMatcher


class UnknownPathError(LocalGatewayException):
    """No route has this path."""

    CODE = 404


class _EventConverter(LambdaEventConverter):
    """Events as API Gateway makes them where every type is a binary one."""

    def create_lambda_event(
        self, method: str, path: str, headers: Mapping[str, Any], body: bytes | None = None
    ) -> dict[str, Any]:
        event: dict[str, Any] = super().create_lambda_event(method, path, {}, None)
        names = {part[1:-1] for part in event["requestContext"]["resourcePath"].split("/")}
        captured = event["pathParameters"].items()
        event["pathParameters"] = {name: text for name, text in captured if name in names} or None
        event["headers"] = {name: values[-1] for name, values in headers.items()}
        event["multiValueHeaders"] = dict(headers)
        event["httpMethod"], event["path"] = method, event["requestContext"]["path"]
        event["isBase64Encoded"] = bool(body)
        event["body"] = base64.b64encode(body).decode() if body else None
        return event


class Gateway(LocalGateway):
    """Stands for API Gateway."""

    def __init__(self, app: Chalice, config: Config) -> None:
        super().__init__(app, config)
        self.event_converter = _EventConverter(RouteMatcher(list(app.routes)))

    def _generate_lambda_event(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return super()._generate_lambda_event(*args, **kwargs)
        except ValueError:
            raise UnknownPathError({}) from None
