/** What went wrong, as a code. Panels have a sentence of their own for each; the server's `detail` is for engineers. */

import { PROBLEM_CODES, type ProblemCode } from "./problem-codes.gen"

/** Every code a panel must have a sentence for: the API's own, and the network's. */
export type Code = ProblemCode | "unreachable"

type Body = {
  code?: string
  request_id?: string
  retry_after_s?: number
  errors?: { loc: (string | number)[]; code: string }[]
  [more: string]: unknown
}

/** A refusal or failure of the API. `facts` are the numbers that belong to its sentence. */
export class Problem extends Error {
  readonly code: Code
  readonly status: number
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null
  readonly facts: Readonly<Record<string, unknown>>
  /** The fields that were refused, by their last name. */
  readonly fields: readonly string[]

  constructor(code: Code, status: number, body: Body = {}) {
    super(code)
    this.name = "Problem"
    this.code = code
    this.status = status
    this.requestId = body.request_id ?? null
    this.retryAfterSeconds = body.retry_after_s ?? null
    this.facts = body
    this.fields = (body.errors ?? []).map((error) => String(error.loc.at(-1) ?? ""))
  }

  /** Whether the same request may succeed when it is sent again by itself. */
  get isPassing(): boolean {
    return this.code === "unreachable" || this.status >= 500
  }
}

/** A problem from an answer: ours by its code, API Gateway's own by its status. */
export function problemOf(response: Response, body: unknown): Problem {
  const told: Body = typeof body === "object" && body !== null ? (body as Body) : {}
  const code = told.code !== undefined && isCode(told.code) ? told.code : byStatus(response.status)
  const requestId = told.request_id ?? response.headers.get("x-request-id") ?? undefined
  return new Problem(code, response.status, { ...told, request_id: requestId })
}

/** Nobody answered: offline, refused, or too late. */
export function unreachable(): Problem {
  return new Problem("unreachable", 0)
}

/** Whatever was thrown, as a Problem. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal-error", 0)
}

function isCode(code: string): code is ProblemCode {
  return (PROBLEM_CODES as readonly string[]).includes(code)
}

function byStatus(status: number): ProblemCode {
  if (status === 404) return "not-found"
  if (status === 413) return "body-too-large"
  if (status === 429) return "too-many-requests"
  if (status === 503 || status === 504) return "unavailable"
  return status >= 500 ? "internal-error" : "bad-request"
}
