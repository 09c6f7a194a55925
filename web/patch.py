"""RFC 6902: the JSON Patch that turns one JSON document into another. Pure; knows nothing of what they mean."""

from collections.abc import Iterator
from typing import Any, cast


def patch(before: Any, after: Any, path: str = "") -> list[dict[str, Any]]:
    """The operations, in the order in which they apply; empty where nothing changed."""
    if isinstance(before, dict) and isinstance(after, dict):
        return list(_of_objects(cast(dict[str, Any], before), cast(dict[str, Any], after), path))
    if isinstance(before, list) and isinstance(after, list):
        return list(_of_arrays(cast(list[Any], before), cast(list[Any], after), path))
    same = isinstance(before, bool) == isinstance(after, bool) and before == after
    return [] if same else [{"op": "replace", "path": path, "value": after}]


def _of_objects(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
    for key in before:
        if key not in after:
            yield {"op": "remove", "path": f"{path}/{_escaped(key)}"}
    for key, value in after.items():
        here = f"{path}/{_escaped(key)}"
        if key in before:
            yield from patch(before[key], value, here)
        else:
            yield {"op": "add", "path": here, "value": value}


def _of_arrays(before: list[Any], after: list[Any], path: str) -> Iterator[dict[str, Any]]:
    for at in range(min(len(before), len(after))):
        yield from patch(before[at], after[at], f"{path}/{at}")
    for at in reversed(range(len(after), len(before))):
        yield {"op": "remove", "path": f"{path}/{at}"}
    for value in after[len(before) :]:
        yield {"op": "add", "path": f"{path}/-", "value": value}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
