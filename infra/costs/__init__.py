"""What reads cost with each layer of caches on and off."""
