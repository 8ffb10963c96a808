"""Speakers: who talks when in a shard's audio, told apart by two small networks on the host's cores."""
