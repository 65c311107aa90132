"""What the application tells its operators: structured logs without personal data."""
