"""What the edge of a laptop cloud needs to know; the supervisor writes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "infra" / "templates" / "edge.yaml"
# The host that the template takes for the API's, and the stage that its paths begin with.
API_DOMAIN = "local.execute-api.us-east-1.amazonaws.com"
API_STAGE = "api"
DISTRIBUTION = "LOCAL"


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """`bucket` has the site bucket's name, endpoint, region and keys; `own_buckets` are those that browsers use.

    `origins` are the origins, beside the edge's own, whose pages may ask AWS's services here. `mail_url` and
    `mail_token` reach the engine's sent mails.
    """

    api: str
    engine: str
    bucket: Mapping[str, str]
    own_buckets: Sequence[str]
    origins: Sequence[str]
    mail_url: str
    mail_token: str

    @classmethod
    def load(cls, path: Path) -> "EdgeSettings":
        """Read the settings that the supervisor wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def function_environment(self) -> dict[str, str]:
        """Return what Lambda would give a function: a region, keys, and here the engine's address."""
        return {
            "AWS_REGION": self.bucket["region"],
            "AWS_DEFAULT_REGION": self.bucket["region"],
            "AWS_ACCESS_KEY_ID": self.bucket["access_key"],
            "AWS_SECRET_ACCESS_KEY": self.bucket["secret_key"],
            "AWS_ENDPOINT_URL": self.bucket["endpoint"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def parameters(self) -> dict[str, str]:
        """Return the parameters of `edge.yaml`: a stage whose browsers find AWS's services at the site's own origin."""
        return {
            "Stage": "local",
            "IsLocal": "false",
            "ApiDomain": API_DOMAIN,
            "ApiStage": API_STAGE,
            "ApiKey": "local",
            "ConnectOrigins": "'self'",
            "ImageOrigins": "'self'",
        }
