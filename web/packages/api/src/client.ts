/** The typed client: the bearer goes along, an expired one is renewed once, silently, and where an act needs a code
 * of the authenticator, the person is asked for one and the very same request is sent again. */

import createClient from "openapi-fetch"
import { apiOrigin } from "./config"
import { problemOf, unreachable } from "./problem"
import type { paths } from "./schema.gen"
import { accessToken, renew } from "./session"

const ANSWER_WITHIN = 40_000 // ms; opening a purchase waits for the bank
const RENEWABLE = new Set(["token-expired", "token-invalid", "not-signed-in"])

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** One call of the API, by its path in docs/api/openapi.json. */
export const api = createClient<paths>({
  baseUrl: apiOrigin(),
  credentials: "include",
  fetch: coveredByCode,
})

/** What the API said, or the Problem it had. Lists can also be had as text, which nobody reads as one. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<Exclude<T, string>> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(response, error)
  return data as Exclude<T, string>
}

/** Asks the person for a code and gives it to the API; false when they would rather not. */
export type AskForCode = () => Promise<boolean>

let askForCode: AskForCode | null = null

/** Who asks when an act needs a code; the function given back ends that. */
export function onCodeNeeded(ask: AskForCode): () => void {
  askForCode = ask
  return () => {
    if (askForCode === ask) askForCode = null
  }
}

async function coveredByCode(request: Request): Promise<Response> {
  const again = request.clone() // with its Idempotency-Key: it is one act, asked for twice
  const response = await renewedOnce(request)
  if (response.status !== 403 || askForCode === null) return response
  if ((await codeOf(response)) !== "step-up-required" || !(await askForCode())) return response
  return renewedOnce(again)
}

async function renewedOnce(request: Request): Promise<Response> {
  const again = request.clone() // a body can be sent once
  const response = await send(request)
  if (!(await asksForRenewal(response)) || !(await renew())) return response
  return send(again)
}

async function asksForRenewal(response: Response): Promise<boolean> {
  if (response.status !== 401 || accessToken() === null) return false
  return RENEWABLE.has(await codeOf(response))
}

/** The code of the problem that an answer is, leaving its body to whoever asked. */
async function codeOf(response: Response): Promise<string> {
  const said = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string } | null
  return said?.code ?? ""
}

async function send(request: Request): Promise<Response> {
  const token = accessToken()
  if (token) request.headers.set("authorization", `Bearer ${token}`)
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_WITHIN)])
  try {
    return await fetch(request, { signal })
  } catch (error) {
    if (request.signal.aborted) throw error // the page has gone elsewhere
    throw unreachable()
  }
}
