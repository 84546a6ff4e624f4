"""When each frame of a recording is due."""

from dataclasses import dataclass, field

# Later than this, the frames that follow move too: a player that cannot keep up plays slowly,
# instead of publishing images under stamps that are older and older.
SLACK_NS = 50_000_000


@dataclass
class Schedule:
    """Keep the spacing of a recording while it is played at another time.

    Attributes:
        speed: How many times faster than recorded.
        spacing_ns: From a round's last frame to the next one's first, until two frames tell it.
    """

    speed: float = 1.0
    spacing_ns: int = 100_000_000
    _first_ns: int | None = field(default=None, init=False)
    _start_ns: int = field(default=0, init=False)
    _last_due_ns: int | None = field(default=None, init=False)

    def restart(self) -> None:
        """Begin the recording again, one spacing after the frame that was last."""
        self._first_ns = None

    def due_ns(self, time_ns: int, now_ns: int) -> int:
        """Return when the frame taken at `time_ns` is to be published.

        Args:
            time_ns: On the recording's clock, in nanoseconds.
            now_ns: On the clock of the answer, in nanoseconds.
        """
        if self._first_ns is None:
            self._first_ns = time_ns
            last_ns = self._last_due_ns
            self._start_ns = now_ns if last_ns is None else last_ns + self.spacing_ns
        due_ns = self._start_ns + self._scaled(time_ns - self._first_ns)
        late_ns = now_ns - due_ns
        if late_ns > SLACK_NS:
            self._start_ns += late_ns
            due_ns = now_ns
        if self._last_due_ns is not None and due_ns > self._last_due_ns:
            self.spacing_ns = due_ns - self._last_due_ns
        self._last_due_ns = due_ns
        return due_ns

    def _scaled(self, passed_ns: int) -> int:
        return passed_ns if self.speed == 1.0 else round(passed_ns / self.speed)
