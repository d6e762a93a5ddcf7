"""JSON schemas as language models are given them: what a request may contain, without what only programs read."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

_NOISE = ("title", "propertyNames", "maxProperties", "maxItems", "maxLength")
"""Of each field: no help in choosing a value, and refused in a sentence where it matters."""
_AS_THEY_ARE = ("enum", "const", "default", "required")


def for_models(request: type[Any], extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a request.

    Args:
        request: a class that `workspace.verbs.request` made.
        extra: properties that are added, unless the request has one of that name.

    Returns:
        A schema of an object; unknown properties are not allowed in it.
    """
    whole = TypeAdapter(request).json_schema()
    properties = {name: _plain(field) for name, field in whole.get("properties", {}).items()}
    properties |= {name: field for name, field in (extra or {}).items() if name not in properties}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if whole.get("required"):
        schema["required"] = list(whole["required"])
    if "$defs" in whole:
        schema["$defs"] = {name: _plain(one) for name, one in whole["$defs"].items()}
    return schema


def in_words(schema: dict[str, Any]) -> str:
    """The properties of a schema in a line: "sound (needed), effort, top"."""
    needed = schema.get("required", [])
    names = [f"{name} (needed)" if name in needed else name for name in schema["properties"]]
    return ", ".join(names) or "no arguments"


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {each: _plain(one) for each, one in value.items()}
        elif name not in _NOISE:
            kept[name] = value if name in _AS_THEY_ARE else _plain(value)
    return kept
