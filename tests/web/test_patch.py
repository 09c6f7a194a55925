"""JSON Patch: applied to the old document it gives the new one."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from web.patch import patch

keys = st.text(alphabet="ab/~-0", max_size=3)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def applied(document: Any, operations: list[dict[str, Any]]) -> Any:
    """RFC 6902, as far as add, remove and replace go."""
    document = copy.deepcopy(document)
    for operation in operations:
        if not operation["path"]:
            document = operation["value"]
            continue
        *parents, last = (
            part.replace("~1", "/").replace("~0", "~") for part in operation["path"].removeprefix("/").split("/")
        )
        at = document
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at[part]
        match operation["op"], at:
            case "remove", list():
                del at[int(last)]
            case "remove", _:
                del at[last]
            case "add", list():
                at.insert(len(at) if last == "-" else int(last), operation["value"])
            case "replace", list():
                at[int(last)] = operation["value"]
            case _:
                at[last] = operation["value"]
    return document


@given(documents, documents)
def test_the_patch_between_two_documents_turns_one_into_the_other(before, after):
    made = applied(before, patch(before, after))
    assert made == after


@given(documents)
def test_nothing_changed_is_no_operation(document):
    assert patch(document, copy.deepcopy(document)) == []


def test_true_is_not_one():
    assert patch({"a": 1}, {"a": True}) == [{"op": "replace", "path": "/a", "value": True}]
