"""Whose word is taken for who a server is: the authorities in a file of the package, instead of everybody's.

To read 126 certificates takes a dozen times as long as to read the five that AWS's endpoints go back to, at the first
connection of each function. botocore and the lean transport both go by the variable that is set here.
"""

import os

_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - imports less


def trust(bundle: str, folder: str = _FOLDER) -> None:
    """Trust the authorities of `bundle` alone, a file beside the application; without it botocore's own bundle stays.

    Who deploys has the setting in their environment and not the file, as has a package that was made before it.
    """
    path = os.path.join(folder, bundle)  # noqa: PTH118
    if bundle and os.path.isfile(path):  # noqa: PTH113
        os.environ.setdefault("AWS_CA_BUNDLE", path)
