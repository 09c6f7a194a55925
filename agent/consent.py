"""Consent: may what a shopper does in a session be used? A pure fold of what was said of it.

It is given until it is withdrawn. Withdrawn, nothing that was done in the session counts, neither before nor after;
given anew, what is done from then on counts. Knows nothing of events or storage.
"""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel


class Consent(BaseModel, frozen=True, extra="forbid"):
    """Where consent stands."""

    given: bool = True
    since: AwareDatetime | None = None
    """When it was given anew; None where it was never withdrawn, or is withdrawn now."""

    def after(self, granted: bool, time: datetime) -> "Consent":
        """Once this is said of it at this time. Saying the same again changes nothing."""
        if granted == self.given:
            return self
        return Consent(given=granted, since=time if granted else None)

    def covers(self, time: datetime) -> bool:
        """Does what was done at this time count?"""
        return self.given and (self.since is None or time >= self.since)
