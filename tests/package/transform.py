"""Runs in the engine's environment: the SAM transform, as CloudFormation makes it. Arguments: from and to, in pairs."""

import json
import sys
from pathlib import Path

from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """Functions have policies of their own alone."""

    def load(self) -> dict[str, str]:
        return {}


for source, target in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    template = json.loads(Path(source).read_text())
    for resource in template["Resources"].values():
        # What `aws cloudformation package` puts there.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://packages/deployment.zip"
        elif resource["Type"] == "AWS::CloudFormation::Stack":
            url = resource["Properties"]["TemplateURL"]
            resource["Properties"]["TemplateURL"] = f"https://s3.amazonaws.com/packages/{url}"
    Path(target).write_text(json.dumps(transform(template, {}, NoManagedPolicies()), indent=1))
