"""A person's todos: list, create, change, trash and restore, with photos attached."""
