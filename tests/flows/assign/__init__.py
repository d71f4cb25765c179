"""Who gets a thread: strategies, queues, shifts, hand-over, snooze."""
