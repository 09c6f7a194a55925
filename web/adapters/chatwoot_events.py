"""What a webhook of Chatwoot means: a shopper's words, a person's, a change of hands, or nothing. Pure.

Knows the payloads of Chatwoot's agent-bot webhooks (written against version 4.13), and nothing of how they come or what
is done about them.
"""

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, ValidationError

from web.problems import Refused, first_error

MARK = "floorwalker_id"
"""Where in a message's `content_attributes` its mark stands, by which a message of our own is known again."""
STATUS_EVENTS = ("conversation_opened", "conversation_resolved", "conversation_status_changed")
MOST_PERSON = 4000
"""Characters of a person's message that are kept."""


class Place(BaseModel, frozen=True, extra="forbid"):
    """One conversation of one account."""

    account: int
    conversation: int
    """Its number within the account, as people see it."""

    @property
    def session_id(self) -> str:
        """The session that stands for it."""
        return f"chatwoot:{self.account}:{self.conversation}"


class Hands(BaseModel, frozen=True, extra="forbid"):
    """In whose hands a conversation is, as a payload has it."""

    whose: Literal["bot", "people", "nobody"]
    """`bot`: pending, or assigned to a bot. `people`: open or snoozed, assigned or not. `nobody`: resolved."""
    person: str | None = None
    """Who it is assigned to."""
    at: float = 0.0
    """When Chatwoot last changed the conversation, in seconds; 0 where it does not say."""

    def older(self, other: "Hands | None") -> bool:
        """It came late: that other one was there before."""
        return other is not None and 0.0 < self.at < other.at


class Heard(BaseModel, frozen=True, extra="forbid"):
    """The shopper wrote, or tapped an answer."""

    place: Place
    hands: Hands
    id: int
    """Chatwoot's number of the message, which grows with every message; of a tap, the number of the question."""
    text: str
    """Empty where there are attachments alone."""
    attachments: bool = False
    user_id: str | None = None
    """The shopper, only where Chatwoot verified the identity with the inbox's HMAC key."""
    channel: str = ""


class PersonSaid(BaseModel, frozen=True, extra="forbid"):
    """One of the shop's people wrote to the shopper."""

    place: Place
    hands: Hands
    id: int
    text: str
    by: str


class Changed(BaseModel, frozen=True, extra="forbid"):
    """The conversation was opened, resolved, or given back to the bot."""

    place: Place
    hands: Hands


class Accepted(BaseModel, frozen=True, extra="forbid"):
    """A message of our own came back: Chatwoot has it."""

    mark: str


Meaning = Heard | PersonSaid | Changed | Accepted


class _Outside(BaseModel, frozen=True):
    """A shape of Chatwoot's; fields that we do not know are ignored."""


class _Account(_Outside, frozen=True):
    id: Annotated[int, Field(ge=1)]


class _Someone(_Outside, frozen=True):
    id: int | None = None
    name: str | None = None
    type: str | None = None
    identifier: str | None = None


class _ContactInbox(_Outside, frozen=True):
    hmac_verified: bool | None = None


class _Meta(_Outside, frozen=True):
    sender: _Someone | None = None
    assignee: _Someone | None = None
    assignee_type: str | None = None
    hmac_verified: bool | None = None


class _Last(_Outside, frozen=True):
    account_id: int | None = None


class _Conversation(_Outside, frozen=True):
    id: Annotated[int, Field(ge=1)]
    status: Literal["open", "resolved", "pending", "snoozed"]
    channel: str | None = None
    contact_inbox: _ContactInbox | None = None
    meta: _Meta = _Meta()
    messages: tuple[_Last, ...] = ()
    updated_at: float | None = None
    account_id: int | None = None
    account: _Account | None = None


class _Message(_Outside, frozen=True):
    id: Annotated[int, Field(ge=1)]
    account: _Account
    conversation: _Conversation
    message_type: str
    content: str | None = None
    content_type: str | None = None
    content_attributes: dict[str, Any] | None = None
    additional_attributes: dict[str, Any] | None = None
    attachments: tuple[Any, ...] | None = None
    private: bool | None = None
    sender: _Someone | None = None


