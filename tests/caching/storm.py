"""What a storm should leave: each layer asks the next once for each copy that it keeps."""

from itertools import product

READS, READERS, EDGES = 1000, 100, 3


def table() -> dict[tuple[bool, bool, bool, bool], int]:
    """Requests to DynamoDB of 1 000 reads by DAX, the stage cache, CloudFront and browsers being on."""
    return {layers: _left(*layers) for layers in product((False, True), repeat=4)}


def _left(dax: bool, stage: bool, edge: bool, browser: bool) -> int:  # noqa: FBT001 - four switches
    if dax or stage:
        return 1
    if edge:
        return EDGES
    return READERS if browser else READS
