"""The OpenAPI 3.1 document, made from the routes and their msgspec structs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from escalation.http.api import Handler
from escalation.http.problems import MEDIA_TYPE
from escalation.http.wire import Problem

Route = tuple[str, str, Handler, Any, Any, str]


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document."""
    structs = [kind for route in routes for kind in route[3:5] if kind is not None]
    schemas, components = msgspec.json.schema_components(
        [*structs, Problem], ref_template="#/components/schemas/{name}"
    )
    by_struct = dict(zip([*structs, Problem], schemas, strict=True))
    paths: dict[str, Any] = {}
    for method, path, _, body, answer, summary in routes:
        paths.setdefault(path, {})[method.lower()] = _operation(path, body, answer, summary, by_struct)
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
    ok = {"description": "Done"} if answer is None else _content("Done", "application/json", schemas[answer])
    operation["responses"]["204" if answer is None else "200"] = ok
    failures = {"401": "Not signed in", "403": "Not allowed"}
    if body is not None:
        failures["400"] = "The body is not what this route takes"
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[body]}}}
    if "{id}" in path:
        failures |= {"404": "No such handoff", "409": "It no longer fits: nothing was changed"}
        operation["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    if path.endswith("/sign-in"):
        failures["429"] = "Too many attempts"
        operation["security"] = []
    for status, text in failures.items():
        operation["responses"][status] = _content(text, MEDIA_TYPE, schemas[Problem])
    return operation


def _content(description: str, media_type: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}
