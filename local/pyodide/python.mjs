// A Python 3.13 that runs wherever Node does: `node python.mjs -m MODULE ARGUMENTS…`, or -c CODE.
//
// Pyodide is CPython compiled to WebAssembly, so what its compileall writes is what Lambda's Python reads.
// It sees this machine's files under their own names.

import { readdirSync } from "node:fs";
import { loadPyodide } from "pyodide";

const RUN = `
import runpy, sys
def run(how, what, arguments):
    sys.argv = ["-c" if how == "-c" else what, *arguments]
    try:
        runpy.run_module(what, run_name="__main__", alter_sys=True) if how == "-m" else exec(what, {"__name__": "__main__"})
    except SystemExit as leave:
        if isinstance(leave.code, str):
            print(leave.code, file=sys.stderr)
            return 1
        return int(leave.code or 0)
    return 0
run
`;
const OWN = new Set(["dev", "lib", "proc", "sys"]); // Pyodide's folders, and what is no file

const [how, what, ...rest] = process.argv.slice(2);
if (!["-c", "-m"].includes(how) || what === undefined) {
  console.error("python.mjs takes -c CODE or -m MODULE");
  process.exit(2);
}
const python = await loadPyodide({
  env: { PYTHONDONTWRITEBYTECODE: "1" },
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});
for (const { name } of readdirSync("/", { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  if (OWN.has(name)) continue;
  python.FS.mkdirTree(`/${name}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: `/${name}` }, `/${name}`);
}
python.FS.chdir(process.cwd());
process.exitCode = python.runPython(RUN)(how, what, rest);
