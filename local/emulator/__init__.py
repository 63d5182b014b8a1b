"""Lambda's own runtime on this machine, without Docker: the emulator of the SAM CLI over the built artifacts.

`artifacts` builds what can run here, `machine` installs what Lambda's image would bring, `process` is one emulator,
`sandbox` makes it a sandbox like those of the source, `reports` reads what it says about time and memory.
"""
