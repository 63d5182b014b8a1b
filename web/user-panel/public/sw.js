/* Keeps the panel's shell for poor connections: pages without anybody's data, scripts, styles, the font.
   Answers of the API never pass through here: they come from another origin. */

const SHELL = "shell-1"
const ASSETS = "assets-1"
const MOST_ASSETS = 150
const OFFLINE = "/offline/"
const BEFORE_PAINT = ["/boot.js", "/config.js"] // they have no hash in their names: asked for first, kept for offline

self.addEventListener("install", (event) => {
  event.waitUntil(keepOfflinePage().then(() => self.skipWaiting()))
})

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOtherCaches().then(() => self.clients.claim()))
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== self.location.origin) return
  if (request.mode === "navigate") event.respondWith(page(request))
  else if (BEFORE_PAINT.includes(url.pathname)) event.respondWith(newest(request))
  else if (url.pathname.startsWith("/_next/static/")) event.respondWith(asset(request))
})

/** The page as it is now; offline as it was; never seen, the offline page. */
async function page(request) {
  const response = await newest(request)
  if (response.type !== "error") return response
  return (await caches.match(OFFLINE)) ?? response
}

/** A file as it is now; offline as it was; never seen, an error. */
async function newest(request) {
  const shell = await caches.open(SHELL)
  const key = new URL(request.url).pathname // a query may name a purchase, and is not kept
  try {
    const response = await fetch(request)
    if (response.ok && !response.redirected) await shell.put(key, response.clone())
    return response
  } catch {
    return (await shell.match(key)) ?? Response.error()
  }
}

/** Names of these files change with their content, so what is kept is always right. */
async function asset(request) {
  const assets = await caches.open(ASSETS)
  const kept = await assets.match(request)
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) {
    await assets.put(request, response.clone())
    await forgetOldest(assets)
  }
  return response
}

async function keepOfflinePage() {
  const response = await fetch(OFFLINE)
  const html = await response.clone().text()
  const files = [...html.matchAll(/"(\/_next\/static\/[^"]+?)"/g)].map(([, file]) => file)
  const shell = await caches.open(SHELL)
  await shell.put(OFFLINE, response)
  await shell.addAll(BEFORE_PAINT)
  await (await caches.open(ASSETS)).addAll([...new Set(files)])
}

async function forgetOldest(assets) {
  const kept = await assets.keys()
  await Promise.all(kept.slice(0, -MOST_ASSETS).map((request) => assets.delete(request)))
}

async function dropOtherCaches() {
  const names = (await caches.keys()).filter((name) => name !== SHELL && name !== ASSETS)
  await Promise.all(names.map((name) => caches.delete(name)))
}
