"""The endpoint groups. Each package is one Lambda function (or a few) and never imports another."""
