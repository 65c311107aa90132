"""Compares the application, as it is packaged, with what a user would write instead, in one run on one machine."""
