"""The CloudWatch dashboard of a stage: what it shows, and what CloudWatch accepts as a dashboard."""
