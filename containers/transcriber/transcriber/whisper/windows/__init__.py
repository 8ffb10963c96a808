"""Windows of speech: voice activity, cuts, log-mel features and how much context they get."""
