"""Values of `op` in the events that schedules send to functions. Without imports: each start of the API reads it."""

from __future__ import annotations

RECONCILE = "reconcile"  # to Scale, every minute
KEEP_ACTIVE = "keep_active"  # to the two functions that the API's callers wait for, every day
