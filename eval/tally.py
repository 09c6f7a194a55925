"""Values of many turns by metric, and the figures they come to. Knows nothing of what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from eval.rankings import clustered
from eval.results import Figure


@dataclass(slots=True)
class Tally:
    """Values by metric, and for each the group that it is drawn with."""

    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, group: str, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)
            self.groups.setdefault(name, []).append(group)

    def figures(self) -> dict[str, Figure]:
        """With intervals over whole groups: turns of one conversation are not independent."""
        found: dict[str, Figure] = {}
        for name, values in self.values.items():
            numbers = {group: number for number, group in enumerate(dict.fromkeys(self.groups[name]))}
            found[name] = clustered(values, np.array([numbers[group] for group in self.groups[name]], dtype=np.intp))
        return found
