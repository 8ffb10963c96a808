"""Jobs: the Job state machine, and its states that wait for workers."""
