"""Workers: the Worker state machine, the containers and functions that it launches, and the capacity they run on."""
