"""The blog: authors write and publish, everybody reads."""
