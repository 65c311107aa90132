"""The contact form: a message is kept, and the owner is told of it."""
