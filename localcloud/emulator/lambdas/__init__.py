"""Lambda: functions run in environments forked from a process that has imported them."""
