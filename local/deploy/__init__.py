"""`./zimmer deploy STAGE`: build, `sam deploy`, migrate, put the panels where people load them from.

Every step can be done again, so what mends a failed deployment is the deployment, once its reason is gone.
"""
