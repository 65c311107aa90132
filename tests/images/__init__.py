"""Files that strangers might send, made in code, and what becomes of each."""
