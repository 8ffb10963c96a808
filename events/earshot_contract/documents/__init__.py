"""Documents: the messages, events, inputs and results that travel between programs as JSON, and their parts."""
