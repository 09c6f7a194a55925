"""The deterministic reader of one shopper message: bounds, names, references, critiques, and the words to search for.

Pure, and quick enough to run before any model is asked. What it reads wins over what a model guesses, so it says
nothing where it is not sure: a figure without money is no price, a common word is no brand, "thanks" is no need.
Knows nothing of engines, prompts or the wire.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from agent.absence import absences
from agent.amounts import Span, amounts
from agent.constraints import Preference, Wishes
from agent.critique import COLOURS, SIZES
from agent.events import Language
from agent.graded import graded
from agent.leeway import may_be, needless
from agent.lexicon import CJK, fold, is_chinese, is_foreign, normal
from agent.measures import Measure, bounds, measure
from agent.patterns import (
    AND,
    CHANGES,
    CHEAP,
    CLEAR_PRICE,
    COMPARE,
    EACH,
    FRESH,
    HAVE,
    IN_STOCK,
    INDIFFERENT,
    INSTRUCTS,
    MARKED,
    MOST,
    NARROW,
    OCCASION,
    OF_ONE,
    QUESTION,
    RECIPIENT,
    SAME,
    SEARCHES,
    SEEKS,
    SERVICE,
    SETTLES,
    SHOPPING,
    SMALL_TALK,
    UNNEEDED,
    VERB,
    WELL_RATED,
    WHICH_OF_THEM,
    ZH_SHUNNED,
)
from agent.pointing import Pointed, described, pointed
from agent.searchwords import has_content, query_of
from agent.service import Service, service
from agent.several import listed
from agent.shelf import Card
from agent.tools import Change
from agent.vocabulary import FoundName, Vocabulary, names_in

MAX_CHARS = 2000
"""What is read of a message; the rest is left unread."""


class Parsed(BaseModel, frozen=True, extra="forbid"):
    """What one message says."""

    language: Language
    wishes: Wishes = Wishes()
    query: str = ""
    """What is left to search for, without bounds, politeness and references."""
    need: bool = False
    """A product need was stated. A critique of what is shown is a `change`, not a need."""
    items: tuple[int, ...] = ()
    """Handles of the shown cards that were referred to."""
    unresolved: bool = False
    """Something was pointed at that is not on the screen, or could be several things."""
    change: Change | None = None
    compare: bool = False
    small_talk: bool = False
    same: bool = False
    """What was asked of the other kind holds for this one: "the same budget", 同等条件."""
    fresh: bool = False
    """Said as one starts on another product: "I also need a", "do you have any"."""
    asks: bool = False
    """A question about what is shown."""
    loose: bool = False
    """What is pointed at is pointed at by a word such as `it` alone."""
    sure_category: bool = False
    """The category was named as the shop names it; else it is a guess from a part of its name."""
    seeks: bool = False
    """Products are asked for in so many words."""
    indifferent: bool = False
    """The choice is left to the assistant, and nothing else is said."""
    instructs: bool = False
    """The assistant is told how to behave; nothing of it is heeded."""
    foreign: bool = False
    """In neither English nor Chinese."""
    service: Service | None = None
    """What is asked of the shop's service rather than of its products; None where nothing is."""
    most: Change | None = None
    """A superlative among what is looked for: `lighter` for the lightest."""
    parts: tuple["Parsed", ...] = ()
    """Where several kinds of product are asked for at once: what is said of each."""
    foreign_currency: str | None = None
    """A bound was stated in this currency, which is not the shop's: never converted, and no wish."""


