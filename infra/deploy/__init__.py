"""From templates to a running stage: plan, then apply."""
