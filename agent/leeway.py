"""What a message says may be, or need not be: "white is fine too", "she doesn't mind leather", 红陶也行, 不一定要皮的.

Pure. A value that may be is no wish: it ends an exclusion, and stands beside what is wanted of the same attribute.
Knows nothing of products or sessions.
"""

import re

from agent.vocabulary import FoundName

_BEFORE = re.compile(
    r"\b(?:do ?n[o']?t|does ?n[o']?t|does not|do not|not|never) (?:mind|object to|care about)"
    r"(?: (?:an?|the|some|if it'?s))?\s*$"
    r"|(?:^|[,.;:-]\s*|\b(?:or|and) )even(?: \w+,? (?:or|and))?\s*$"
    r"|\b(?:also (?:happy|fine|ok(?:ay)?|good) with|fine with)\s*$|不介意\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\W*(?:ones? )?(?:can come back|(?:is|are|would be|'s|works?|will do|goes) (?:\w+ )?"
    r"(?:fine|ok(?:ay)?|good|alright|all right)? ?(?:too|as well|also|again)\b|is (?:back|allowed) (?:in|again)\b)"
    r"|\s*(?:色|款|式|牌)?的?\s*(?:那?也|其实也|倒也)(?:行|可以|成|能接受|没事|没关系|算上|不错|好|OK|ok)|不用排除",
    re.IGNORECASE,
)
_NEEDLESS = re.compile(
    r"\W*(?:is ?n[o']?t|is not|not|are ?n[o']?t)(?: \w+)?"
    r" (?:a must|must|necessary|needed|required|essential|important)\b"
    r"|\s*(?:色|的)?(?:不是必须|不必要|不是非要|可有可无)",
    re.IGNORECASE,
)


def may_be(text: str, one: FoundName) -> bool:
    """Whether the message gives this name leave."""
    return bool(_BEFORE.search(text, max(0, one.span[0] - 40), one.span[0]) or _AFTER.match(text, one.span[1]))


def needless(text: str, one: FoundName) -> bool:
    """Whether the message says that this name is not needed any more."""
    return bool(_NEEDLESS.match(text, one.span[1]))
