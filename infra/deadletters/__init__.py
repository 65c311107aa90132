"""What could not be handled: look at it, and try it again when its cause is mended.

`python -m infra.deadletters list|show|replay [--stage local] [--queue NAME] [--id ID] [--dry-run] [--rate 5]`

`letters` takes failure messages and holds them, `replay` says what trying one again means and does it, `clients`
reaches the laptop or a stage.
"""
