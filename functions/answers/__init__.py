"""The canonical transcript rendered: Deepgram's JSON, OpenAI's, captions. Pure functions, no AWS."""
