"""The queue between the chain and a client."""

import threading

from aipchain.chain.rpc.outbox import Outbox


def test_messages_leave_in_the_order_they_came() -> None:
    """First in, first out; an empty outbox gives nothing when one does not wait."""
    outbox = Outbox()
    outbox.put("one")
    outbox.put("two")

    assert [outbox.take(0), outbox.take(0), outbox.take(0)] == ["one", "two", None]


def test_a_client_that_takes_nothing_is_let_go() -> None:
    """One message over the limit ends the outbox, drops what waits, and says so once."""
    overflows: list[bool] = []
    outbox = Outbox(max_messages=2, overflowed=lambda: overflows.append(True))
    for number in range(5):
        outbox.put(str(number))

    assert outbox.is_closed
    assert outbox.take() is None
    assert overflows == [True]


def test_long_messages_count_by_their_length() -> None:
    """A few long messages overflow like many short ones."""
    outbox = Outbox(max_bytes=10)
    outbox.put("123456")
    outbox.put("123456")

    assert outbox.is_closed


def test_the_end_wakes_whoever_waits() -> None:
    """Closing lets a waiting reader go on; what waited before can still be taken."""
    outbox = Outbox()
    taken: list[str | None] = []
    reader = threading.Thread(target=lambda: taken.extend([outbox.take(), outbox.take()]))
    reader.start()
    outbox.put("last")
    outbox.close()
    reader.join(5)

    assert taken == ["last", None]


def test_room_comes_back_when_the_client_reads() -> None:
    """Requests of a client wait while half of its outbox is full."""
    outbox = Outbox(max_messages=4)
    outbox.put("a")
    outbox.put("b")
    waited: list[bool] = []
    waiting = threading.Thread(target=lambda: waited.append(outbox.wait_for_room()))
    waiting.start()
    assert waited == []

    outbox.take()
    waiting.join(5)

    assert waited == [True]


def test_an_ended_outbox_has_no_room() -> None:
    """Whoever waits for room in an ended outbox is told to stop."""
    outbox = Outbox()
    outbox.close()

    assert outbox.wait_for_room() is False
