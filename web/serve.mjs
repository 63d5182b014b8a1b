// A panel's export on this machine, as CloudFront and S3 serve it:
//
//     node web/serve.mjs --root web/user-panel/out --port 3000 --api http://localhost:8000
//
// Addresses become files by web/edge/rewrite.js and by nothing else, and a file is found under its exact key, as in
// S3: what works here by accident would not work there. /config.js tells the export where the API is, so that one
// build serves every stage.

import { createHash } from "node:crypto"
import { lookup } from "node:dns/promises"
import { readFile, stat } from "node:fs/promises"
import { createServer } from "node:http"
import { dirname, extname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { createContext, runInContext } from "node:vm"
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib"

const EDGE = join(dirname(fileURLToPath(import.meta.url)), "edge")
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
}
const COMPRESSED = /^(text\/|application\/(json|manifest))|\+xml/
const FOREVER = "public, max-age=31536000, immutable"
const QUICKLY = { params: { [zlib.BROTLI_PARAM_QUALITY]: 5 } }

/** The handler of web/edge/rewrite.js, in a world of its own as at the edge: no require, no process, no network. */
async function loadRewrite() {
  const world = createContext({})
  runInContext(await readFile(join(EDGE, "rewrite.js"), "utf8"), world, { filename: "rewrite.js" })
  return (method, uri) => {
    const request = { method, uri, querystring: {}, headers: {}, cookies: {} }
    return world.handler({ version: "1.0", context: { eventType: "viewer-request" }, request }).uri
  }
}

async function loadHeaders(api) {
  const table = JSON.parse(await readFile(join(EDGE, "headers.json"), "utf8"))
  const origin = new URL(api).origin
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [name, value.replaceAll("{api}", origin)]),
  )
}

/** The files below `root` by key. A file is read again when it has changed, for whoever builds while this runs. */
class Bucket {
  #root
  #kept = new Map()

  constructor(root) {
    this.#root = resolve(root)
  }

  /** The object under this key, or null. A path that is not its own shortest form is no key, `..` among them. */
  async get(key) {
    const path = join(this.#root, key)
    if (path !== this.#root + key || key.includes("\0")) return null
    const found = await stat(path).catch(() => null)
    if (!found?.isFile()) return null
    const kept = this.#kept.get(path)
    if (kept?.mtimeMs === found.mtimeMs && kept.size === found.size) return kept.object
    const object = objectOf(key, await readFile(path))
    this.#kept.set(path, { mtimeMs: found.mtimeMs, size: found.size, object })
    return object
  }
}

function objectOf(key, body) {
  const type = TYPES[extname(key)] ?? "application/octet-stream"
  const bodies = { identity: body }
  if (COMPRESSED.test(type)) {
    bodies.br = brotliCompressSync(body, QUICKLY)
    bodies.gzip = gzipSync(body)
  }
  return {
    bodies,
    headers: { "content-type": type, etag: `W/"${createHash("sha1").update(body).digest("hex")}"` },
  }
}

function encodingFor(request, bodies) {
  const accepted = `${request.headers["accept-encoding"] ?? ""}`
    .split(",")
    .map((part) => part.trim().split(";")[0])
  return ["br", "gzip"].find((name) => name in bodies && accepted.includes(name)) ?? "identity"
}

function send(request, response, status, object, cacheControl) {
  const encoding = encodingFor(request, object.bodies)
  const headers = { ...object.headers, "cache-control": cacheControl, vary: "accept-encoding" }
  if (status === 200 && request.headers["if-none-match"] === object.headers.etag) {
    response.writeHead(304, headers).end()
    return
  }
  if (encoding !== "identity") headers["content-encoding"] = encoding
  headers["content-length"] = object.bodies[encoding].length
  response.writeHead(status, headers)
  response.end(request.method === "HEAD" ? undefined : object.bodies[encoding])
}

/** The key of a uri: S3 reads percent signs, so the browser's `%5Bid%5D` is `[id]`. Null when they make no sense. */
function keyOf(uri) {
  try {
    return decodeURIComponent(uri)
  } catch {
    return null
  }
}

function answering({ bucket, rewrite, headers, config }) {
  return async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end()
      return
    }
    const uri = request.url.split("?", 1)[0]
    if (uri === "/config.js") {
      send(request, response, 200, config, "no-store")
      return
    }
    const key = uri.startsWith("/") ? keyOf(rewrite(request.method, uri)) : null
    const object = key && (await bucket.get(key))
    if (object) {
      send(request, response, 200, object, key.startsWith("/_next/static/") ? FOREVER : "no-cache")
    } else {
      const missing =
        (await bucket.get("/404.html")) ?? objectOf("/404.txt", Buffer.from("not found\n"))
      send(request, response, 404, missing, "no-cache")
    }
  }
}

/** Listen on every address that `localhost` has here: it is often ::1 and 127.0.0.1 both, and browsers try ::1 first. */
async function listen(answer, port) {
  const addresses = new Set(
    (await lookup("localhost", { all: true })).map(({ address }) => address),
  )
  let listening = 0
  for (const host of addresses) {
    await new Promise((done, failed) => {
      const server = createServer((request, response) => {
        answer(request, response).catch((error) => {
          process.stderr.write(`${request.url} ${error.stack}\n`)
          response.destroy()
        })
      })
      server.once("error", (error) => (isAbsent(error) ? done() : failed(error)))
      server.listen(port, host, () => {
        listening += 1
        done()
      })
    })
  }
  if (!listening) throw new Error("this machine has no localhost")
}

/** Whether the hosts file names an address that is switched off. */
function isAbsent(error) {
  return error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT"
}

async function main() {
  const { values } = parseArgs({
    options: {
      root: { type: "string" },
      port: { type: "string", default: "3000" },
      api: { type: "string", default: "http://localhost:8000" },
    },
  })
  if (!values.root) throw new Error("--root: the folder of the export")
  const config = objectOf(
    "/config.js",
    Buffer.from(`window.zimmer = ${JSON.stringify({ api: values.api })};\n`),
  )
  const parts = {
    bucket: new Bucket(values.root),
    rewrite: await loadRewrite(),
    headers: await loadHeaders(values.api),
  }
  await listen(answering({ ...parts, config }), Number(values.port))
  process.stdout.write(`http://localhost:${values.port}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
