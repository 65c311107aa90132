"""A CloudFront for this machine: it answers by the stage's own template, `infra/templates/edge.yaml`."""
