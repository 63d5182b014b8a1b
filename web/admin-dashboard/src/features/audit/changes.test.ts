import { describe, expect, it } from "vitest"
import { actOf, changesOf, placeOf, reasonOf } from "@/features/audit/changes"

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

  it("leaves out what stayed, and keeps what differs behind the cut", () => {
    expect(changesOf({ before: { status: "verified" }, after: { status: "verified" } })).toEqual([])
    const long = "y".repeat(200)
    expect(changesOf({ before: { text: `${long}1` }, after: { text: `${long}2` } })).toHaveLength(1)
  })

  it("says what was done in words, and that a refused act was only tried", () => {
    expect(actOf({ action: "settings.edit", refused: null })).toBe("Changed the settings")
    expect(actOf({ action: "settings.edit", refused: "not-allowed" })).toBe(
      "Tried: Changed the settings",
    )
    expect(actOf({ action: "thing.unheard", refused: null })).toBe("thing.unheard")
  })

  it("never gives a reason that was not the reason", () => {
    expect(reasonOf("not-allowed")).toBe("Your role may not do this.")
    expect(reasonOf("last-manager")).toBe("The last active manager has to stay.")
    expect(reasonOf("too-many-requests")).toBe("too-many-requests")
    expect(reasonOf("unheard-of")).toBe("unheard-of")
  })

  it("leads to the thing where it has a room", () => {
    expect(placeOf({ entity: "payment", entity_id: "7" })).toBe("/payments/?id=7")
    expect(placeOf({ entity: "settings", entity_id: null })).toBeNull()
    expect(placeOf({ entity: "payment", entity_id: "javascript:" })).toBeNull()
  })
})
