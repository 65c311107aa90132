"""Batches of events: what Lambda hands over, record by record, and what is handed back."""
