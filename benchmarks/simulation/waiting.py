"""What waits, first in, first out, in groups that came in the same step; and how late what left was."""

from collections import Counter, deque


class Waiting:
    """A queue of groups, each a moment and a number."""

    def __init__(self) -> None:
        self._groups: deque[tuple[float, float]] = deque()
        self.number = 0.0

    def add(self, since_s: float, number: float) -> None:
        """Messages that are due since a moment; those put back, which are due longer, go first."""
        if number <= 0:
            return
        if self._groups and since_s < self._groups[0][0]:
            self._groups.appendleft((since_s, number))
        else:
            self._groups.append((since_s, number))
        self.number += number

    def take(self, number: float) -> list[tuple[float, float]]:
        """Up to `number` of those that wait longest."""
        taken = []
        left = min(number, self.number)
        while left > 1e-9 and self._groups:
            since_s, there = self._groups[0]
            part = min(there, left)
            taken.append((since_s, part))
            left -= part
            self.number -= part
            if part < there:
                self._groups[0] = (since_s, there - part)
            else:
                self._groups.popleft()
        if not self._groups:
            self.number = 0.0  # what is left of rounding
        return taken


class Lateness:
    """How late messages were: numbers by milliseconds."""

    def __init__(self) -> None:
        self._numbers: Counter[int] = Counter()

    def add(self, seconds: float, number: float) -> None:
        self._numbers[round(seconds * 1000)] += number  # type: ignore[assignment]

    def percentile(self, share: float) -> float:
        """Seconds within which this share of all went out; 0 if there were none."""
        total, seen = sum(self._numbers.values()), 0.0
        for ms in sorted(self._numbers):
            seen += self._numbers[ms]
            if seen >= total * share:
                return ms / 1000
        return max(self._numbers, default=0) / 1000
