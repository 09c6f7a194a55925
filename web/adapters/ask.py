"""Questions in words by the Universal Commerce Protocol: `dev.ucp.common.ask` as a turn of the assistant.

Source: the capability's specification (ucp.dev, draft of October 2026). A question is answered and nothing else is
done; where the words ask for a deed, the answer says that it was not done. `ids` name products: their titles stand
where the question says "it" or "these", else behind it.

Who may hear what is decided by what a request shows, never by its words. With the merchant's key a conversation is a
guest's, opened here and nowhere else: its id opens no session of a shopper. With a session's token the conversation is
that session, whatever id is replayed. An id that opens nothing begins a new conversation, and the answer says so.

An idempotency key names a turn of its conversation: sent again with the same payload it is answered as before, with
another one it is refused. Knows nothing of transports.
"""

import re
from collections.abc import Sequence
from contextlib import aclosing
from hashlib import sha256
from uuid import uuid4

from web.adapters.callers import Caller, checked_id, idempotent_id
from web.adapters.catalog import Catalog, answer, info
from web.adapters.running import run
from web.adapters.telling import Telling
from web.adapters.ucpproduct import Json
from web.adapters.ucprequests import AskRequest
from web.auth import new_session_id
from web.http import Door
from web.incoming import message_text
from web.problems import Refused

ASK = "dev.ucp.common.ask"
_ASKED = r"(?:^|[.!?;:,—]\s*|\b(?:please|and|then|(?:can|could|will|would) you|(?:want|like|need) (?:you )?to)\s+)"
_DEEDS = (
    r"(?:add|put|place|remove|buy|order|purchase|reserve|book|cancel|return|refund|exchange|ship|pay|check ?out|apply"
    r"|redeem|change|update)"
)
_ON = (
    r"(?:my|this|that|these|those|it|them|both|all|one|two|three|four|five|\d+|code|coupon|an? (?:order|return|refund)"
    r"|the (?:first|second|third|last|order|code|coupon|discount))"
)
_DEED = re.compile(
    rf"{_ASKED}{_DEEDS}\s+(?:(?:me|us)\s+)?{_ON}\b|\b(?:add|put)\b.{{1,60}}\b(?:cart|basket)\b"
    r"|(?:请|帮|麻烦|给我|替我|我要|我想|把)[^。！？?!]{0,15}(?:购物车|下单|买下|取消|退货|退款|换货|预订|预留|结账|优惠码)",
    re.IGNORECASE | re.DOTALL,
)
"""Words that ask for a deed. Where they only seem to, what is said of them is true all the same."""
_IT = re.compile(r"\b(?:it|this|these|they|them)\b", re.IGNORECASE)
_ZH_IT = re.compile(r"它们?|这(?:个|款|件|些|双|只|台|种)(?:产品|商品|东西)?")
_NOT_DONE = {
    "en": "Nothing has been added, ordered, changed or cancelled: questions are answered here, and no more.",
    "zh": "没有加入购物车、下单、更改或取消任何东西：这里只回答问题。",
}


async def ask(door: Door, catalog: Catalog, caller: Caller, asked: AskRequest, key: str | None, base: str) -> Json:
    """The answer. `key`: the idempotency key. `base`: where the shop is. Raises Refused, JournalError and
    RetrievalError."""
    named, notes = await catalog.resolved(asked.ids), list[Json]()
    notes += [info("not_found", given) for given in asked.ids if given not in named]
    titles = tuple(dict.fromkeys(product.title for product in named.values()))
    text = message_text(grounded(message_text(asked.query, "query"), titles), "query")
    conversation, session_id = await _conversation(door, caller, asked, key)
    if asked.conversation and conversation != asked.conversation.id:
        notes.append(info("not_found", f"Conversation not found, a new one was begun: {asked.conversation.id}"))
    message_id = await _message_id(door, session_id, asked, key) if key else uuid4().hex
    telling = Telling()
    async with aclosing(run(door, caller, session_id, message_id, text)) as frames:
        async for frame in frames:
            telling = telling.after(frame)
    if telling.failure:
        code = "retrieval_down" if telling.failure.code == "retrieval_down" else "internal"
        raise Refused(code, fix=telling.failure.text)
    return _answered(telling, asked.query, conversation, notes, base)


def grounded(query: str, titles: Sequence[str]) -> str:
    """The question with the names of what it is about."""
    if not titles:
        return query
    of = ("和" if _ZH_IT.search(query) else " and ").join(titles)
    for pattern in (_IT, _ZH_IT):
        if pattern.search(query):
            return pattern.sub(lambda _: of, query, count=1)
    return f"{query} ({of})"


def _answered(telling: Telling, query: str, conversation: str, notes: list[Json], base: str) -> Json:
    said = [telling.answer] if telling.answer else [telling.shown(base)]
    if telling.request or _DEED.search(query):
        said.append(_NOT_DONE[telling.language])
        notes.append(info("operation_not_performed", _NOT_DONE["en"]))
    if telling.handoff:
        notes.append(info("handoff", f"{telling.handoff['state']}: {telling.handoff['text']}"))
    value = telling.value(base)
    links = [
        *(
            {"type": "product", "title": each["title"], "url": each["url"], "id": each["id"]}
            for each in value["products"]
        ),
        *({"type": "source", "title": each["title"], "url": each["url"]} for each in value["sources"]),
    ]
    there = [link for link in links if link["url"]]
    told = {"answer": {"plain": "\n\n".join(said)}, "conversation": {"id": conversation}}
    return answer(ASK, notes, **told, **({"links": there} if there else {}))


async def _conversation(door: Door, caller: Caller, asked: AskRequest, key: str | None) -> tuple[str, str]:
    """The id of the conversation, and its session."""
    if caller.session_id:
        return idempotent_id(door, f"conversation {caller.session_id}"), caller.session_id
    if asked.conversation:
        session_id = _session(asked.conversation.id)
        if await door.assistant.journal.last_seq(session_id):
            return asked.conversation.id, session_id
    begun = idempotent_id(door, f"ask {key}") if key else new_session_id()
    return begun, _session(begun)


def _session(conversation: str) -> str:
    return f"ask:{sha256(conversation.encode('utf-8', 'replace')).hexdigest()}"


async def _message_id(door: Door, session_id: str, asked: AskRequest, key: str) -> str:
    """The id of the turn that this key names. Raises Refused where it named another one in this conversation."""
    head = sha256(checked_id(key, "Idempotency-Key").encode("utf-8", "replace")).hexdigest()[:32]
    message_id = f"{head}.{sha256(asked.model_dump_json().encode()).hexdigest()[:32]}"
    async with door.sessions.open(session_id) as session:
        if any(one.startswith(f"{head}.") and one != message_id for one in session.messages):
            raise Refused("conflict", "Idempotency-Key", fix="this key stands for another question; give each its own")
    return message_id
