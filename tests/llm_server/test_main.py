"""The commands, as a person meets them."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from llm_server.__main__ import app
from llm_server.chat import ChatGarbled, ChatRejected
from llm_server.checkup import check
from llm_server.engines import KEY_VARIABLE, free_port


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_checking_a_server_that_is_not_there_says_so_and_what_to_do() -> None:
    result = run("check", "--url", f"http://127.0.0.1:{free_port()}/v1")
    assert result.exit_code == 1
    assert "No engine answers" in result.stderr
    assert "python -m llm_server serve" in result.stderr


def test_serving_a_model_that_is_not_there_says_so_and_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    result = run("serve", "--engine", "llamacpp", "--model", str(tmp_path / "none.gguf"))
    assert result.exit_code == 1
    assert "There is no model file" in result.stderr
    assert "pull" in result.stderr


def test_serving_on_a_port_in_use_says_so_and_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--engine", "llamacpp", "--model", str(model), "--port", port)
    assert result.exit_code == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in result.stderr
    assert "--port" in result.stderr


def listing(*names: str) -> Any:
    async def behave(exchange: Any) -> None:
        await exchange.whole({"data": [{"id": name} for name in names]})

    return behave


async def a_stream(exchange: Any) -> None:
    await exchange.head(kind="text/event-stream")
    await exchange.text("It is coated.")
    await exchange.finish(usage={"prompt_tokens": 20, "completion_tokens": 5})


def a_completion(answer: object) -> Any:
    async def behave(exchange: Any) -> None:
        message = {"content": json.dumps(answer)}
        await exchange.whole({"choices": [{"message": message}], "usage": {"prompt_tokens": 12}})

    return behave


async def checked(stub: Any, model: str = "") -> list[str]:
    return [line async for line in check(stub.url, model=model, api_key="k")]


async def test_a_check_reports_the_models_the_stream_and_the_schema(stub: Any) -> None:
    stub.behaviours += [listing("m1", "m2"), a_stream, a_completion({"colour": "green"})]
    models, stream, schema = await checked(stub)
    assert models.endswith("m1, m2")
    assert "20 prompt tokens (0 cached), 5 written" in stream
    assert "kept" in schema
    assert stub.exchanges[1].body["model"] == "m1"


async def test_a_check_for_a_model_that_is_not_served_names_those_that_are(stub: Any) -> None:
    stub.behaviours.append(listing("m1"))
    with pytest.raises(ChatRejected, match="does not serve other; it serves: m1"):
        await checked(stub, "other")


async def test_a_check_finds_a_server_that_ignores_the_schema(stub: Any) -> None:
    stub.behaviours += [listing("m1"), a_stream, a_completion({"answer": "It is green."})]
    with pytest.raises(ChatGarbled, match="does not keep to a JSON schema"):
        await checked(stub)


def test_the_key_of_the_engine_is_read_from_the_environment_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "s3cret")
    result = run("check", "--help")
    assert KEY_VARIABLE in result.stdout
    assert "s3cret" not in result.stdout
