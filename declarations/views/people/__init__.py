"""Pages of a person about himself, his keys, his organisation and its agents."""
