"""CloudFront's functions must be in the language of its runtime.

AWS: CreateFunction and UpdateFunction compile the code, and refuse what the runtime does not have, such as `for … of`.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

The emulator: stores any text.

Here: njs, which CloudFront's runtime is built on, reads the code first, for the API and for stacks. A machine without
njs takes any code, and the engine says so when it starts. Code that imports is taken as it is.
"""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.cloudformation.provisioners:_cf_function_body(name, props)",
    "ministack.services.cloudfront:_cf_decode_function_code",
    "ministack.services.cloudfront:_error(code, message, status)",
)
_SECONDS = 10


def apply() -> None:
    program = shutil.which("njs", path=os.environ.get("PATH", os.defpath))
    if program is None:
        print("engine: njs is missing, so CloudFront's functions are not checked", file=sys.stderr, flush=True)
        return
    cloudfront._cf_decode_function_code = _checked(cloudfront._cf_decode_function_code, program)
    provisioners._cf_function_body = _checked_of_stack(provisioners._cf_function_body, program)


def refusal(program: str, code: str) -> str | None:
    """What njs says of code that it cannot compile; None for code that it can."""
    if "import " in code:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "function.js"
        file.write_text(code, encoding="utf-8")
        done = subprocess.run([program, str(file)], capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode == 0:
        return None
    said = (done.stdout + done.stderr).replace(f" in {file}", ", line ").splitlines()
    return next((line for line in said if "Error" in line), "njs failed").replace("line :", "line ")


def _checked(original: Any, program: str) -> Any:
    @functools.wraps(original)
    def decode(text: str) -> Any:
        code, error = original(text)
        if error is None:
            refused = refusal(program, code.decode() if isinstance(code, bytes) else code)
            if refused is not None:
                return None, cloudfront._error("InvalidArgument", f"The function cannot be compiled: {refused}", 400)
        return code, error

    return decode


def _checked_of_stack(original: Any, program: str) -> Any:
    @functools.wraps(original)
    def body(name: str, props: Properties) -> Any:
        refused = refusal(program, str(props.get("FunctionCode", "")))
        if refused is not None:
            message = f"The function cannot be compiled: {refused}"
            raise ValueError(message)
        return original(name, props)

    return body
