"""Materials, colours, features, standards and contents in a clause, against the case. Knows nothing of figures."""

import re
from collections.abc import Iterator

from eval.claims.case import Accusation, Case, fillers
from eval.claims.evidence import negated, pattern_of, stem
from eval.claims.lexicon import lexicon
from eval.claims.reading import Clause


def concepts(case: Case, clause: Clause, wish: int) -> Iterator[Accusation]:
    """Materials, colours and features, stated or denied, against what the catalogue says."""
    low = clause.text.lower()
    for concept in lexicon()["concepts"]:
        said = pattern_of(concept["en"], concept["zh"])
        backing = pattern_of(concept["en"], concept["zh"], concept["implied"])
        for match in said.finditer(low):
            if 0 <= wish < match.start() and said.search(case.shopper):
                continue
            subject = clause.subject(match.start())
            verdicts = [e.says(backing) for e in case.of(subject)]
            if not verdicts:
                continue
            if _denied(low, match):
                if all(e.says(said) is True for e in case.of(subject)):
                    yield case.accuse(
                        "attribute", clause, match.start(), match.end(), "denied, yet the catalogue states it"
                    )
            elif not (all(v is True for v in verdicts) if subject.every else any(v is True for v in verdicts)):
                yield case.accuse(
                    "attribute",
                    clause,
                    match.start(),
                    match.end(),
                    f"the catalogue does not give it: {concept['id']}",
                )


def codes(case: Case, clause: Clause) -> Iterator[Accusation]:
    """Standards and model codes with a digit, and letter sizes: IPX7, i7-1360P, Bluetooth 5.2, XL."""
    text = clause.text
    for match in re.finditer(lexicon()["codes"], text, re.ASCII):
        code = re.sub(r"[\W_]", "", match.group().casefold()).replace("蓝牙", "bluetooth")
        spellings = (code, code.replace("bluetooth", "蓝牙"))
        held = any(s in e.squeezed for s in spellings for e in case.of(clause.subject(match.start())))
        if not held and not negated(text[: match.start()].lower()):
            yield case.accuse("attribute", clause, match.start(), match.end(), "the catalogue does not give this")
    for match in re.finditer(lexicon()["sizes"], text):
        size = next(g for g in match.groups() if g).casefold()
        own = re.compile(rf"(?<![a-z]){size}(?![a-z])")
        if not any(own.search(e.text) for e in case.of(clause.subject(match.start()))):
            yield case.accuse("attribute", clause, match.start(), match.end(), "not a size of this product")


def contents(case: Case, clause: Clause, wish: int) -> Iterator[Accusation]:
    """`comes with X`, `made of X`, 配备X: a word of X must be in the product's text, where both are in one language."""
    low = clause.text.lower()
    rules = lexicon()["contents"]
    for match in re.finditer(rf"(?:{rules['has']}|{rules['of']})([^,.;:()\ue000-\uf8ff]+)", low):
        phrase = re.split(rules["stop"], match[1])[0]
        words = [w for w in re.findall(r"[a-z][a-z'’-]+", phrase.replace("-", " ")) if w not in fillers()]
        subject = case.of(clause.subject(match.start()))
        spoken = any(re.search(r"[a-z]{4}", e.text) for e in subject) and not re.search(r"[\u4e00-\u9fff]", low)
        if not words or not spoken or negated(low[: match.start(1)]) or _conceptual(case, phrase):
            continue
        if not any(stem(w) in e.words or w in e.text for w in words for e in subject) and not 0 <= wish < match.start():
            yield case.accuse(
                "attribute",
                clause,
                match.start(),
                match.start(1) + len(phrase),
                "no word of this is in the catalogue",
            )
    for match in re.finditer(rules["zh"], clause.text):
        phrase = match[1].casefold()
        subject = [e for e in case.of(clause.subject(match.start())) if re.search(r"[\u4e00-\u9fff]{2}", e.text)]
        pairs = {phrase[i : i + 2] for i in range(len(phrase) - 1)} - set(_plain_pairs())
        if (
            subject
            and pairs
            and not any(p in e.text for p in pairs for e in subject)
            and not negated(low[: match.start()])
        ):
            yield case.accuse("attribute", clause, match.start(), match.end(), "no word of this is in the catalogue")


def _conceptual(case: Case, phrase: str) -> bool:
    return any(pattern_of(c["en"], c["zh"]).search(phrase) for c in lexicon()["concepts"])


def _denied(low: str, match: re.Match[str]) -> bool:
    return negated(low[: match.start()]) or bool(re.match(r"[- ]free\b", low[match.end() :]))


def _plain_pairs() -> list[str]:
    return ["设计", "材质", "功能", "的", "一个", "了一", "高品", "品质", "优质"]
