"""Break one thing at a time in a copy of the project, and tell which suite notices.

`python -m tests.attacks.mutants [NAME …]` tries all, or those whose names are given. A suite that fails before anything
is broken proves nothing, so each is run in the untouched copy first. The exit status is the number of mutants that no
suite has noticed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRONTEND = (
    "frontend/package.json",
    "frontend/build",
    "frontend/src",
    "frontend/tsconfig.json",
    "frontend/vite.config.ts",
)
COPIED = ("app.py", "chalicelib", "docs", "infra", "pyproject.toml", "tests", ".chalice", *FRONTEND)
LINKED = (".venv", ".venv-engine", ".venv-node", "frontend/dist", "frontend/node_modules")


@dataclass(frozen=True)
class Mutant:
    """A text of a file that another takes the place of, and the suite that must fail then."""

    kind: str
    name: str
    path: str
    before: str
    after: str
    suite: str


GATEWAY, GATEWAY_TESTS = "infra/local/gateway", "tests/unit/infra/local/gateway"
GAPS, LIMITS = "infra/local/engine/gaps", "tests/engine/test_engine_cognito_limits.py"
NAMES, MEDIA = "tests/engine/test_engine_cognito_names.py", "infra/templates/media.yaml"
TAG = "${!aws:PrincipalTag/sub}"

MUTANTS = (
    Mutant(
        "tokens",
        "any-signature",
        f"{GATEWAY}/rs256.py",
        "    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(length), expected)",
        "    return bool(expected)",
        f"{GATEWAY_TESTS}/test_rs256.py",
    ),
    Mutant(
        "tokens",
        "any-audience",
        f"{GATEWAY}/tokens.py",
        '            "aud": audience == self.audience or',
        '            "aud": True or',
        f"{GATEWAY_TESTS}/test_tokens.py",
    ),
    Mutant(
        "tokens",
        "codes-of-an-authenticator-again",
        f"{GAPS}/cognito_second_factor.py",
        "    return code in taken",
        "    return False",
        f"{LIMITS}::test_a_code_signs_in_once",
    ),
    Mutant(
        "tokens",
        "any-password-tells-who-is-not-confirmed",
        f"{GAPS}/cognito_sign_in.py",
        '        if user.get("_password") == given.get("PASSWORD"):',
        "        if True:",
        "tests/engine/test_engine_cognito.py::test_a_wrong_password_does_not_tell_who_is_not_confirmed",
    ),
    Mutant(
        "two people",
        "another-case-is-another-user",
        f"{GAPS}/cognito_usernames.py",
        'return (pool.get("UsernameConfiguration") or {}).get("CaseSensitive") in (False, "false")',
        "return False",
        f"{NAMES}::test_another_case_of_an_address_is_the_same_user",
    ),
    Mutant(
        "two people",
        "an-address-nobody-verified",
        f"{GAPS}/cognito_attributes.py",
        '        if "email" in _verified_before_update(pool):',
        "        if False:",
        f"{NAMES}::test_an_address_changes_when_the_new_one_is_verified",
    ),
    Mutant(
        "two accounts in one browser",
        "tokens-of-whoever-is-signed-in",
        "frontend/src/account/page-owner.ts",
        "    return known.sub === sub && holder === sub ? 'here' : 'someone-else';",
        "    return 'here';",
        "frontend/src/account/page-owner.test.ts",
    ),
    Mutant(
        "engine authorisation",
        "root-without-a-key",
        f"{GAPS}/anonymous_callers.py",
        "    evaluator.enforce = _without_root(evaluator.enforce)",
        "    pass",
        "tests/attacks/test_engine_authorization.py",
    ),
    Mutant(
        "S3 by real credentials",
        "everybodys-photos",
        MEDIA,
        f'"s3:DeleteObject"]\n            Resource: !Sub "${{MediaBucket.Arn}}/users/{TAG}/*"',
        '"s3:DeleteObject"]\n            Resource: !Sub "${MediaBucket.Arn}/users/*"',
        "tests/policies/test_grid.py",
    ),
    Mutant(
        "S3 by real credentials",
        "uploads-by-any-name",
        MEDIA,
        f"{TAG}/??????????????????????????",
        f"{TAG}/*",
        "tests/policies/test_grid.py",
    ),
    Mutant(
        "S3 by real credentials",
        "strays-stay",
        "chalicelib/media/thumbnails.py",
        "    objects.delete(settings().media_bucket, stray.key, stray.etag)\n",
        "",
        "tests/unit/media/test_media_events.py::TestUploadJobs",
    ),
    Mutant(
        "S3 by real credentials",
        "headers-nobody-signed",
        f"{GAPS}/call_names.py",
        "            if left_out:",
        "            if False:",
        "tests/attacks/test_bodies_and_headers.py",
    ),
    Mutant(
        "DynamoDB by real credentials",
        "dax-for-any-key",
        "infra/local/dax/authorization.py",
        "        if not hmac.compare_digest(handshake.access_key.encode(), self.access_key.encode()):",
        "        if False:",
        "tests/attacks/test_dax_authorization.py::test_every_part_of_the_handshake_counts",
    ),
    Mutant(
        "text in every sink",
        "encoded-words-in-headers",
        "chalicelib/mail/message.py",
        '    if not value.isascii() or "=?" in value:',
        "    if not value.isascii():",
        "tests/unit/mail/test_message.py",
    ),
    Mutant(
        "text in every sink",
        "markup-in-pages",
        "chalicelib/blog/pages.py",
        "        autoescape=True,",
        "        autoescape=False,",
        "tests/integration/test_text_in_sinks.py",
    ),
    Mutant(
        "text in every sink",
        "names-that-turn-text-around",
        "chalicelib/web/text.py",
        r'    return one_line(longest, what, rf"{CONTROL}\u2028\u2029{BIDI_CONTROLS}")',
        "    return one_line(longest, what)",
        "tests/unit/contact/test_contact.py",
    ),
    Mutant(
        "text in every sink",
        "code-that-looks-like-other-code",
        "chalicelib/blog/markdown.py",
        "    return _CODE.sub(lambda found: visible(found[0]), _cleaner().clean(html))",
        "    return _cleaner().clean(html)",
        "tests/unit/blog/test_markdown.py",
    ),
    Mutant(
        "images",
        "pictures-of-any-type",
        "chalicelib/media/thumbnails.py",
        '    if found.content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:',
        "    if False:",
        "tests/integration/test_hostile_photos.py",
    ),
    Mutant(
        "images",
        "uploads-without-an-event-stay",
        "chalicelib/media/strays.py",
        '    return [*others, *(each for each in photos if each.key.rpartition("/")[2] not in known)]',
        "    return others",
        "tests/unit/media/test_strays.py",
    ),
    Mutant(
        "images",
        "any-number-of-pixels",
        "chalicelib/media/images.py",
        "    if width * height > MAX_PIXELS:",
        "    if width * height < 0:",
        "tests/images/test_corpus.py",
    ),
    Mutant(
        "HTTP framing",
        "first-length-wins",
        f"{GATEWAY}/requests.py",
        "len(lengths) > 1 or",
        "False or",
        f"{GATEWAY_TESTS}/test_requests.py",
    ),
    Mutant(
        "HTTP framing",
        "another-host-of-the-api",
        f"{GATEWAY}/requests.py",
        "        self._check_host()\n",
        "",
        "tests/integration/test_http_framing.py",
    ),
    Mutant(
        "HTTP framing",
        "short-bodies",
        f"{GATEWAY}/requests.py",
        "        if body is not None and len(body) < int(length):",
        "        if False:",
        f"{GATEWAY_TESTS}/test_requests.py",
    ),
    Mutant(
        "HTTP framing",
        "bodies-without-end",
        "infra/local/engine/framing.py",
        "        if left < 0:",
        "        if False:",
        "tests/attacks/test_bodies_and_headers.py",
    ),
    Mutant(
        "floods",
        "codes-without-end",
        "infra/local/engine/request_quotas.py",
        "            is_left = len(taken) < most",
        "            is_left = True",
        f"{LIMITS}::test_neither_tries_nor_new_codes_are_without_end",
    ),
    Mutant(
        "floods",
        "guesses-without-end",
        f"{GAPS}/cognito_second_factor.py",
        '        if lockout.locked(user.get("_failed_codes"), now):',
        "        if False:",
        f"{LIMITS}::test_wrong_codes_lock_a_user_out_whatever_the_session",
    ),
    Mutant(
        "listeners",
        "functions-for-all",
        "infra/local/functions/calls.py",
        "        if hmac.compare_digest(self.headers.get(SECRET_HEADER",
        "        if True or (self.headers.get(SECRET_HEADER",
        "tests/attacks/test_function_hosts.py",
    ),
    Mutant(
        "listeners",
        "any-name-of-the-api",
        f"{GATEWAY}/requests.py",
        "        self._check_host()\n",
        "",
        f"{GATEWAY_TESTS}/test_requests.py",
    ),
    Mutant(
        "listeners",
        "any-name-of-the-engine",
        "infra/local/engine/guard.py",
        '        if not _HOST.fullmatch(headers.get("host", "").lower()):',
        "        if False:",
        "tests/integration/test_listeners.py",
    ),
)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of what the suites need; environments are links."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, copy / name)
        for name in LINKED:
            if (ROOT / name).exists():
                (copy / name).symlink_to((ROOT / name).resolve())
        yield copy


def passes(copy: Path, suite: str) -> bool:
    """Whether the suite passes in the copy."""
    command, folder = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", suite], copy
    if suite.endswith(".ts"):
        folder = copy / "frontend"
        command = ["node", "node_modules/vitest/vitest.mjs", "run", suite.removeprefix("frontend/")]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{suite} cannot be run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


def is_noticed(copy: Path, mutant: Mutant) -> bool:
    source = copy / mutant.path
    text = source.read_text(encoding="utf-8")
    if text.count(mutant.before) != 1:
        sys.exit(f"{mutant.name}: what it changes is no longer there, or there twice.")
    source.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        return not passes(copy, mutant.suite)
    finally:
        source.write_text(text, encoding="utf-8")


def main(names: Sequence[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    survivors = 0
    with copied() as copy:
        sound = {suite: passes(copy, suite) for suite in dict.fromkeys(mutant.suite for mutant in chosen)}
        for mutant in chosen:
            noticed = sound[mutant.suite] and is_noticed(copy, mutant)
            survivors += not noticed
            by = mutant.suite if noticed else "SURVIVED" if sound[mutant.suite] else "its suite fails without it"
            sys.stdout.write(f"{mutant.kind:<30}{mutant.name:<42}{by}\n")
            sys.stdout.flush()
    return survivors


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
