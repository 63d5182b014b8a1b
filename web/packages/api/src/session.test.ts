import { HttpResponse, http } from "msw"
import { setupServer } from "msw/node"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { answered, api } from "./client"
import { asProblem } from "./problem"
import { accessToken, begin, currentSession, renew, reset, restore, signOut } from "./session"

const API = "http://localhost:8000"
const USER = {
  id: 7,
  name: "سارا",
  email: "sara@example.com",
  email_verified_at: null,
  phone_number: null,
  role: "customer",
  permissions: [],
  twofa_enabled: false,
  created_at: "2026-01-01T00:00:00Z",
} as const

const signedIn = (token: string) => ({
  access_token: token,
  token_type: "bearer",
  expires_in: 900,
  user: { ...USER, permissions: [] },
})
const problem = (code: string, status: number) =>
  HttpResponse.json({ code, status }, { status, headers: { "x-request-id": "r-1" } })

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: "error" }))
afterEach(() => {
  server.resetHandlers()
  reset()
})
afterAll(() => server.close())

/** A payments route that takes only this token, and counts how often it was asked. */
function paymentsFor(token: string) {
  let asked = 0
  server.use(
    http.get(`${API}/api/payments`, ({ request }) => {
      asked += 1
      return request.headers.get("authorization") === `Bearer ${token}`
        ? HttpResponse.json({ items: [], next_cursor: null })
        : problem("token-expired", 401)
    }),
  )
  return () => asked
}

function refreshesTo(...answers: (() => Response)[]) {
  let asked = 0
  server.use(
    http.post(`${API}/api/auth/refresh`, () => {
      const answer = answers[Math.min(asked, answers.length - 1)]
      asked += 1
      return answer?.()
    }),
  )
  return () => asked
}

const fresh = () => HttpResponse.json(signedIn("new"))
const payments = () => answered(api.GET("/api/payments"))

describe("restoring", () => {
  it("finds a member by the cookie", async () => {
    refreshesTo(fresh)
    await restore()
    expect(currentSession()).toMatchObject({ state: "member", user: { id: 7 } })
    expect(accessToken()).toBe("new")
  })

  it("finds a visitor, who was never signed in here", async () => {
    refreshesTo(() => problem("not-signed-in", 401))
    await restore()
    expect(currentSession()).toEqual({ state: "visitor", user: null, hasEnded: false })
  })

  it("says when nobody answers, and does not call that signed out", async () => {
    refreshesTo(() => HttpResponse.error())
    await restore()
    expect(currentSession().state).toBe("unreachable")
  })
})

describe("an expired access token", () => {
  it("is renewed once for all requests that meet it, and each is sent again", async () => {
    begin(signedIn("old"))
    const asked = paymentsFor("new")
    const refreshed = refreshesTo(fresh)
    await Promise.all([payments(), payments(), payments()])
    expect([refreshed(), asked()]).toEqual([1, 6])
  })

  it("is not renewed twice for one request", async () => {
    begin(signedIn("old"))
    const asked = paymentsFor("another")
    const refreshed = refreshesTo(fresh)
    await expect(payments()).rejects.toMatchObject({ code: "token-expired" })
    expect([refreshed(), asked()]).toEqual([1, 2])
  })

  it("ends the session when the cookie is refused", async () => {
    begin(signedIn("old"))
    paymentsFor("new")
    refreshesTo(() => problem("session-revoked", 401))
    await expect(payments()).rejects.toMatchObject({ status: 401 })
    expect(currentSession()).toEqual({ state: "visitor", user: null, hasEnded: true })
    expect(accessToken()).toBeNull()
  })

  it("signs nobody out while the API is away", async () => {
    begin(signedIn("old"))
    paymentsFor("new")
    refreshesTo(() => problem("unavailable", 503))
    await expect(payments()).rejects.toMatchObject({ code: "unavailable" })
    expect(currentSession().state).toBe("member")
  })

  it("sends a body again whole", async () => {
    begin(signedIn("old"))
    refreshesTo(fresh)
    const bodies: unknown[] = []
    server.use(
      http.post(`${API}/api/payments/quote`, async ({ request }) => {
        bodies.push(await request.json())
        return request.headers.get("authorization") === "Bearer new"
          ? HttpResponse.json({ quote: "q" })
          : problem("token-expired", 401)
      }),
    )
    const body = { automation_id: 1, tokens: 5 }
    await answered(api.POST("/api/payments/quote", { body }))
    expect(bodies).toEqual([body, body])
  })
})

it("asks for a renewal once when many want one", async () => {
  const refreshed = refreshesTo(fresh)
  await Promise.all([renew(), renew(), renew()])
  expect(refreshed()).toBe(1)
})

it("does not renew for a wrong password", async () => {
  begin(signedIn("old"))
  const refreshed = refreshesTo(fresh)
  server.use(http.post(`${API}/api/auth/login`, () => problem("wrong-credentials", 401)))
  const body = { email: "a@b.co", password: "x", audience: "user" as const }
  await expect(answered(api.POST("/api/auth/login", { body }))).rejects.toMatchObject({
    code: "wrong-credentials",
  })
  expect(refreshed()).toBe(0)
})

describe("signing out", () => {
  it("forgets the token", async () => {
    begin(signedIn("old"))
    server.use(http.post(`${API}/api/auth/logout`, () => new HttpResponse(null, { status: 204 })))
    await signOut()
    expect([currentSession().state, accessToken()]).toEqual(["visitor", null])
  })

  it("changes nothing when the API was not told", async () => {
    begin(signedIn("old"))
    server.use(http.post(`${API}/api/auth/logout`, () => HttpResponse.error()))
    await expect(signOut()).rejects.toMatchObject({ code: "unreachable" })
    expect(currentSession().state).toBe("member")
  })
})

describe("a problem", () => {
  const of = async (response: Response) => {
    server.use(http.get(`${API}/api/payments`, () => response))
    return asProblem(await payments().catch((error) => error))
  }

  it("is known by its code, with its facts and its number", async () => {
    const body = { code: "below-minimum", min_tokens: 3, request_id: "r-9" }
    const found = await of(HttpResponse.json(body, { status: 422 }))
    expect(found).toMatchObject({ code: "below-minimum", status: 422, requestId: "r-9" })
    expect(found.facts.min_tokens).toBe(3)
  })

  it.each([
    [429, "too-many-requests"],
    [503, "unavailable"],
    [413, "body-too-large"],
    [500, "internal-error"],
    [418, "bad-request"],
  ])("is known by its status %s when API Gateway speaks for itself", async (status, code) => {
    expect((await of(HttpResponse.json({ message: "…" }, { status }))).code).toBe(code)
  })

  it("may have no body we can read", async () => {
    expect((await of(new HttpResponse("<html>", { status: 502 }))).code).toBe("internal-error")
  })

  it("with a code of tomorrow is known by its status", async () => {
    expect((await of(problem("never-heard-of", 404))).code).toBe("not-found")
  })
})
