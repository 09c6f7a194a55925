"""Command lines and options of the engines, as pure functions; ports."""

import socket
import sys

import pytest

from llm_server.engines import (
    KEY_VARIABLE,
    Engine,
    EngineError,
    Lora,
    extra_fields,
    free_port,
    llamacpp_environment,
    llamacpp_options,
    serve_command,
    serve_environment,
)
from llm_server.runners import check_port, serve_llamacpp
from llm_server.vllm_options import Setup, vllm_command, vllm_environment

CPU = Engine(name="llamacpp", model="/models/m.gguf", port=9001, api_key="s3cret", threads=3)
GPU = Engine(name="vllm", model="Org/Model", port=9002, api_key="s3cret", context=8192)
SETUP = Setup(build="gpu", model="Org/Model")


def test_the_api_and_its_health_are_on_loopback_by_default() -> None:
    assert CPU.url == "http://127.0.0.1:9001/v1"
    assert CPU.health_url == "http://127.0.0.1:9001/health"
    assert Engine(name="vllm", model="m", host="::1", port=80).url == "http://[::1]:80/v1"


def test_the_child_is_this_packages_serve_command_and_ends_with_its_parent() -> None:
    assert serve_command(CPU) == [
        *(sys.executable, "-m", "llm_server", "serve", "--engine", "llamacpp", "--model", "/models/m.gguf"),
        *("--host", "127.0.0.1", "--port", "9001", "--context", "2048", "--threads", "3", "--until-stdin-closes"),
    ]


def test_the_child_of_a_vllm_is_told_its_profile_and_its_adapters() -> None:
    engine = GPU.model_copy(update={"profile": "throughput", "loras": (Lora(name="shop", path="/a"),)})
    assert serve_command(engine)[-5:] == ["--profile", "throughput", "--lora", "shop=/a", "--until-stdin-closes"]


@pytest.mark.parametrize("engine", [CPU, GPU])
def test_the_key_is_in_the_environment_and_never_on_a_command_line_or_in_a_log(engine: Engine) -> None:
    assert not any("s3cret" in word for word in serve_command(engine) + vllm_command(engine, SETUP))
    assert "s3cret" not in repr(engine)
    assert serve_environment(engine, {"A": "1"}) == {"A": "1", KEY_VARIABLE: "s3cret"}
    assert vllm_environment(engine, SETUP, {})["VLLM_API_KEY"] == "s3cret"


def test_llamacpp_has_a_slot_with_a_whole_context_for_each_kind_of_call() -> None:
    options = llamacpp_options(CPU)
    assert options["n_parallel"] == 2
    assert options["n_ctx"] == 2 * CPU.context
    assert options["kv_unified"] is False
    slots = {extra_fields("llamacpp")(kind)["id_slot"] for kind in ("plan", "narrate")}
    assert slots == {0, 1}


def test_llamacpps_options_are_those_of_this_engine() -> None:
    options = llamacpp_options(CPU)
    assert options["model.path"] == "/models/m.gguf"
    assert options["hostnames"] == ["127.0.0.1"]
    assert options["api_keys"] == ["s3cret"]
    assert options["cpuparams.n_threads"] == options["cpuparams_batch.n_threads"] == 3


def test_llamacpp_uses_every_core_it_may_unless_told_otherwise() -> None:
    assert llamacpp_options(Engine(name="llamacpp", model="m"))["cpuparams.n_threads"] >= 1


def test_llamacpps_threads_spin_while_they_wait() -> None:
    assert llamacpp_environment() == {"OMP_WAIT_POLICY": "active"}


def test_vllm_gets_no_fields_that_it_does_not_know() -> None:
    assert extra_fields("vllm")("plan") == {}


def test_a_port_in_use_is_told_with_its_fix() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(EngineError) as caught:
            check_port("127.0.0.1", taken.getsockname()[1])
        assert "--port" in caught.value.fix


def test_a_free_port_can_be_bound() -> None:
    check_port("127.0.0.1", free_port())


def test_a_missing_model_file_is_told_with_its_fix() -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(EngineError) as caught:
        serve_llamacpp(CPU, until_stdin_closes=True, announce=print)
    assert "pull" in caught.value.fix
