"""Narrate: streamed model text -> clauses that are backed by their evidence, with products' names in place of handles.

A clause is held until it is complete, judged by the gate, then released. One that fails is dropped with the rest of its
sentence, and the product's template sentence stands in at the end. Knows nothing of search or of the wire.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal

from agent.events import CallReport, Language
from agent.grounding import Gate, clauses, render
from llm_server.chat import ChatError, ChatModel, ChatTimeout, DonePart, Message, Usage

NARRATE_TOKENS = 140
_APART = re.compile(r"^(\[\d+\]) +(The|These|This|It|They|An?)(?= )")
"""A handle before a sentence that stands by itself."""
_ENDS = ".!?。！？\n"
_MARKS = _ENDS + ",;:，；：、"


@dataclass(slots=True)
class Narration:
    """What narrating came to; filled while it streams."""

    report: CallReport = field(default_factory=lambda: CallReport(kind="narrate"))
    failure: ChatError | None = None
    released: int = 0
    dropped: list[str] = field(default_factory=list[str])
    templates: int = 0
    first_clause: float | None = None
    """`time.monotonic()` when the first clause of the model was released."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of prose that may be shown."""

    text: str
    by: Literal["model", "template"]


async def narrate(
    model: ChatModel,
    messages: Sequence[Message],
    gate: Gate,
    names: Mapping[int, str],
    templates: Mapping[int, str],
    language: Language,
    narration: Narration,
    *,
    seconds: float,
) -> AsyncGenerator[Spoken, None]:
    """The model's backed clauses, then the template sentence of every product they did not name. Never raises
    ChatError: a failure is noted in `narration` and the templates stand in."""
    sentence = _Sentence(gate, names, language, narration)
    named: set[int] = set()
    began = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            stream = model.stream(messages, kind="narrate", max_tokens=NARRATE_TOKENS)
            async with aclosing(stream):
                rest, read = "", False
                async for part in stream:
                    if not read:  # at the first token: neither the request nor the first clause waits for it
                        read = await asyncio.to_thread(gate.read)
                    if isinstance(part, DonePart):
                        narration.report = _report(part.usage, began)
                        # What stops at the token limit is a torn clause: it is not said.
                        part_clauses, rest = ([], "") if part.truncated else clauses(rest, True)
                    else:
                        part_clauses, rest = clauses(rest + part.text, False)
                    for clause in part_clauses:
                        for text in sentence.next(clause, named):
                            yield Spoken(text, "model")
    except TimeoutError:
        narration.failure = ChatTimeout(f"prose not finished within {seconds:.0f} s")
    except ChatError as error:
        narration.failure = error
    if narration.failure:
        failed = type(narration.failure).__name__
        narration.report = CallReport(kind="narrate", seconds=time.monotonic() - began, failed=failed)
    for text in sentence.close():
        yield Spoken(text, "model")
    for handle, text in templates.items():
        if handle not in named:
            narration.templates += 1
            yield Spoken(sentence.spaced(text), "template")


class _Sentence:
    """Where the prose stands within a sentence: which mark is still owed, and whether the rest is being dropped."""

    def __init__(self, gate: Gate, names: Mapping[int, str], language: Language, narration: Narration) -> None:
        self._gate, self._names, self._language, self._narration = gate, names, language, narration
        self._subject: int | None = None
        self._owed = ""
        self._open = self._dropping = self._begun = self._orphaned = False

    def next(self, clause: str, named: set[int]) -> list[str]:
        body = clause.strip().rstrip(_MARKS).rstrip()
        mark = clause.strip()[len(body) :][:1]
        ends = any(end in clause.strip()[len(body) :] or clause.endswith("\n") for end in _ENDS)
        if not any(character.isalnum() for character in body) or self._dropping:
            self._dropping = self._dropping and not ends
            return self.close() if ends else []
        verdict = self._gate.judge(body, self._subject)
        self._subject = verdict.subject
        # "It" after a dropped sentence would seem to speak of the product before.
        orphan = self._orphaned and not verdict.handles
        if orphan or not verdict.ok:
            self._narration.dropped.append(f"{verdict.why or 'follows what was dropped'}: {body}")
            self._dropping, self._orphaned = not ends, True
            return self.close()
        self._orphaned = False
        self._narration.released += 1
        self._narration.first_clause = self._narration.first_clause or time.monotonic()
        named.update(verdict.handles)
        text = render(_APART.sub(lambda match: f"{match[1]}: {match[2].lower()}", body), self._names)
        spoken = self._owed + text if self._open else self.spaced(text[:1].upper() + text[1:])
        self._open = not ends
        self._owed = (mark or ",") + ("" if self._language == "zh" else " ")
        return [spoken + (mark if mark and mark != "\n" else self._stop) if ends else spoken]

    def close(self) -> list[str]:
        """End a sentence that stands open."""
        was_open, self._open = self._open, False
        return [self._stop] if was_open else []

    def spaced(self, text: str) -> str:
        """A new sentence, set apart from what was said before it."""
        gap = " " if self._begun and self._language != "zh" else ""
        self._begun = True
        return gap + text

    @property
    def _stop(self) -> str:
        return "。" if self._language == "zh" else "."


def _report(usage: Usage, began: float) -> CallReport:
    return CallReport(kind="narrate", **usage.model_dump(), seconds=time.monotonic() - began)
