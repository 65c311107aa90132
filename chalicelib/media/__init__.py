"""A person's photos: what the API knows of the bytes that browsers send to S3 themselves."""
