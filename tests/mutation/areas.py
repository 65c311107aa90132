"""What is broken on purpose, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """Modules, and the tests that hold them: files or folders, the nearest first."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_GATEWAY = "tests/unit/infra/local/gateway"

AREAS = {
    "signing": Area(
        (
            "chalicelib/signing.py",
            "chalicelib/subscribers/tokens.py",
            "infra/deploy/key_ring.py",
            "infra/deploy/signing_key.py",
        ),
        (
            "tests/unit/test_signing.py",
            "tests/unit/infra/deploy/test_signing_key.py",
            "tests/unit/subscribers/test_mail_links.py",
            "tests/unit/store/test_cursors.py",
        ),
    ),
    "cursors": Area(("chalicelib/store/cursors.py",), ("tests/unit/store/test_cursors.py",)),
    "ledger": Area(
        ("chalicelib/mail/ledger.py",),
        (
            "tests/unit/mail/test_ledger.py",
            "tests/unit/mail/test_sweeper.py",
            "tests/unit/mail/test_outcomes.py",
            "tests/unit/test_signing.py",
        ),
    ),
    "batches": Area(("chalicelib/events/batches.py",), ("tests/unit/events/test_batches.py",)),
    "gateway": Area(("infra/local/gateway/*.py",), (_GATEWAY,)),
    "web": Area(("chalicelib/web/*.py",), ("tests/unit/web",)),
}
