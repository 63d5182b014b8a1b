import { describe, expect, it } from "vitest"
import { changesOf, placeOf } from "@/features/audit/changes"

describe("an entry of the audit", () => {
  it("shows what became another", () =>
    expect(changesOf({ before: { demo_tokens: 5 }, after: { demo_tokens: 7 } })).toEqual([
      { name: "demo_tokens", before: "5", after: "7" },
    ]))

  it("shows what was made with nothing before it", () =>
    expect(changesOf({ before: null, after: { name: "x", tags: ["a"] } })).toEqual([
      { name: "name", before: null, after: "x" },
      { name: "tags", before: null, after: '["a"]' },
    ]))

  it("says when something was taken away, and cuts what is long", () => {
    const [first] = changesOf({ before: { text: "y".repeat(200) }, after: { text: null } })
    expect(first?.before).toHaveLength(121)
    expect(first?.after).toBe("nothing")
  })

  it("leads to the thing where it has a room", () => {
    expect(placeOf({ entity: "payment", entity_id: "7" })).toBe("/payments/?id=7")
    expect(placeOf({ entity: "settings", entity_id: null })).toBeNull()
    expect(placeOf({ entity: "payment", entity_id: "javascript:" })).toBeNull()
  })
})
