"""Rate limits of the public forms: by computer, by mailbox and in total."""
