"""Made-up sessions for the tests of the behaviour model."""

from datetime import UTC, datetime, timedelta

from retrieval.behaviour.touches import FinishedSession, Touch, TouchEvent

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def touched(*products: str, event: TouchEvent = "view_item", start: datetime = START) -> tuple[Touch, ...]:
    """One touch a minute."""
    return tuple(
        Touch(product_id=product, event=event, time=start + timedelta(minutes=at))
        for at, product in enumerate(products)
    )


def basket(*products: str, at: datetime = START) -> tuple[Touch, ...]:
    """Bought at one time."""
    return tuple(Touch(product_id=product, event="purchase", time=at) for product in products)


def session(touches: tuple[Touch, ...], earlier: tuple[Touch, ...] = ()) -> FinishedSession:
    """A session of these touches."""
    return FinishedSession(session_id="S", touches=touches, earlier=earlier)


def walk(*products: str, event: TouchEvent = "view_item") -> FinishedSession:
    """A session of one touch a minute."""
    return session(touched(*products, event=event))
