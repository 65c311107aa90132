"""What routes, flows, layers of caches and whole stages cost."""
