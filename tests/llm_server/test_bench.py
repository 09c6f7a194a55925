"""Load and its statistics: what is asked, when, and what the figures are of."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from llm_server.__main__ import app
from llm_server.bench import Load, arrivals, prompts, run
from llm_server.chat import ChatTimeout, Usage
from llm_server.engines import free_port
from llm_server.measures import Timed, figures, percentile
from llm_server.scripted import ScriptedChat


def test_the_percentiles_are_those_of_known_values() -> None:
    values = [4.0, 1.0, 3.0, 2.0, 5.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == pytest.approx(4.8)
    assert percentile([7.0], 0.95) == 7.0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_among_its_values(values: list[float], share: float) -> None:
    assert min(values) <= percentile(values, share) <= max(values)


def test_the_figures_of_a_run_are_counted_over_its_answers_and_errors_over_all() -> None:
    call = Timed(first=0.1, total=1.1, prompt_tokens=100, cached_tokens=80, completion_tokens=11)
    found = figures([call, call, call, Timed(total=9.0, error="ChatTimeout")], seconds=3.0)
    assert found["ttft_p50_ms"].mean == pytest.approx(100)
    assert found["inter_token_p95_ms"].mean == pytest.approx(100)
    assert found["total_p95_ms"].mean == pytest.approx(1100)
    assert found["output_tokens_per_s"].mean == pytest.approx(11)
    assert found["cached_share"].mean == pytest.approx(0.8)
    assert found["errors"].mean == pytest.approx(0.25)
    assert (found["total_p50_ms"].n, found["errors"].n) == (3, 4)


def test_what_was_not_measured_is_absent() -> None:
    assert set(figures([Timed(total=1.0, error="ChatTimeout")], seconds=1.0)) == {"errors"}
    assert figures([], seconds=0.0) == {}


@given(st.integers(1, 20), st.integers(1, 300), st.integers(0, 300))
def test_prompts_share_their_beginning_and_nothing_else(requests: int, tokens: int, shared: int) -> None:
    asked = prompts(Load(requests=requests, prompt_tokens=tokens, shared_prefix=shared))
    assert len(asked) == requests
    assert len({messages[0].content for messages in asked if len(messages) == 2}) <= 1
    for messages in asked:
        words = sum(len(message.content.split()) for message in messages)
        assert words == max(tokens, min(shared, tokens) + 1)


def test_calls_of_an_open_loop_arrive_at_their_rate() -> None:
    starts = arrivals(Load(requests=4000, rate=20.0))
    assert starts == sorted(starts)
    assert starts[-1] == pytest.approx(200, rel=0.1)


@pytest.mark.parametrize(
    "load", [Load(requests=5, concurrency=2), Load(requests=5, rate=1000.0)], ids=["closed", "open"]
)
async def test_every_call_is_made_and_a_failure_is_one_of_them(load: Load) -> None:
    usage = Usage(prompt_tokens=10, cached_tokens=8, completion_tokens=2)
    chat = ScriptedChat(narrate=["Hi there", ChatTimeout("slow"), "Hi", "Hi", "Hi"], usage=usage)
    heard: list[int] = []
    calls, seconds = await run(chat, load, heard.append)
    assert heard == [1, 2, 3, 4, 5]
    assert sorted(call.error for call in calls) == ["", "", "", "", "ChatTimeout"]
    assert all(call.first is not None and call.cached_tokens == 8 for call in calls if not call.error)
    assert seconds > 0


def test_a_server_that_is_not_there_is_told_and_the_figures_are_written(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    url = f"http://127.0.0.1:{free_port()}/v1"
    result = CliRunner().invoke(app, ["bench", "--url", url, "--requests", "2", "--json", str(file)])
    assert result.exit_code == 1
    assert "no call was answered: ChatUnavailable" in result.stderr
    told: dict[str, Any] = json.loads(file.read_text())
    assert told["arms"]["concurrency 16"]["errors"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 2}