def read(payload: object) -> Meaning | None:
    """What this payload means; None where there is nothing to be done about it. Raises Refused."""
    event = cast(dict[str, Any], payload).get("event") if isinstance(payload, dict) else None
    if not isinstance(event, str):
        raise Refused("bad_event", "event", fix="send one of Chatwoot's agent-bot webhooks: an object with its `event`")
    try:
        if event in ("message_created", "message_updated"):
            message = _Message.model_validate(payload)
            return _created(message) if event == "message_created" else _tapped(message)
        if event in STATUS_EVENTS:
            return _changed(_Conversation.model_validate(payload))
    except ValidationError as error:
        field, words = first_error(error)
        raise Refused("bad_event", field, fix=words) from error
    return None


def _created(message: _Message) -> Meaning | None:
    attributes, place = message.content_attributes or {}, _place(message)
    sender = message.sender or _Someone()
    text = (message.content or "").strip()
    if message.message_type == "outgoing" and isinstance(mark := attributes.get(MARK), str):
        return Accepted(mark=mark)
    if message.private:
        return None
    if message.message_type == "incoming":
        if not text and not message.attachments:
            return None
        return Heard(
            place=place,
            hands=_hands(message.conversation),
            id=message.id,
            text=text,
            attachments=bool(message.attachments),
            user_id=_known(message.conversation, sender),
            channel=message.conversation.channel or "",
        )
    automatic = attributes.get("automation_rule_id") or (message.additional_attributes or {}).get("campaign_id")
    if message.message_type == "outgoing" and sender.type == "user" and not automatic:
        said = text[:MOST_PERSON] or "📎"
        by = (sender.name or "").strip()[:120] or "Support"
        return PersonSaid(place=place, hands=_hands(message.conversation), id=message.id, text=said, by=by)
    return None


def _tapped(message: _Message) -> Heard | None:
    """The shopper picked an answer of a question: Chatwoot's widget writes it into the question itself."""
    picked = (message.content_attributes or {}).get("submitted_values")
    if message.content_type != "input_select" or not isinstance(picked, list) or not picked:
        return None
    first: object = cast(list[object], picked)[0]
    value = cast(dict[str, Any], first).get("value") if isinstance(first, dict) else None
    if not isinstance(value, str) or not value.strip():
        return None
    return Heard(
        place=_place(message),
        hands=_hands(message.conversation),
        id=message.id,
        text=value.strip(),
        user_id=_known(message.conversation, _Someone()),
        channel=message.conversation.channel or "",
    )


def _changed(conversation: _Conversation) -> Changed | None:
    named = [conversation.account.id] if conversation.account else []
    named += [one for one in (conversation.account_id, *(last.account_id for last in conversation.messages)) if one]
    # A conversation in which nobody wrote a word names no account, and is no session of ours.
    return (
        Changed(place=Place(account=named[0], conversation=conversation.id), hands=_hands(conversation))
        if named
        else None
    )


def _place(message: _Message) -> Place:
    return Place(account=message.account.id, conversation=message.conversation.id)


def _hands(conversation: _Conversation) -> Hands:
    meta = conversation.meta
    bots = meta.assignee_type == "AgentBot" or (meta.assignee is not None and meta.assignee.type == "agent_bot")
    at = conversation.updated_at or 0.0
    if conversation.status == "resolved":
        return Hands(whose="nobody", at=at)
    if conversation.status == "pending" or bots:
        return Hands(whose="bot", at=at)
    person = (meta.assignee.name or "Support")[:120] if meta.assignee else None
    return Hands(whose="people", person=person, at=at)


def _known(conversation: _Conversation, sender: _Someone) -> str | None:
    """The shopper's id in the shop, where Chatwoot checked the HMAC that the shop's page sent with it. A name or an
    e-mail says nothing: anybody may type one."""
    inbox, meta = conversation.contact_inbox, conversation.meta
    checked = {meta.hmac_verified, inbox.hmac_verified if inbox else None} - {None}
    contact = meta.sender or _Someone()
    if checked != {True} or sender.id not in (None, contact.id):
        return None
    return contact.identifier if contact.identifier and len(contact.identifier) <= 256 else None
