"""The rooms and who may know whom: imports point down only, and heavy libraries stay behind their seam."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "retrieval": {"retrieval"},
    "llm_server": {"llm_server"},
    "agent": {"agent", "retrieval", "llm_server"},
    "web": {"web", "agent", "retrieval", "llm_server"},
    "eval": {"eval", "agent", "retrieval", "llm_server"},
}
HEAVY = {
    "qdrant_edge": {"retrieval/edge.py"},
    "torch": {"retrieval/embed.py", "retrieval/rerank.py", "llm_server/finetune.py", "llm_server/local.py"},
    "sentence_transformers": {"retrieval/embed.py", "retrieval/rerank.py"},
    "transformers": {"retrieval/embed.py", "retrieval/rerank.py", "llm_server/finetune.py", "llm_server/local.py"},
    "peft": {"llm_server/finetune.py", "llm_server/local.py"},
    "accelerate": set(),
    "vllm": set(),
    "xllamacpp": {"llm_server/runners.py"},
    "openai": {"llm_server/openai_chat.py"},
    "huggingface_hub": {"llm_server/weights.py"},
    "sqlalchemy": {"agent/sqljournal.py", "agent/sqlorders.py", "agent/sqltables.py"},
    "qdrant_client": {
        "retrieval/server/collection.py",
        "retrieval/server/filters.py",
        "retrieval/server/link.py",
        "retrieval/server/generations.py",
        "retrieval/server/pages.py",
        "eval/peers.py",
    },
    "hnswlib": {"eval/peers.py"},
    "ranx": set(),
    "ucp_sdk": set(),
    "httpx": {"eval/stub.py", "retrieval/running_shop.py", "web/adapters/chatwoot_api.py", "web/demo/photograph.py"},
    "lightgbm": {"retrieval/lambdamart.py"},
    "mcp": {"web/adapters/mcp.py"},
    "redis": {"web/redis_source.py"},
    "psycopg": set(),
    "prometheus_client": {"web/tally.py", "web/http.py"},
}
FILES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at whatever depth, by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they point"
            found.add(node.module or "")
    return found


def breaches(path: Path, name: str) -> list[str]:
    """The rules that this file's imports break."""
    package = Path(name).parts[0]
    tops = {module.split(".")[0] for module in imported(path)}
    upward = [f"{name} imports {top}" for top in tops & set(MAY_IMPORT) - MAY_IMPORT[package]]
    heavy = [f"{name} imports {top}" for top in tops & set(HEAVY) if name not in HEAVY[top]]
    return upward + heavy


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_and_heavy_ones_stay_behind_their_seam(path: Path) -> None:
    assert breaches(path, str(path.relative_to(ROOT))) == []


def test_an_upward_import_and_a_heavy_import_would_be_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import torch\nfrom web.app import create_app\n")
    assert breaches(bad, "retrieval/bad.py") == ["retrieval/bad.py imports web", "retrieval/bad.py imports torch"]


def test_no_two_files_import_each_other() -> None:
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
    graph = {names[path]: imported(path) & set(names.values()) for path in FILES}

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph[module]
        return seen

    assert [module for module in graph if module in reachable(module)] == []


def test_the_checker_shares_no_code_with_the_gate_it_checks() -> None:
    files = [ROOT / "eval" / "checker.py", *(ROOT / "eval" / "claims").glob("*.py")]
    assert len(files) > 5
    assert not [path.name for path in files if any(module.startswith("agent") for module in imported(path))]
