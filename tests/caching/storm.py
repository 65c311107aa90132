"""What a storm should leave: each layer asks the next once for each copy that it keeps."""

from itertools import product

READS, READERS, EDGES = 1000, 100, 3


def table() -> dict[tuple[bool, bool, bool], int]:
    """Requests to DynamoDB of 1 000 reads by the stage cache, CloudFront and browsers being on."""
    return {
        (stage, edge, browser): _left(stage, edge, browser) for stage, edge, browser in product((False, True), repeat=3)
    }


def _left(stage: bool, edge: bool, browser: bool) -> int:  # noqa: FBT001 - three switches
    if stage:
        return 1
    if edge:
        return EDGES
    return READERS if browser else READS
