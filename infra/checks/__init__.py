"""Checks of what would be deployed, made without an account: templates, policies, names and prices."""
