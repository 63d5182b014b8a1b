"""Sends what was promised to somebody: SQS in, e-mail out."""
