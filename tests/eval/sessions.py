"""Invented sessions for the tests of replay: event logs and rows of next items, as files."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(
    minute: float, session_id: str, *products: str, name: str = "view_item", user_id: str | None = None, **more: Any
) -> dict[str, Any]:
    """An event, so many minutes after START."""
    row: dict[str, Any] = {"event_id": f"{session_id}@{minute}", "session_id": session_id, "user_id": user_id}
    row |= {"time": (START + timedelta(minutes=minute)).isoformat(), "name": name}
    return row | {"items": [{"item_id": each} for each in products]} | more


def file(rows: Iterable[object], to: Path) -> Path:
    """As JSON Lines; text stays as it is."""
    to.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return to
