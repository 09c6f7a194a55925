"""The arm `real`, with a stub of an engine behind the production client: what stands beside it, and taking a run up
again."""

from pathlib import Path

import pytest

from eval.journeyfile import read_journeys
from eval.journeys import journeys
from eval.scripted import prose
from eval.talk import ModelFault
from tests.eval.builders import written
from tests.eval.talkers import PRODUCTS
from tests.llm_server.conftest import Behaviour, Exchange, StubServer

FILE = """
[[journey]]
id = "en-tent"
[[journey.turn]]
say = "a tent under $160"
does = ["search"]
state = { category = ["Tents"], price_max = 160 }
[[journey.turn]]
say = "thanks"
does = ["chat"]
"""


async def engine(exchange: Exchange) -> None:
    """Searches for whatever is said, and writes what is true."""
    if not exchange.body.get("stream"):
        plan = '{"tool":"search_catalog","query":"tent","category":"Tents"}'
        await exchange.whole({"choices": [{"message": {"content": plan}, "finish_reason": "stop"}]})
        return
    told = prose(exchange.body["messages"][-1]["content"])
    await exchange.head(kind="text/event-stream")
    await exchange.text(next((text for text, claim in told if claim.kind == "true"), "You are welcome."))
    await exchange.finish()


async def refusing(exchange: Exchange) -> None:
    await exchange.whole({"error": {"message": "no"}}, 400)


@pytest.fixture
async def hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Holds the journeys with an engine that behaves so, and keeps its replies; the exchanges it took."""
    catalog = written(PRODUCTS, tmp_path / "catalog.jsonl")
    (tmp_path / "shop.json").write_text('{"name": "Fernhill"}', "utf-8")
    (tmp_path / "some.toml").write_text(FILE, "utf-8")
    told = read_journeys([tmp_path / "some.toml"])

    async def run(behaviour: Behaviour, **options: bool):
        server = StubServer()
        server.behaviours = [behaviour] * 40
        await server.start()
        monkeypatch.setenv("FLOORWALKER_LLM_URL", server.url)
        try:
            outcome = await journeys(
                told, model="real", catalog=catalog, shop=tmp_path / "shop.json", embedder="hash",
                cache=tmp_path / "kept", say=lambda _: None, **options,
            )  # fmt: skip
        finally:
            await server.stop()
        return outcome, len(server.exchanges)

    return run


async def test_beside_the_real_model_stand_its_own_call_and_no_model(hold) -> None:
    outcome, exchanges = await hold(engine)
    arms = outcome.results.arms
    assert {"real", "model alone", "none"} <= arms.keys() and exchanges == 4
    # The parser knows thanks from a need; the model alone would have searched.
    assert arms["real"]["act"].mean == 1 and arms["model alone"]["act"].mean == 0.5
    assert arms["real"]["clauses released"].mean == 1
    assert "clauses released" not in arms["none"]


async def test_a_run_that_is_taken_up_again_asks_for_nothing_twice(hold) -> None:
    first, _ = await hold(engine)
    again, exchanges = await hold(refusing)
    assert exchanges == 0
    assert again.results.arms == first.results.arms


async def test_a_run_with_plans_alone_asks_for_no_prose(hold) -> None:
    outcome, exchanges = await hold(engine, plan_only=True)
    assert exchanges == 2 and outcome.results.model.endswith("plans only")


async def test_a_model_that_refuses_everything_fails_the_run(hold) -> None:
    with pytest.raises(ModelFault, match="ChatRejected"):
        await hold(refusing)
