"""A JSON schema as a regular expression: the compact JSON that satisfies it, its fields in the order given.

Of JSON Schema it knows what the schemas of this product use: objects whose fields are all required, `const`, `enum`,
strings (without escapes), arrays and `anyOf`. Pure; knows nothing of models.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

_CHARACTER = r'[^"\\\x00-\x1f]'


def pattern(schema: dict[str, Any]) -> str:
    """Raises ValueError for a schema that it does not know."""
    if "anyOf" in schema:
        return _any([pattern(each) for each in schema["anyOf"]])
    if "const" in schema:
        return re.escape(_json(schema["const"]))
    if "enum" in schema:
        return _any([re.escape(_json(each)) for each in schema["enum"]])
    fields: dict[str, dict[str, Any]] = schema.get("properties", {})
    match schema.get("type"):
        case "string":
            return f'"{_CHARACTER}{{{schema.get("minLength", 0)},{schema.get("maxLength", "")}}}"'
        case "array" if "items" in schema:
            return _array(pattern(schema["items"]), schema.get("minItems", 0), schema.get("maxItems"))
        case "object" if set(schema.get("required", ())) == set(fields):
            told = (f"{re.escape(_json(name))}:{pattern(field)}" for name, field in fields.items())
            return r"\{" + ",".join(told) + r"\}"
        case _:
            raise ValueError(f"a schema of this form is not known here: {sorted(schema)}")


def _any(patterns: Sequence[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _array(item: str, least: int, most: int | None) -> str:
    if most == 0:
        return r"\[\]"
    more = f"(?:,{item}){{{max(least - 1, 0)},{'' if most is None else most - 1}}}"
    return rf"\[{item}{more}\]" if least else rf"\[(?:{item}{more})?\]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
