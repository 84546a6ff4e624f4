"""What a check has found."""

from dataclasses import dataclass

OK, NOTE, BROKEN = 'ok', 'note', 'broken'


@dataclass(frozen=True)
class Finding:
    """One thing that is right, worth knowing, or broken.

    Attributes:
        subject: What was looked at.
        level: OK, NOTE or BROKEN.
        text: What is there.
        remedy: One line that mends it; empty where nothing is wrong.
    """

    subject: str
    level: str
    text: str
    remedy: str = ''


def fine(subject: str, text: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(subject, OK, text)


def note(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(subject, NOTE, text, remedy)


def broken(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding that keeps nodes from working."""
    return Finding(subject, BROKEN, text, remedy)
