"""Mails and notices: written from templates, sent once through a ledger, looked after until the outcome is known.

Nothing here knows who subscribes or writes; capabilities say what is due, and this package sees to it.
"""
