import { HttpResponse, http } from "msw"
import { setupServer } from "msw/node"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { answered, api, onCodeNeeded } from "./client"
import { asProblem } from "./problem"

const CHECK = "http://localhost:8000/api/admin/tokens/adjustments"
const WISH = { user_automation_id: 7, bucket: "paid", delta: 5, reason: "because" } as const

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: "error" }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

/** An act that needs a code until somebody has given one; what it was asked with. */
function actThatNeedsACode() {
  const asked: { key: string | null; body: unknown }[] = []
  const state = { isProven: false }
  server.use(
    http.post(CHECK, async ({ request }) => {
      asked.push({ key: request.headers.get("idempotency-key"), body: await request.json() })
      return state.isProven
        ? HttpResponse.json({ id: 1 }, { status: 201 })
        : HttpResponse.json({ code: "step-up-required" }, { status: 403 })
    }),
  )
  return { asked, state }
}

const act = () =>
  answered(
    api.POST("/api/admin/tokens/adjustments", {
      params: { header: { "idempotency-key": "only-once" } },
      body: WISH,
    }),
  )

describe("an act that needs a code", () => {
  it("is sent again as it was, once the code is given", async () => {
    const { asked, state } = actThatNeedsACode()
    const end = onCodeNeeded(async () => {
      state.isProven = true
      return true
    })
    expect(await act()).toEqual({ id: 1 })
    expect(asked).toEqual([
      { key: "only-once", body: WISH },
      { key: "only-once", body: WISH },
    ])
    end()
  })

  it("stays refused when the person would rather not", async () => {
    const { asked } = actThatNeedsACode()
    const end = onCodeNeeded(async () => false)
    expect(asProblem(await act().catch((error) => error)).code).toBe("step-up-required")
    expect(asked).toHaveLength(1)
    end()
  })

  it("stays refused where nobody asks", async () => {
    const { asked } = actThatNeedsACode()
    expect(asProblem(await act().catch((error) => error)).code).toBe("step-up-required")
    expect(asked).toHaveLength(1)
  })

  it("is asked for once per refusal, and not for other refusals", async () => {
    const ask = vi.fn(async () => true)
    const end = onCodeNeeded(ask)
    actThatNeedsACode()
    await act().catch(() => {})
    expect(ask).toHaveBeenCalledTimes(1)
    server.use(http.post(CHECK, () => HttpResponse.json({ code: "not-allowed" }, { status: 403 })))
    expect(asProblem(await act().catch((error) => error)).code).toBe("not-allowed")
    expect(ask).toHaveBeenCalledTimes(1)
    end()
  })
})
