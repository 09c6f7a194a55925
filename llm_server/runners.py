"""Runs an engine in this process: llama.cpp itself, vLLM as a child. The body of `python -m llm_server serve`.

Knows nothing of restarts (`supervisor.py`). With `until_stdin_closes` an engine ends with its parent, however that
died: the kernel closes the pipe.
"""

import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from llm_server.engines import Engine, EngineError, llamacpp_environment, llamacpp_options
from llm_server.vllm_options import DRAIN, Setup, vllm_command, vllm_environment

_TEARDOWN = 20.0
"""Seconds that vLLM may take to put its workers away after the last call has ended."""


def serve_llamacpp(engine: Engine, *, until_stdin_closes: bool, announce: Callable[[str], None]) -> None:
    """Serve in this process until interrupted. Raises EngineError before it serves, never after."""
    os.environ.update(llamacpp_environment())
    try:
        xllamacpp: Any = importlib.import_module("xllamacpp")
    except ImportError as error:
        raise EngineError(
            "The llama.cpp engine is not installed.", fix="Run: pip install 'floorwalker[cpu]'"
        ) from error
    if not os.path.isfile(engine.model):
        raise EngineError(f"There is no model file {engine.model}.", fix="Run: python -m llm_server pull")
    check_port(engine.host, engine.port)
    params: Any = xllamacpp.CommonParams()
    for name, value in llamacpp_options(engine).items():
        group, _, field = name.rpartition(".")
        setattr(getattr(params, group) if group else params, field, value)
    try:
        server: Any = xllamacpp.Server(params)
    except RuntimeError as error:
        raise EngineError(
            f"llama.cpp cannot load {engine.model}: {error}",
            fix="Fetch it again with: python -m llm_server pull, or name another GGUF file with --model.",
        ) from error
    announce(str(server.listening_address))
    if until_stdin_closes:
        sys.stdin.buffer.read()
    else:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    # The engine's threads may be deep in a batch; nothing of theirs is worth waiting for.
    os._exit(0)


def serve_vllm(engine: Engine, setup: Setup, *, until_stdin_closes: bool) -> int:
    """Run vLLM as a child until it ends, or is told to. Returns its exit status. Raises EngineError.

    Told by SIGTERM, by Ctrl-C or by standard input that closes, vLLM refuses new calls and lets running ones end,
    within DRAIN seconds.
    """
    check_port(engine.host, engine.port)
    environment = vllm_environment(engine, setup, os.environ)
    child = subprocess.Popen(vllm_command(engine, setup), env=environment, stdin=subprocess.DEVNULL)
    told = threading.Event()

    def stop(*_: object) -> None:
        told.set()

    def end() -> None:
        told.wait()
        child.terminate()  # alone: it tells its own workers, and those must not go before the calls have ended
        try:
            child.wait(DRAIN + _TEARDOWN)
        except subprocess.TimeoutExpired:
            child.kill()

    def watch() -> None:
        sys.stdin.buffer.read()
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=end, daemon=True).start()
    if until_stdin_closes:
        threading.Thread(target=watch, daemon=True).start()
    return child.wait()


def check_port(host: str, port: int) -> None:
    """Raises EngineError where the port cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise EngineError(
                f"Port {port} on {host} cannot be used: {error.strerror}.",
                fix="Stop what listens there, or choose another with --port.",
            ) from error
