"""Which images are worth an inference. Time is an argument."""

TOO_OLD, OVER_RATE, UNWATCHED = 'too_old', 'over_rate', 'unwatched'
REFUSALS = (TOO_OLD, OVER_RATE, UNWATCHED)
"""Why an image that has come is not looked at."""


class Admission:
    """Lets images pass that are young enough, and no more of them than wanted.

    Images are admitted by a schedule that keeps its beat: of a camera at 30 Hz, ten images a
    second pass a limit of 10 Hz even if each comes a little early or late.
    """

    def __init__(self) -> None:
        self._beat_s = float('-inf')

    def refusal(self, now_s: float, age_s: float, max_age_s: float, max_rate_hz: float) -> str:
        """Return why an image is not admitted, one of `REFUSALS`; empty if it is.

        Args:
            now_s: Time of a steady clock.
            age_s: Age of the image; negative if its stamp lies in the future.
            max_age_s: Greatest age; 0 admits every age.
            max_rate_hz: Greatest rate; 0 admits every rate.
        """
        if max_age_s and age_s > max_age_s:
            return TOO_OLD
        if not max_rate_hz:
            return ''
        period_s = 1 / max_rate_hz
        due_s = self._beat_s + period_s
        if now_s < due_s:
            return OVER_RATE
        self._beat_s = now_s if now_s - due_s > period_s else due_s
        return ''
