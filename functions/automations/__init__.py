"""The catalogue, customers' copies of automations, and the API by which automations spend tokens."""
