"""Attacks on a running laptop, a file a kind; each kind has a mutant that its tests must catch."""