def parse(
    text: str,
    vocabulary: Vocabulary,
    shown: tuple[Card, ...],
    focus: int | None = None,
    spoken: tuple[str, ...] = (),
) -> Parsed:
    """Read one message, with these cards on the screen; `focus` is the one that was spoken of last, `spoken` are the
    categories spoken of before. Never raises."""
    text = normal(text)[:MAX_CHARS]
    whole = _read(text, vocabulary, shown, focus, spoken)
    if not whole.need or whole.change or whole.compare:
        return whole
    segments, split = _segments(text, vocabulary), listed(text)
    guessed = len(split) > len(segments) and (whole.seeks or not shown)
    split = _meaningful(split, vocabulary) if guessed else split
    parts = [_read(part, vocabulary, shown, None, spoken) for part in (split if guessed else segments)]
    if len(parts) < 2 or not all(part.need and (guessed or part.wishes.categories) for part in parts):
        return whole
    shared: dict[str, object] = {
        name: held for name in ("recipient", "occasion") if (held := getattr(whole.wishes, name))
    }
    if EACH.search(text):
        shared |= {"price_min": whole.wishes.price_min, "price_max": whole.wishes.price_max}
    told = tuple(part.model_copy(update={"wishes": _sharing(part.wishes, shared)}) for part in parts)
    return whole.model_copy(update={"parts": told})


def _meaningful(pieces: list[str], vocabulary: Vocabulary) -> list[str]:
    """A piece that names no thing goes on with the one before."""
    kept: list[str] = []
    for piece in pieces:
        if kept and not _read(piece, vocabulary, (), None, ()).need:
            kept[-1] = f"{kept[-1]}, {piece}"
        else:
            kept.append(piece)
    return kept


def _sharing(wishes: Wishes, shared: Mapping[str, object]) -> Wishes:
    """With what was said of the whole message, where nothing was said of this part."""
    return wishes.model_copy(update={name: getattr(wishes, name) or held for name, held in shared.items()})


