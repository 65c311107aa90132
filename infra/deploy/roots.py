"""The certificate authorities that AWS's endpoints go back to, chosen from botocore's bundle of everybody's.

Amazon asks whoever keeps a store of their own to have all five.
https://www.amazontrust.com/repository/
"""

import hashlib
import re
import ssl

FILE = "amazon-roots.pem"
# SHA-256 of each certificate.
FINGERPRINTS = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root CA - G2": "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
}
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)


def amazon_roots(bundle: str) -> str:
    """The five roots, as PEM, from a bundle that has them.

    Raises:
        LookupError: the bundle lacks some.
    """
    found = {hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest(): pem for pem in _PEM.findall(bundle)}
    if missing := [name for name, digest in FINGERPRINTS.items() if digest not in found]:
        raise LookupError(f"botocore's bundle has no {', '.join(missing)}.")
    return "".join(f"# {name}\n{found[digest].strip()}\n" for name, digest in FINGERPRINTS.items())
