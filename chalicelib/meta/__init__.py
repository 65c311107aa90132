"""What the API says about itself: its health and its OpenAPI document."""
