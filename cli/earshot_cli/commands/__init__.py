"""Commands of `earshot`, with their options and what they print."""
