"""The OpenAPI 3.1 document, made from the routes and their msgspec structs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from escalation.http.api import Route
from escalation.http.problems import MEDIA_TYPE
from escalation.http.wire import Problem

_PARAMETER_NAME = re.compile(r"\{(\w+)\}")
_PARAMETER = re.compile(r"\{(\w+)(?::([^{}]|\{[^{}]*\})*)?\}")


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document."""
    structs = [kind for route in routes for kind in route[3:5] if kind not in (None, bytes)]
    schemas, components = msgspec.json.schema_components(
        [*structs, Problem], ref_template="#/components/schemas/{name}"
    )
    by_struct = dict(zip([*structs, Problem], schemas, strict=True))
    paths: dict[str, Any] = {}
    for method, path, _, body, answer, summary in routes:
        plain = _PARAMETER.sub(r"{\1}", path)
        paths.setdefault(plain, {})[method.lower()] = _operation(plain, body, answer, summary, by_struct)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Frontdesk", "version": version, "license": {"name": "Apache-2.0"}},
        "security": [{"token": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "frontdesk_desk"},
            },
        },
    }


def _operation(path: str, body: Any, answer: Any, summary: str, schemas: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {"summary": summary, "responses": {}}
    ok = {"description": "Done"} if answer is None else _body("Done", answer, schemas)
    operation["responses"]["204" if answer is None else "200"] = ok
    failures = {"401": "Not signed in", "403": "Not allowed"}
    if body is not None:
        failures["400"] = "The body is not what this route takes"
        operation["requestBody"] = {"required": True, "content": _body("", body, schemas)["content"]}
    if body is bytes:
        failures["413"] = "The file is too large"
    if "{id}" in path:
        failures |= {"404": "No such handoff, message or file", "409": "It no longer fits: nothing was changed"}
        operation["parameters"] = [_parameter(name, "path") for name in _PARAMETER_NAME.findall(path)]
    if body is bytes:
        operation["parameters"].append(_parameter("name", "query"))
    if path.endswith("/sign-in"):
        failures["429"] = "Too many attempts"
        operation["security"] = []
    for status, text in failures.items():
        operation["responses"][status] = _content(text, MEDIA_TYPE, schemas[Problem])
    return operation


def _parameter(name: str, place: str) -> dict[str, Any]:
    kind = "integer" if name == "number" else "string"
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}


def _body(description: str, kind: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    """A body: of a struct as JSON, of ``bytes`` as a file."""
    if kind is bytes:
        return _content(description, "application/octet-stream", {"type": "string", "format": "binary"})
    return _content(description, "application/json", schemas[kind])


def _content(description: str, media_type: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}