def _read(  # noqa: C901  (one reading after the other, in the order in which they must be struck out)
    text: str, vocabulary: Vocabulary, shown: tuple[Card, ...], focus: int | None, spoken: tuple[str, ...]
) -> Parsed:
    language: Language = "zh" if is_chinese(text) else "en"
    page = _Page(text)
    instructs = page.cut(INSTRUCTS)
    figures = amounts(page.text, vocabulary.currency)
    page.strike(figures.spans)
    limits, bounded = bounds(page.text, vocabulary.attributes)
    page.strike(bounded)
    absent, said_so = absences(page.text, vocabulary.attributes, vocabulary.fields)
    page.strike(said_so)
    clear = page.cut(CLEAR_PRICE)
    freed = _freed(page, vocabulary)
    indifferent = page.cut(INDIFFERENT)
    asked = Service() if indifferent else service(INSTRUCTS.sub(" ", text))
    if asked.help and len(text) * (2 if language == "zh" else 1) > _PAGE and SEARCHES.search(text):
        asked = asked.model_copy(update={"help": False})
    served = asked.model_copy(update={"angry": False}).said
    if served:
        page.cut(SERVICE)
    stock = page.cut(IN_STOCK)
    compare = page.cut(COMPARE)
    change: Change | None = next((name for name, pattern in CHANGES if pattern.search(page.text)), None)
    most: Change | None = next((name for name, pattern in MOST if page.cut(pattern)), None)
    titles = vocabulary.titles
    pointing = pointed(page.text, shown, comparing=compare, focus=focus, titles=titles)
    if pointing.unresolved and WHICH_OF_THEM.search(text):
        compare, pointing = True, pointed(page.text, shown, comparing=True, titles=titles)
    question = bool(QUESTION.search(text)) or _asks_by_mark(text, language)
    if (pointing.loose or not pointing.handles) and (compare or question) and not HAVE.search(text):
        pointing = described(page.text, shown, titles, several=compare, named=pointing.loose) or pointing
    if most and shown and (question or pointing.said) and (furthest := _furthest(most, shown)):
        pointing, most = Pointed((furthest,), spans=pointing.spans), None
    page.strike(pointing.spans)
    recipient, occasion = page.taken(RECIPIENT), page.taken(OCCASION)
    page.cut(SHOPPING)
    found = list(names_in(page.text, text, vocabulary))
    found = _preferred(page.text, found)
    allowed = [one for one in found if may_be(page.text, one) and one.meaning.kind in ("attribute", "brand")]
    unneeded = [
        one
        for one in found
        if one not in allowed
        and (UNNEEDED.search(page.text[max(0, one.span[0] - 40) : one.span[0]]) or needless(page.text, one))
    ]
    found = [one for one in found if one not in unneeded and one not in allowed]
    freed += [one.meaning.name for one in unneeded if one.meaning.kind == "attribute"]
    excluded, struck = _exclusions(page.text, found)
    if change == "other_colour" and pointing.handles:
        change = None  # of one product that is asked after: what it comes in is told
    if change and _elsewhere(found, shown):
        change = None
    if change and shown:
        for _, pattern in CHANGES:
            page.cut(pattern)
    cheap, well_rated = page.seen(CHEAP), page.seen(WELL_RATED)
    prefer: Preference | None = (
        "cheap" if cheap or change == "cheaper" else "rating" if well_rated or change == "better_rated" else None
    )
    page.strike(struck)
    page.cut(ZH_SHUNNED)
    seeks, fresh = bool(SEEKS.search(text)), bool(FRESH.search(text))
    names = _wished(_meant_before(found, spoken), excluded)
    if change == "other_colour" and any(name in COLOURS for name in names["attributes"]):
        change = "narrow"
    people = _people(page.text, vocabulary) if names["categories"] or shown else {}
    names["attributes"] = people | _size(text, vocabulary) | names["attributes"] | graded(text, vocabulary) | absent
    wishes = Wishes.model_validate(
        {
            "price_min": figures.price_min,
            "price_max": figures.price_max,
            "rating_min": figures.rating_min,
            "in_stock": (stock and not (question and (pointing.said or not names.get("categories"))))
            or bool(stock and seeks),
            "prefer": None if shown and change else prefer,
            "clear_price": clear and not (figures.price_min or figures.price_max),
            "clear": tuple(dict.fromkeys(freed)),
            "limits": limits,
            "recipient": recipient,
            "occasion": occasion,
            "allowed": tuple((one.meaning.name, one.meaning.value) for one in allowed),
            **names,
        }
    )
    query = query_of(page.text, language, vocabulary)
    content = has_content(query)
    bounded = wishes.model_copy(update={"categories": ()}) != Wishes()
    about = bool(pointing.handles) and not HAVE.search(text)
    if question and shown and not (seeks or _elsewhere(found, shown)) and _asked_after(text, vocabulary):
        about = True
    elsewhere = _elsewhere(found, shown)
    told = bool(shown) and not seeks and (language == "zh" or OF_ONE.search(text) is not None)
    named = wishes.categories and not pointing.said and (elsewhere or not shown) and not told
    asks = question and (about or not (seeks or named))
    settles = bool(SETTLES.search(text)) and not (SEARCHES.search(text) or question or wishes.categories or bounded)
    if not shown or settles:
        change = None
    elif change is None and not (asks or served or compare):
        instead = bounded and not re.search(r"\belse\b|\bstart over\b|\bnew search\b", text, re.IGNORECASE)
        elsewhere = elsewhere or (fresh and not instead)
        goes_on = bool(NARROW.search(text)) and content and not wishes.categories and not pointing.said
        if (most and not content) or (not elsewhere and (bounded or goes_on)):
            change = "narrow"
    need = (
        (content or bool(most and names["categories"]))
        and not (served or asks or change or compare or settles)
        and not (pointing.said and not seeks)
        and not (instructs and not (seeks or wishes.categories))
    )
    bare = not (content or served or pointing.said or change or compare or asks or figures.spans or wishes != Wishes())
    return Parsed(
        language=language,
        wishes=wishes,
        query=query if content else "",
        need=need,
        items=pointing.handles,
        unresolved=pointing.unresolved and not (settles or compare or bounded or wishes.categories),
        change=change,
        most=most,
        compare=compare,
        small_talk=settles or (bare and not indifferent and (instructs or bool(SMALL_TALK.search(text)))),
        same=bool(SAME.search(text)),
        fresh=fresh,
        asks=asks and not served,
        loose=pointing.loose,
        sure_category=any(one.sure and one.meaning.kind == "category" for one in found),
        seeks=seeks,
        indifferent=indifferent,
        instructs=instructs,
        foreign=is_foreign(text),
        service=asked if asked.said else None,
        foreign_currency=figures.foreign,
    )


