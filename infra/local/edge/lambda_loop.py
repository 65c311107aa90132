"""`python lambda_loop.py FILE HANDLER` reads an event a line, and writes what the handler returns for it as a line."""

import importlib.util
import json
import sys
from pathlib import Path


def main(file: str, name: str) -> None:
    """Answer events until there are no more; the first line says that the function is loaded.

    What the function prints goes to standard error, as into its log.
    """
    answers, sys.stdout = sys.stdout, sys.stderr
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler = getattr(module, name)
    answers.write("{}\n")
    answers.flush()
    for line in sys.stdin:
        try:
            answer = {"returned": handler(json.loads(line), None)}
        except Exception as error:  # noqa: BLE001 - a function's error is an answer, and the next event another try
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
