"""Has a whole grid judged in one run of the simulator."""

from collections.abc import Sequence

from infra import simulate
from infra.simulate import Request
from tests.policies.documents import Document, Pair
from tests.policies.grid_browser import pairs as of_the_browser
from tests.policies.grid_functions import pairs as of_functions
from tests.policies.grid_resources import pairs as of_resources
from tests.templates.reading import ACCOUNT

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# What every key has unless its owner writes another: the account's own policies decide.
KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}
GRID: tuple[Pair, ...] = (*of_functions(), *of_the_browser(), *of_resources())

Judged = Sequence[tuple[Document, Request]]


def judge(asked: Judged) -> list[bool]:
    """Whether each request is allowed by its document."""
    return simulate.allowed([_asked(document, request) for document, request in asked], ACCOUNT)


def _asked(document: Document, request: Request) -> tuple[Request, Sequence[simulate.Policy], simulate.Policy | None]:
    if not document.of_a_resource:
        return request, [document.policy], KEY_POLICY if request.action.startswith("kms:") else None
    # A person with every right at home shows what the resource itself forbids.
    at_home = request.principal.startswith("arn:aws:iam::")
    return request, [EVERYTHING] if at_home else [], document.policy
