"""A partition is stuck while messages wait in it and nothing of it is committed."""

from aiokafka import TopicPartition

from shared.stall import Progress

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


def test_it_counts_from_when_messages_wait_and_begins_anew_with_each_commit() -> None:
    progress = Progress()
    course = [({A: 5}, 0), ({A: 5}, 10), ({A: 6}, 20), ({A: 6, B: 0}, 30), ({B: 0}, 45), ({}, 60), ({B: 0}, 70)]
    assert [progress.seconds_stuck(waiting, now) for waiting, now in course] == [0, 10, 0, 10, 15, 0, 0]
