/** Who is signed in. The only file that touches tokens: the access token lives in memory, the refresh token in a
 * cookie that no script can read. */

import { apiOrigin } from "./config"
import { problemOf, unreachable } from "./problem"
import type { components } from "./schema.gen"

export type Me = components["schemas"]["Me"]
export type SignedIn = components["schemas"]["SignedIn"]
export type Audience = components["schemas"]["Audience"]
export type Right = components["schemas"]["Right"]

/** `unknown` until the first answer; `unreachable` when there was none. `hasEnded`: somebody was signed in here. */
export type Session =
  | { state: "unknown" | "unreachable"; user: null }
  | { state: "visitor"; user: null; hasEnded: boolean }
  | { state: "member"; user: Me }

const UNKNOWN: Session = { state: "unknown", user: null }
const UNREACHABLE: Session = { state: "unreachable", user: null }
const ANSWER_WITHIN = 20_000 // ms

let audience: Audience = "user"
let token: string | null = null
let session: Session = UNKNOWN
let renewal: Promise<boolean> | null = null
const listeners = new Set<() => void>()

const otherTabs =
  typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("zimmer.session")

otherTabs?.addEventListener("message", ({ data }) => {
  if (data !== audience) return
  forget({ hasEnded: false })
})

/** Which panel this is; each has a cookie of its own. */
export function forAudience(panel: Audience): void {
  audience = panel
}

/** The panel of this page. */
export function ownAudience(): Audience {
  return audience
}

/** Whether a person carries one of these rights. The API decides; this only draws what is open to them. */
export function may(user: Me, ...rights: Right[]): boolean {
  return rights.some((right) => user.permissions.includes(right))
}

export function currentSession(): Session {
  return session
}

/** What a page shows before the first script has run. */
export function sessionOnServer(): Session {
  return UNKNOWN
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function accessToken(): string | null {
  return token
}

/** Take over a fresh sign-in. */
export function begin(signedIn: SignedIn): void {
  token = signedIn.access_token
  become({ state: "member", user: signedIn.user })
}

/** The person in a sign-in that goes on has changed something about themselves. */
export function isNow(user: Me): void {
  if (isMember()) become({ state: "member", user })
}

/** The account is gone, or signed out everywhere: here and in the other tabs nobody is signed in any more. */
export function leave(): void {
  forget({ hasEnded: false })
  otherTabs?.postMessage(audience)
}

/** Find out at the start of a page who is here. Never raises: `unreachable` is an answer too. */
export async function restore(): Promise<void> {
  if (isMember()) return
  try {
    await renew()
  } catch {
    if (!isMember()) become(UNREACHABLE) // a sign-in may have ended meanwhile
  }
}

/** Exchange the cookie for a fresh access token; false when nobody is signed in any more.
 *
 * All who ask meanwhile share one request, and tabs wait for each other: a refresh token serves once.
 * Raises Problem when the API cannot be asked; the session then stays as it is.
 */
export function renew(): Promise<boolean> {
  renewal ??= afterOtherTabs(exchange).finally(() => {
    renewal = null
  })
  return renewal
}

/** Sign out here and in the other tabs. Raises Problem when the API was not told; then nothing has changed. */
export async function signOut(): Promise<void> {
  const response = await post("/api/auth/logout")
  if (!response.ok) throw problemOf(response, await bodyOf(response))
  leave()
}

/** Back to the beginning; for tests. */
export function reset(): void {
  token = null
  renewal = null
  become(UNKNOWN)
}

async function exchange(): Promise<boolean> {
  const response = await post("/api/auth/refresh")
  if (response.ok) {
    begin((await response.json()) as SignedIn)
    return true
  }
  const said = await bodyOf(response)
  if (response.status !== 401) throw problemOf(response, said)
  forget({ hasEnded: isMember() })
  return false
}

function isMember(): boolean {
  return session.state === "member"
}

function forget({ hasEnded }: { hasEnded: boolean }): void {
  token = null
  become({ state: "visitor", user: null, hasEnded })
}

function become(next: Session): void {
  session = next
  for (const listener of listeners) listener()
}

async function post(path: string): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json" })
  if (token) headers.set("authorization", `Bearer ${token}`)
  try {
    return await fetch(apiOrigin() + path, {
      method: "POST",
      headers,
      credentials: "include",
      body: JSON.stringify({ audience }),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    })
  } catch {
    throw unreachable()
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  return response.json().catch(() => null)
}

async function afterOtherTabs<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator === "undefined" || !navigator.locks) return work()
  return (await navigator.locks.request(`zimmer.refresh.${audience}`, work)) as T
}
