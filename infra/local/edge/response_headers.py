"""Response headers policies.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.edge.messages import Response

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseHeaders:
    """Headers that answers get: (name, value, whether it replaces the origin's); and names that are taken away."""

    added: Sequence[tuple[str, str, bool]] = ()
    removed: Sequence[str] = ()

    def on(self, response: Response) -> Response:
        """Return the response with what the policy says."""
        response = response.without(*self.removed)
        for name, value, replaces in self.added:
            if replaces or not response.header(name):
                response = response.with_header(name, value)
        return response


def response_headers(config: Node) -> ResponseHeaders:
    """Read a `ResponseHeadersPolicyConfig`, but for CORS, which is the API's own affair here."""
    added = [_security(name, given) for name, given in config.get("SecurityHeadersConfig", {}).items()]
    added += [
        (each["Header"].lower(), each["Value"], bool(each["Override"]))
        for each in config.get("CustomHeadersConfig", {}).get("Items", ())
    ]
    removed = [each["Header"].lower() for each in config.get("RemoveHeadersConfig", {}).get("Items", ())]
    return ResponseHeaders(added, removed)


def _security(name: str, given: Node) -> tuple[str, str, bool]:
    replaces = bool(given["Override"])
    match name:
        case "ContentSecurityPolicy":
            return "content-security-policy", given["ContentSecurityPolicy"], replaces
        case "ContentTypeOptions":
            return "x-content-type-options", "nosniff", replaces
        case "FrameOptions":
            return "x-frame-options", given["FrameOption"], replaces
        case "ReferrerPolicy":
            return "referrer-policy", given["ReferrerPolicy"], replaces
        case "StrictTransportSecurity":
            value = f"max-age={given['AccessControlMaxAgeSec']}"
            value += "; includeSubDomains" if given.get("IncludeSubdomains") else ""
            return "strict-transport-security", value + ("; preload" if given.get("Preload") else ""), replaces
    raise KeyError(name)
