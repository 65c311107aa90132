"""What can be wrong with a cluster, on demand: slow, silent, refusing; or well again."""

import threading
from dataclasses import dataclass, field


class Refuses(Exception):  # noqa: N818 - what it does
    """The connection is to be closed."""


@dataclass
class Weather:
    """`slow` holds each answer back, after the work is done; `silent` reads and never answers."""

    seconds: float = 0.0
    silent: bool = False
    refusing: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def become(self, kind: str, seconds: float = 0.0) -> None:
        """Change to `well`, `slow`, `silent` or `refusing`."""
        if kind not in ("well", "slow", "silent", "refusing"):
            raise ValueError(f"There is no {kind} weather.")
        with self._changed:
            self.seconds = seconds if kind == "slow" else 0.0
            self.silent, self.refusing = kind == "silent", kind == "refusing"
            self._changed.notify_all()

    def before_work(self) -> None:
        """Stay silent for as long as that lasts: the request is then done late, as if it had been on its way.

        Raises:
            Refuses: no connection is served now.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self.silent)
            if self.refusing:
                raise Refuses

    def before_answer(self) -> None:
        """Hold the answer back for as long as it is slow."""
        with self._changed:
            self._changed.wait_for(lambda: self.silent or not self.seconds, self.seconds)
            self._changed.wait_for(lambda: not self.silent)
