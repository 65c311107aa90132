"""Words: what people entered goes by the right ones alone."""

import pytest

from infra.deploy.aws import Aws
from infra.deploy.destroy import KEPT, DestroyError, destroy, words_for_data, words_for_protected
from infra.deploy.parts import parts
from infra.deploy.stage import Stage, load

DEV, PROD = Stage("dev", "eu-north-1", "blog@example.com"), load("prod")
# Whoever gets past the words would fail here.
NO_ACCOUNT = Aws(None, "eu-north-1", "123456789012", "aws")


@pytest.mark.parametrize("words", ["yes", "delete all data", "delete all data of prod", "Delete all data of dev"])
def test_wrong_words_are_refused_with_the_right_ones(words: str) -> None:
    with pytest.raises(DestroyError, match='make destroy STAGE=dev WORDS="delete all data of dev"'):
        destroy(NO_ACCOUNT, DEV, words)


def test_a_protected_stage_wants_words_even_to_keep_its_data() -> None:
    with pytest.raises(DestroyError, match='WORDS="take prod down"'):
        destroy(NO_ACCOUNT, PROD, "")
    assert words_for_protected(PROD) != words_for_data(PROD)


def test_what_holds_data_stays() -> None:
    assert set(KEPT) < {part.concern for part in parts(DEV)}
    assert {"data", "identity", "media"} <= set(KEPT)
