"""Conditions in a Qdrant server's words. Knows nothing of what they mean to a shop."""

from qdrant_client import models

from retrieval.conditions import Among, Conditions, OneOf, Test, Within


def filter_of(held: Conditions) -> models.Filter | None:
    """The server's form of these conditions; None where there are none."""
    if not held:
        return None
    must, must_not = ([_condition(test) for test in tests] or None for tests in (held.must, held.must_not))
    return models.Filter(must=must, must_not=must_not)


def _condition(test: Test) -> models.Condition:
    if isinstance(test, OneOf):
        return models.FieldCondition(key=test.key, match=models.MatchAny(any=list(test.values)))
    if isinstance(test, Within):
        return models.FieldCondition(key=test.key, range=models.Range(gte=test.low, lte=test.high))
    if isinstance(test, Among):
        return models.HasIdCondition(has_id=list(test.points))
    return models.Filter(must_not=[models.IsEmptyCondition(is_empty=models.PayloadField(key=test.key))])