class _Page:
    """The message with what was understood struck out, character for character, so that positions stay true."""

    def __init__(self, text: str) -> None:
        self.text = text

    def strike(self, spans: Iterable[Span]) -> None:
        for start, end in spans:
            self.text = self.text[:start] + "\x1f" * (end - start) + self.text[end:]

    def cut(self, pattern: re.Pattern[str]) -> bool:
        spans = [match.span() for match in pattern.finditer(self.text)]
        self.strike(spans)
        return bool(spans)

    def taken(self, pattern: re.Pattern[str]) -> str:
        """What the pattern's first hit names, and all of its hits struck."""
        match = pattern.search(self.text)
        self.cut(pattern)
        return next((held.strip() for held in match.groups() if held), "") if match else ""

    def seen(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text) is not None


def _segments(text: str, vocabulary: Vocabulary) -> list[str]:
    """The message cut where it goes from one kind of product to another."""
    found = [one for one in names_in(text, text, vocabulary) if one.meaning.kind in ("category", "alias")]
    found = _meant_before(found, ())
    excluded, _ = _exclusions(text, found)
    named: dict[Span, set[str]] = {}
    for one in found:
        if one.span not in excluded:
            named.setdefault(one.span, set()).add(one.meaning.value)
    cuts: list[int] = []
    for (before, held), (span, values) in pairwise(sorted(named.items())):
        if held & values:
            continue
        marks = list(AND.finditer(text, before[1], span[0]))
        if not marks:
            return [text]
        cuts.append(marks[-1].start())
    return [text[start:end].strip(" ,;，；、") for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _freed(page: "_Page", vocabulary: Vocabulary) -> list[str]:
    """What is said not to matter any more."""
    found: list[str] = []
    for match in list(_FREES.finditer(page.text)):
        said = next(held for held in match.groups() if held)
        ends = [said[at:] for at in range(len(said) - 1)] if re.match(f"[{CJK}]", said) else [said, *said.split()]
        known = [vocabulary.fields.get(each.lower()) or vocabulary.fields.get(fold(each)) for each in ends]
        fields = [field for field in known if field]
        if fields:
            found += fields if " and " in said else fields[:1]
            page.strike([match.span()])
    return found


_FREES = re.compile(
    r"\b(?:the |any )?([a-z]+(?: [a-z]+)??)(?: really| actually| honestly)?"
    r" (?:does ?n[o']?t|does not|do ?n[o']?t|is ?n[o']?t|is not)"
    r"(?: really| actually)?"
    r" (?:matter|important)\b(?: (?:after all|any ?more|to me|that much))*"
    r"|\b(?:forget|ignore|drop|remove|never mind|skip)(?: about)? (?:the |my )?([a-z]+(?: [a-z]+)?)"
    r"(?: (?:limit|filter|requirement|thing|bit|part))?(?=$|[ ,.!?;])"
    r"|\b([a-z]+(?: and [a-z]+)?) (?:is|are) (?:all )?up to you\b"
    r"|\b(?:any|whatever) ([a-z]+)(?:(?: is|'s)? (?:fine|ok(?:ay)?|good|will do|works?)\b|\s*(?:$|[,.]\s*i do))"
    rf"|(?:什么|任何|啥|哪种)?([{CJK}]{{2,7}}?)(?:其实|真的|倒是|也)?(?:都行|都可以|无所谓|不限|不重要|随便|没关系|没要求|不用管)|(?:不限|不管|不挑|取消|去掉)([{CJK}]{{2,4}}?)(?:限制|要求|了|$|[，。,])",
    re.IGNORECASE,
)
_PAGE = 120
"""Characters from which on a message may well hold a page of another shop, its small print and all."""


_NEGATION = re.compile(
    r"\b(?:leave out|skip|drop|lose|hates?|can'?t stand|sick of|none of|rather than|instead of"
    r"|not(?! (?:only|just|too|sure|over|more|exceed\w*|under|above|below|less|really))|no(?! "
    r"(?:more|less|need|idea|longer|matter|problem))|without|anything but"
    r"|everything but|except(?: for)?|excluding|other than|(?:do not|don'?t|didn'?t) (?:want|like"
    r"|need)|(?:won'?t|will not|wouldn'?t) (?:have|take|use|wear|buy)|(?:is|are)n'?t"
    r"|apart from|besides|allergic to|allergy to|avoid|dislikes?|never|nothing)\b"
    r"|不要|别给我|别再?(?:来|推荐)|不想要|不喜欢|不是|不用|别要|除了|排除|非(?!常)|讨厌|不考虑(?!价)|不含|不带",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"(?:\s|,|\b(?:an?|any|the|from|by|brands?|made of|made from|in|of|colou?rs?|ones?|or|and|nor"
    r"|with|it|either)\b|[、和或跟与/]|有|的|品牌|是)*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*的?\s*(?:也|都)?(?:不要|不行|不考虑|除外|就算了)"
    r"|\s+(?:always )?(?:makes?|gives?) me\b|\s+itches\b",
    re.IGNORECASE,
)


def _exclusions(text: str, found: list[FoundName]) -> tuple[set[Span], list[Span]]:
    """Which names stand behind a negation, and the places to strike from the query."""
    spans = sorted({one.span for one in found if one.meaning.kind != "attribute_name"})
    excluded: set[Span] = set()
    struck: list[Span] = []
    for match in _NEGATION.finditer(text):
        place = match.end()
        while True:
            passed = _PASSED.match(text, place)
            place = passed.end() if passed else place
            hit = next((span for span in spans if span[0] == place), None)
            if hit is None:
                break
            excluded.add(hit)
            place = hit[1]
        if match.end() < place and any(match.end() <= span[0] < place for span in excluded):
            struck.append((match.start(), max(span[1] for span in excluded if span[0] < place)))
    for span in spans:
        if after := _AFTER.match(text, span[1]):
            excluded.add(span)
            struck.append((span[0], after.end()))
    return excluded, struck


def _wished(found: list[FoundName], excluded: set[Span]) -> dict[str, Any]:
    valued = {one.span for one in found if one.meaning.kind == "attribute"}
    categories: list[tuple[tuple[int, ...], str, Span]] = []
    for place, one in enumerate(found):
        alias = one.meaning.kind == "alias"
        if (one.meaning.kind == "category" or (alias and one.span not in valued)) and one.span not in excluded:
            categories.append(((alias, one.meaning.weight, place), one.meaning.value, one.span))
    exact = [each for each in sorted(categories) if not each[0][0]]
    chosen = exact or sorted(categories)
    # Of two kinds that are named the rarer one is meant; where the other is an attribute's value too, it is that.
    taken = {span for _, value, span in categories if chosen and value == chosen[0][1]}
    brands: dict[str, None] = {}
    shunned: dict[str, None] = {}
    values: dict[str, dict[str, None]] = {}
    shunned_values: dict[str, dict[str, None]] = {}
    for one in found:
        out, meaning = one.span in excluded, one.meaning
        if meaning.kind == "brand":
            (shunned if out else brands)[meaning.value] = None
        elif meaning.kind == "attribute" and one.span not in taken:
            (shunned_values if out else values).setdefault(meaning.name, {})[meaning.value] = None
    return {
        "brands": tuple(brand for brand in brands if brand not in shunned),
        "exclude_brands": tuple(shunned),
        "attributes": {name: tuple(found) for name, found in values.items()},
        "exclude_attributes": {name: tuple(found) for name, found in shunned_values.items()},
        "categories": tuple(dict.fromkeys(name for _, name, _ in chosen)),
    }


def _asks_by_mark(text: str, language: Language) -> bool:
    """A question mark behind a name alone asks for the thing."""
    return MARKED.search(text) is not None and (language == "zh" or bool(VERB.search(text)) or is_foreign(text))


def _asked_after(text: str, vocabulary: Vocabulary) -> bool:
    """A Chinese message that names an attribute of the shop's."""
    return any(len(field) > 1 and not field.isascii() and field in text for field in vocabulary.fields)


def _preferred(text: str, found: list[FoundName]) -> list[FoundName]:
    """`X is good too, but I like Y`: without the brands before the turn."""
    turn = _BUT_RATHER.search(text)
    brands = [one for one in found if one.meaning.kind == "brand"]
    if turn is None or not any(one.span[0] > turn.start() for one in brands):
        return found
    return [one for one in found if one.meaning.kind != "brand" or one.span[0] > turn.start()]


_BUT_RATHER = re.compile(
    r"\bbut\b[^.!?]{0,30}\b(?:prefer|like|want|rather|love)\b|(?:但是?|不过|可是?)[^。！？]{0,8}(?:喜欢|想要|更?倾向|还是)",
    re.IGNORECASE,
)


def _meant_before(found: list[FoundName], spoken: tuple[str, ...]) -> list[FoundName]:
    """`The bags` of someone who spoke of sleeping bags are those: the last word of a category that was named before, in
    this talk or this message, means that category."""
    ends = {_last_word(name): name for name in reversed(spoken)}
    told: list[FoundName] = []
    for one in found:
        if one.meaning.kind in ("category", "alias"):
            said = fold(one.word)
            if one.meaning.kind == "alias" and said in ends and " " not in one.word:
                one = replace(one, meaning=replace(one.meaning, kind="category", value=ends[said]))
            elif " " in one.word.strip():
                ends[_last_word(one.word)] = one.meaning.value
        told.append(one)
    return told


def _last_word(name: str) -> str:
    words = re.findall(r"[^\W\d_]+", name.split(" & ")[0])
    return fold(words[-1]) if words else ""


def _furthest(most: Change, shown: tuple[Card, ...]) -> int | None:
    """The shown card that "the lightest" is, where one alone is."""
    names, more = SIZES[most]
    for name in names:
        held = {
            card.handle: m for card in shown for value in card.product.attributes.get(name, ()) if (m := measure(value))
        }
        if len(held) == len(shown) and len({m.unit for m in held.values()}) == 1:
            figures = {handle: m.figure * (1 if more else -1) for handle, m in held.items()}
            best = max(figures.values())
            ahead = [handle for handle, figure in figures.items() if figure == best]
            return ahead[0] if len(ahead) == 1 else None
    return None


def _people(text: str, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """`a tent for 4`: for how many people, where the shop says for how many its products are."""
    match = _FOR_PEOPLE.search(text)
    if match is None:
        return {}
    figure = next(held for held in match.groups() if held).lower()
    wanted = Measure(float(_COUNTED.get(figure, figure)), "person")
    for name, values in vocabulary.attributes.items():
        own = tuple(value for value in values if measure(value) == wanted)
        if own:
            return {name: own}
    return {}


_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")
_COUNTED = {word: str(at) for words in (_SMALL, "零一二三四五六七八") for at, word in enumerate(words)} | {"两": "2"}


def _size(text: str, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """`size L`, `XL 码`: as the shop writes it."""
    match = _SIZE.search(text)
    said = next((held for held in match.groups() if held), "").casefold() if match else ""
    for name in ("size", "尺码", "尺寸"):
        own = tuple(value for value in vocabulary.attributes.get(name, {}) if said and value.casefold() == said)
        if own:
            return {name: own}
    return {}


_SIZE = re.compile(
    r"\bsize(?:d| is)?\s+((?:X{0,3}[SL]|M|(?:US|UK|EU)?\s?\d{1,2}(?:\.5)?)(?![\w-]))"
    r"|(?<![A-Za-z])(X{0,3}[SL]|M)\s?[码号]",
    re.IGNORECASE,
)
_FOR_PEOPLE = re.compile(
    r"\b(?:for|sleeps|fits)\s+(\d|one|two|three|four|five|six|seven|eight)\b"
    r"(?!\s*(?:[$€£]|dollars|bucks|days?|nights?|weeks?|years?|months?|hours?|of|or so|each|%|k\b|-))"
    r"|([一二两三四五六七八\d])(?:个)?人(?:的|用|份|睡|住|$|[，。,])",
    re.IGNORECASE,
)


def _elsewhere(found: list[FoundName], shown: tuple[Card, ...]) -> bool:
    """A category is named that nothing on the screen belongs to."""
    named = {one.meaning.value for one in found if one.meaning.kind in ("category", "alias")}
    held = {name for card in shown for name in card.product.categories}
    return bool(named) and not named & held
