"""Claimed deliveries that may be sent now, and which of them is next."""

from __future__ import annotations

from collections import Counter, deque

from notifyhub.store.claimed import Claimed

_Recipient = tuple[str, str]


class Ready:
    """Urgent ones (priority 0) first, then the others; accounts take turns.

    One call at a time for each recipient: so messages to somebody keep their order, and somebody whose calls hang does
    not take the calls of the others. For the same reason each account can count on half of an equal share of all calls.

    accounts  the number of accounts of the channel
    """

    def __init__(self, accounts: int) -> None:
        self._accounts = accounts
        self._waiting: dict[str, tuple[deque[Claimed], deque[Claimed]]] = {}
        self._turns: deque[str] = deque()
        self._under_way: Counter[str] = Counter()
        self._busy: set[_Recipient] = set()
        self._parked: dict[_Recipient, deque[Claimed]] = {}
        self._number = 0
        self.parked = 0
        """Deliveries that wait for an earlier one to the same recipient."""

    def __len__(self) -> int:
        """Deliveries that wait for nobody of the same recipient, as far as known."""
        return self._number

    def of(self, sender: str) -> int:
        """Those of one account."""
        return sum(map(len, self._waiting.get(sender, ())))

    def append(self, row: Claimed) -> None:
        self._queue_of(row).append(row)
        self._number += 1

    def take(self, calls: int) -> Claimed | None:
        """The next delivery to send, of at most `calls` at the same time; None: none may be sent now.

        Its recipient is busy until it is given to `release`.
        """
        for _ in range(len(self._turns)):
            sender = self._turns[0]
            self._turns.rotate(-1)
            if self._may_call(sender, calls) and (row := self._next_of(sender)) is not None:
                self._busy.add((row.sender, row.address))
                if self._accounts > 1:
                    self._under_way[sender] += 1
                return row
        return None

    def release(self, row: Claimed) -> None:
        """The call of a delivery has ended."""
        recipient = (row.sender, row.address)
        self._busy.discard(recipient)
        if self._accounts > 1:
            self._under_way[row.sender] -= 1
        if not self._parked:
            return
        parked = self._parked.get(recipient)
        if parked:
            following = parked.popleft()
            self._queue_of(following).appendleft(following)
            self._number += 1
            self.parked -= 1
        if not parked:
            self._parked.pop(recipient, None)

    def give_up(self, row: Claimed) -> list[Claimed]:
        """Those that wait behind a delivery that is not sent now: they must not pass it."""
        following = self._parked.pop((row.sender, row.address), ())
        self.parked -= len(following)
        return list(following)

    def unpark(self, most: int) -> list[Claimed]:
        """Give up those parked beyond `most`: of the recipient with the most, those that came last."""
        given_up: list[Claimed] = []
        while self.parked > most:
            longest = max(self._parked.values(), key=len)
            given_up.append(longest.pop())
            self.parked -= 1
        return given_up

    def clear(self) -> list[Claimed]:
        """Returns all that were left."""
        queues = [queue for both in self._waiting.values() for queue in both] + list(self._parked.values())
        left = [row for queue in queues for row in queue]
        self._waiting.clear()
        self._turns.clear()
        self._parked.clear()
        self._number = self.parked = 0
        return left

    def _queue_of(self, row: Claimed) -> deque[Claimed]:
        both = self._waiting.get(row.sender)
        if both is None:
            both = self._waiting[row.sender] = (deque(), deque())
            self._turns.append(row.sender)
        return both[min(row.priority, 1)]

    def _next_of(self, sender: str) -> Claimed | None:
        urgent, others = self._waiting[sender]
        while queue := urgent or others:
            row = queue.popleft()
            self._number -= 1
            recipient = (sender, row.address)
            if recipient not in self._busy:
                return row
            self._parked.setdefault(recipient, deque()).append(row)
            self.parked += 1
        return None

    def _may_call(self, sender: str, calls: int) -> bool:
        if self._accounts == 1:
            return True
        own = calls // (2 * self._accounts)
        if self._under_way[sender] < own:
            return True
        others = [number for name, number in self._under_way.items() if name != sender]
        kept = sum(max(0, own - number) for number in others) + own * max(0, self._accounts - 1 - len(others))
        return self._under_way.total() + kept < calls
