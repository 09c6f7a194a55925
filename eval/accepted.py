"""Which turns of a journal were accepted: the shopper went for a product that the turn showed, or spoke of. Pure.

To go for it is to open it, put it into the cart, buy it or give it a thumb up; a thumb down outweighs a look, not a
cart, as where a ranker learns. What was done is put down to what was shown by attribution.py. A turn that showed
nothing of its own and spoke of no card (help, small talk, a question) cannot be accepted in this way. Knows nothing of
prompts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.attribution import OutcomeName, attributed, exposures, outcomes
from agent.conversation import Conversation
from agent.journal import ConsentSet, EventReported, Logged
from agent.tools import AnyCall, Compare, Refine, Reply, SearchCatalog
from eval.training import graded

_LIKED = 2
"""The grade of a look, the least that counts."""

Liked = Mapping[tuple[str, str, str], datetime]
"""By session, card set and product: when the shopper went for it last."""


def liked(log: Sequence[Logged]) -> Liked:
    """The cards that shoppers went for. `log`: as `shoppers_log` gives it."""
    names: defaultdict[tuple[str, str, str], set[OutcomeName]] = defaultdict(set)
    last: dict[tuple[str, str, str], datetime] = {}
    for each in attributed(exposures(log), outcomes(log)):
        key = each.exposure.key
        names[key].add(each.outcome.name)
        if graded({each.outcome.name}) >= _LIKED:
            last[key] = max(each.outcome.time, last.get(key, each.outcome.time))
    return {key: time for key, time in last.items() if graded(names[key]) >= _LIKED}


def forbidden(log: Sequence[Logged]) -> frozenset[str]:
    """The sessions in which anything was ever said or reported against use. Given anew, consent covers what comes
    after; but a prompt carries on what was said before, so that such a session teaches nothing."""
    return frozenset(
        each.session_id
        for each in log
        if (isinstance(each.record, ConsentSet) and not each.record.granted)
        or (isinstance(each.record, EventReported) and not each.record.consent)
    )


def is_accepted(call: AnyCall, turn_id: str, began: datetime, after: Conversation, went_for: Liked) -> bool:
    """Whether this turn was. `after`: the conversation at its end."""
    current = after.shelf.current
    if current is None:
        return False
    times = {card.handle: went_for.get((after.session_id, current.id, card.product.id)) for card in current.cards}
    match call:
        case SearchCatalog() | Refine():
            return current.turn_id == turn_id and any(times.values())
        case Compare(items=items) | Reply(items=items):
            # It may have been opened before it was spoken of.
            return any(time >= began for handle in items if (time := times.get(handle)))
        case _:
            return False
