"""Who is calling and what they may do: passwords, access tokens, roles, and the dependencies of routes."""
