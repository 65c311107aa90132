"""Event functions run from the working tree: the engine decides when, as Lambda would; the saved code is what runs.

`host` listens and never goes away; `worker` holds the imported application and is replaced when its code is saved;
`registration` tells the engine which functions there are and what calls them.
"""
