"""The transcriber: a worker on SQS, and the Whisper engine that it runs."""
