"""`./zimmer fuzz`: every operation of the written interface, asked on a platform of its own with what nobody foresaw.

`run` starts the platform and keeps the time, `people` signs in whoever asks, `cases` draws requests, `known` puts
ids into them that exist, `judging` says what is wrong with an answer, and `tally` counts and tells.
"""
