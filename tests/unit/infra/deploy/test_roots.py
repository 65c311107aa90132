"""The roots that functions trust: Amazon's five, whole, and for years to come."""

import hashlib
import re
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.deploy.roots import amazon_roots

BUNDLE = (Path(botocore.__file__).parent / "cacert.pem").read_text()
# SHA-256 of each public key, as https://www.amazontrust.com/repository/ lists them.
KEYS = {
    "Amazon Root CA 1": "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
    "Amazon Root CA 2": "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
    "Amazon Root CA 3": "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
    "Amazon Root CA 4": "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
    "Starfield Services Root Certificate Authority - G2": (
        "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92"
    ),
}


def read(bundle: str) -> list[x509.Certificate]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificates(bundle.encode())


def name(certificate: x509.Certificate) -> str:
    [found] = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found.value)


def test_they_are_the_five_that_amazon_publishes() -> None:
    found = {}
    for each in read(amazon_roots(BUNDLE)):
        key = each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found[name(each)] = hashlib.sha256(key).hexdigest()
    assert found == KEYS


def test_each_has_signed_itself_and_lasts_for_more_than_a_year() -> None:
    for each in read(amazon_roots(BUNDLE)):
        each.verify_directly_issued_by(each)
        assert each.not_valid_before_utc < datetime.now(UTC)
        assert each.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)


def test_they_are_few_of_many() -> None:
    assert len(read(BUNDLE)) > 20 * len(read(amazon_roots(BUNDLE)))


def test_a_bundle_that_lacks_one_is_refused_by_its_name() -> None:
    certificates = re.findall(r"-----BEGIN.+?-----END CERTIFICATE-----\n", amazon_roots(BUNDLE), re.DOTALL)
    with pytest.raises(LookupError, match=r"^botocore's bundle has no Amazon Root CA 3\.$"):
        amazon_roots("".join(certificates[:2] + certificates[3:]))
