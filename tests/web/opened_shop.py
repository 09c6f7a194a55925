"""The demo shop as a process of its own, and the browser that looks at it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


@contextmanager
def opened_shop(
    data: Path, *options: str, environment: Mapping[str, str] | None = None, service: bool = False
) -> Generator[str]:
    """The address of a demo shop that serves out of `data` until it is let go; it must then end well. `service`: with
    its help pages and orders (`orders.db`)."""
    build = [
        "retrieval",
        "build",
        "--feed",
        str(ROOT / "web" / "demo" / "catalog.jsonl"),
        "--index",
        str(data / "index"),
    ]
    demo, told = ROOT / "web" / "demo", [build]
    if service:
        pages = ["--docs", str(demo / "help"), "--base-url", "/help", "--index", str(data / "index")]
        told.append(["retrieval", "passages", "build", *pages])
        orders = ["--feed", str(demo / "orders.jsonl"), "--url", f"sqlite:///{data / 'orders.db'}"]
        told.append(["agent", "orders", *orders])
    for each in told:
        subprocess.run([sys.executable, "-m", *each], cwd=ROOT, check=True, capture_output=True)
    command = [sys.executable, "-m", "web", *options, "--port", "0", "--index", str(data / "index")]
    settings = {**os.environ, "FLOORWALKER_DATA": str(data), "PYTHONUNBUFFERED": "1", **(environment or {})}
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True) as shop:
        try:
            assert shop.stdout
            lines = iter(shop.stdout.readline, "")
            yield next(match[0] for line in lines if (match := re.search(r"http://[\d.]+:\d+", line)))
        finally:
            shop.send_signal(signal.SIGINT)
        assert shop.wait(timeout=30) == 0
