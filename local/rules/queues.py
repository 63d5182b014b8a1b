"""Messages are tried again, then kept, and never lost or left in the clear."""

from collections.abc import Iterator

from local.rules.complaint import Complaint, named, properties
from local.template import Template, event_sources, functions, queues

TRIES = 6  # AWS's own advice: Lambda may hold a batch that it could not run yet for that many time-outs


def dead_letters(template: Template) -> Iterator[Complaint]:
    """A queue that is read has somewhere to put what cannot be read, and it keeps longer than the queue."""
    found = queues(template)
    ends = {queue.dead_letters for queue in found.values()} | dead_letter_queues_by_name(template)
    for queue in found.values():
        if queue.logical_id in ends:
            continue
        end = found.get(queue.dead_letters or "")
        if end is None:
            yield Complaint("queue-without-dead-letters", queue.logical_id, "a poisonous message returns for ever")
        elif end.retention_seconds <= queue.retention_seconds:
            why = "its age counts from the first sending, so it may be gone as it arrives"
            yield Complaint("dead-letters-kept-too-briefly", end.logical_id, why)


def dead_letter_queues_by_name(template: Template) -> set[str | None]:
    """What an end is called, so that it needs no end itself once nothing points at it any more."""
    return {name for name in queues(template) if name.endswith("DeadLetters")}


def visibility(template: Template) -> Iterator[Complaint]:
    """A message stays hidden long enough for every attempt that Lambda may make with it."""
    for source in event_sources(template):
        needed = TRIES * functions(template)[source.function].timeout_seconds + source.window_seconds
        seen = queues(template)[source.queue].visibility_seconds
        if seen < needed:
            yield Complaint("visibility-too-short", source.queue, f"{seen} s, and {source.function} needs {needed} s")


def partial_failures(template: Template) -> Iterator[Complaint]:
    """One bad message does not bring the good ones of its batch back."""
    for source in event_sources(template):
        if not source.reports_item_failures:
            why = f"without ReportBatchItemFailures one bad message of {source.queue} returns its whole batch"
            yield Complaint("batch-fails-together", source.function, why)


def encryption(template: Template) -> Iterator[Complaint]:
    """SQS's own key at least."""
    for name, queue in properties(template, "AWS::SQS::Queue").items():
        if queue.get("SqsManagedSseEnabled") is not True and named(queue.get("KmsMasterKeyId")) is None:
            yield Complaint("queue-in-the-clear", name, "its messages are stored unencrypted")


RULES = (dead_letters, visibility, partial_failures, encryption)
