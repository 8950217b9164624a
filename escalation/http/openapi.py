"""The OpenAPI 3.1 document, made from the routes and their msgspec structs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from conversations.http.problems import MEDIA_TYPE, Problem
from conversations.staff import DESK_ROLES
from escalation.http.idempotency import HEADER
from escalation.http.route import Query, Route

_PARAMETER_NAME = re.compile(r"\{(\w+)\}")
_PARAMETER = re.compile(r"\{(\w+)(?::([^{}]|\{[^{}]*\})*)?\}")
_KINDS = {str: "string", int: "integer", float: "number"}
_MOST_NUMBER = 999_999_999
_FAILURES = {
    401: "Not signed in",
    400: "The body or the query is not what this route takes",
    404: "There is no such thing, or it is not this person's to see",
    409: "It no longer fits: nothing was changed",
    413: "The body is too large",
    422: "The key came with another request before",
    429: "Too many attempts",
    503: "Not now: another part does not answer",
}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document."""
    kinds = [kind for route in routes for kind in (route.body, route.answer) if kind not in (None, bytes)]
    schemas, components = msgspec.json.schema_components([*kinds, Problem], ref_template="#/components/schemas/{name}")
    by_kind = list(zip([*kinds, Problem], schemas, strict=True))
    paths: dict[str, Any] = {}
    for route in routes:
        plain = _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(plain, {})[route.method.lower()] = _operation(route, plain, by_kind)
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


Schemas = Sequence[tuple[Any, dict[str, Any]]]


def _operation(route: Route, path: str, schemas: Schemas) -> dict[str, Any]:
    ok = {"description": "Done"} if route.answer is None else _body("Done", route.answer, schemas)
    operation: dict[str, Any] = {
        "summary": route.summary,
        "responses": {"204" if route.answer is None else "200": ok},
    }
    if parameters := [*map(_in_path, _PARAMETER_NAME.findall(path)), *map(_in_query, route.query), *_key(route)]:
        operation["parameters"] = parameters
    if route.body is not None:
        content = _body("", route.body, schemas)["content"]
        operation["requestBody"] = {"required": _is_required(route.body), "content": content}
    if route.roles is None:
        operation["security"] = []
    for status in sorted(_failures(route, path)):
        text = _FAILURES[status] if status != 403 else _who_may(route)
        operation["responses"][str(status)] = _content(text, MEDIA_TYPE, _schema(Problem, schemas))
    return operation


def _failures(route: Route, path: str) -> set[int]:
    found = {401, 403} if route.roles is not None else set()
    if route.body is not None or route.query or route.takes_key:
        found.add(400)
    if "{" in path or "handoff" in (query.name for query in route.query):
        found.add(404)
    if route.method != "GET" and route.roles is not None:
        found.add(409)
    if route.body is not None:
        found.add(413)
    if route.takes_key:
        found.add(422)
    if path.endswith("/sign-in"):
        found |= {401, 429}
    if path.endswith("/suggestions"):
        found.add(503)
    return found


def _who_may(route: Route) -> str:
    if route.roles is None or route.roles == DESK_ROLES:
        return "This person may not do that"
    return f"Only for {', '.join(sorted(route.roles))}"


def _is_required(body: Any) -> bool:
    """Whether an empty body says too little."""
    return body is bytes or any(field.required for field in msgspec.structs.fields(body))


def _in_path(name: str) -> dict[str, Any]:
    kind = {"type": "integer", "minimum": 0, "maximum": _MOST_NUMBER} if name == "number" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": kind}


def _in_query(query: Query) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _KINDS[query.kind]}
    if query.choices:
        schema["enum"] = list(query.choices)
    if query.kind is not str:
        schema |= {"minimum": query.least, "maximum": query.most}
    return {"name": query.name, "in": "query", "required": False, "description": query.about, "schema": schema}


def _key(route: Route) -> list[dict[str, Any]]:
    if not route.takes_key:
        return []
    schema = {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[!-~]+$"}
    about = "A UUID, sent again unchanged: the same request is then done once"
    return [{"name": HEADER, "in": "header", "required": False, "description": about, "schema": schema}]


def _body(description: str, kind: Any, schemas: Schemas) -> dict[str, Any]:
    """A body: of a struct as JSON, of ``bytes`` as a file."""
    if kind is bytes:
        return _content(description, "application/octet-stream", {"type": "string", "format": "binary"})
    return _content(description, "application/json", _schema(kind, schemas))


def _schema(kind: Any, schemas: Schemas) -> dict[str, Any]:
    return next(schema for known, schema in schemas if known == kind)


def _content(description: str, media_type: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}
