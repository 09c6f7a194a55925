"""The commands of `python -m eval` about service. Knows nothing of how they are measured."""

from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, clear_errors, say
from eval.tables import show

commands = typer.Typer()

_SETS = Path(__file__).parent / "service"
_HELP = Path(__file__).parents[1] / "web" / "demo" / "help"
_DEMO = [(_SETS / "demo_policy.jsonl", _HELP), (_SETS / "demo_unseen.jsonl", _HELP)]

Passages = Annotated[Path | None, typer.Option(help="Product questions: JSON Lines of {qid, item_id, …, candidates}.")]
Keys = Annotated[
    list[Path] | None, typer.Option("--key", help="Questions to pages: {id, question, says}; repeatable, with --pages.")
]
Folders = Annotated[
    list[Path] | None, typer.Option("--pages", help="The folder of each --key, in its order; the demo shop's if none.")
]
Model = Annotated[str, typer.Option("--embedder", help="minilm, hash (for trials), a folder, or a hub id.")]


@commands.command()
def service(
    passages: Passages = None,
    key: Keys = None,
    pages: Folders = None,
    handoffs: Annotated[Path, typer.Option(help="Labelled messages: {id, language, text, label, why}.")] = _SETS
    / "handoff.jsonl",
    embedder: Model = "minilm",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first product questions.")] = None,
    as_json: AsJson = None,
) -> None:
    """Service: which text or passage comes first, is nothing said where nothing answers, and is a person called where
    one should be?"""
    from eval.service import measured

    with clear_errors():
        results = measured(passages, _policies(key, pages), handoffs, embedder=embedder, limit=limit)
    show(results)
    if as_json:
        results.write(as_json)


@commands.command("train-support")
def train_support(
    passages: Annotated[Path, typer.Option(help="Product questions to learn from.")],
    out: Annotated[Path, typer.Option(help="Write what is learnt here; retrieval/knowledge/support.json is served.")],
    key: Keys = None,
    pages: Folders = None,
    embedder: Model = "minilm",
    language: Annotated[list[str] | None, typer.Option(help="That the embedder knows; repeatable.")] = None,
    as_json: AsJson = None,
) -> None:
    """How likely a text answers a question, learnt from judged ones; the figures are of products and questions that it
    did not learn from, ten parts in turn."""
    from eval.trainsupport import trained

    with clear_errors():
        supports, results = trained(
            passages, _policies(key, pages), embedder=embedder, languages=tuple(language or ("en",)), say=say
        )
        out.write_text(supports.model_dump_json(indent=1) + "\n", "utf-8")
    show(results)
    if as_json:
        results.write(as_json)


@commands.command("train-alarm")
def train_alarm(
    examples: Annotated[Path, typer.Option(help="Labelled messages: {language, text, label}.")] = _SETS / "alarm.jsonl",
    out: Annotated[Path, typer.Option(help="Write the weights here; agent/alarm.npz is served.")] = Path("alarm.npz"),
) -> None:
    """Who asks for a person, and where money, health, the law or patience is at stake, learnt from labelled messages;
    the figures are of messages that it did not learn from, five parts in turn."""
    from eval.alarms import read_examples, trained

    with clear_errors():
        learnt, figures = trained(read_examples(examples))
    learnt.save(out)
    for name, share in figures.items():
        say(f"{name}: {share:.3f}")


def _policies(keys: list[Path] | None, folders: list[Path] | None) -> list[tuple[Path, Path]]:
    if len(keys or ()) != len(folders or ()):
        raise typer.BadParameter("give a --pages for every --key")
    return list(zip(keys or (), folders or (), strict=True)) or _DEMO
