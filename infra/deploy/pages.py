"""`python -m infra.deploy.pages`, in the application's environment: render every page of the blog anew.

After a build whose styles or scripts have new names, and once for a new site, before anything is published.
"""

import sys

from chalicelib.blog.publishing import publish_everything
from chalicelib.blog.site import S3Site


def main() -> int:
    """Render everything; doing it again changes nothing."""
    publish_everything(S3Site())
    return 0


if __name__ == "__main__":
    sys.exit(main())
