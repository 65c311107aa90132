"""What could not be handled: look at it, and try it again when its cause is mended.

`python -m infra.deadletters list|show|replay [--stage local] [--queue NAME] [--dry-run] [--rate 5]`
"""
