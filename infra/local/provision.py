"""Applies the project's own templates to the local engine."""

import json
from contextlib import closing

from infra.deploy.stacks import Stack, apply
from infra.local.aws import client
from infra.local.keys import Keys
from infra.local.layout import ROOT, STAGE, Layout

TEMPLATES = ROOT / "infra" / "templates"
POLL_SECONDS = 0.1
MAIL_FROM = "blog@example.com"
OWNER_EMAIL = "owner@example.com"


def stacks(layout: Layout) -> list[Stack]:
    """The stacks of the local stage, in the order they need each other."""
    common = {"Stage": STAGE}
    return [
        Stack("mytodolist-local-identity", TEMPLATES / "identity.yaml", common | {"Protected": "false"}),
        Stack("mytodolist-local-data", TEMPLATES / "data.yaml", common | {"Protected": "false"}),
        Stack(
            "mytodolist-local-messaging",
            TEMPLATES / "messaging.yaml",
            common | {"MailFrom": MAIL_FROM, "OwnerEmail": OWNER_EMAIL, "IsLocal": "true"},
        ),
        Stack(
            "mytodolist-local-media",
            TEMPLATES / "media.yaml",
            common | {"AllowedOrigins": ",".join(layout.origins), "IsLocal": "true"},
        ),
        Stack("mytodolist-local-edge", TEMPLATES / "edge.yaml", common | {"IsLocal": "true"}),
    ]


def provision(layout: Layout, keys: Keys) -> dict[str, str]:
    """Apply every stack and return all outputs."""
    outputs: dict[str, str] = {}
    with closing(client(layout, keys, "cloudformation")) as cloudformation:
        for stack in stacks(layout):
            outputs |= apply(cloudformation, stack, poll_seconds=POLL_SECONDS)
    layout.outputs.write_text(json.dumps(outputs, indent=1), encoding="utf-8")
    return outputs
