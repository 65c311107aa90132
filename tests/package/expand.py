"""Runs in the engine's environment: AWS::LanguageExtensions in nested templates, with what their parent gives them.

Three arguments: the parent's template, the folder of the nested ones, and where to write them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import engine, language_extensions

stack, nested, target = map(Path, sys.argv[1:])
given: dict[str, Any] = {
    resource["Properties"]["TemplateURL"].partition("/templates/")[2]: resource["Properties"]["Parameters"]
    for resource in json.loads(stack.read_text())["Resources"].values()
    if resource["Type"] == "AWS::CloudFormation::Stack"
}
for name, parameters in given.items():
    template = engine._parse_template((nested / name).read_text())
    if template.pop("Transform", None):
        known = [{"Key": key, "Value": value} for key, value in parameters.items() if isinstance(value, str)]
        template = language_extensions.apply(template, engine._resolve_parameters(template, known))
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / name).write_text(json.dumps(template))
