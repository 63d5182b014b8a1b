import { describe, expect, it } from "vitest"
import { ownPath } from "./ownPath"

describe("where a sign-in leads", () => {
  it.each([
    ["/automations/3/", "/automations/3/"],
    ["/payment/return/?payment=a#b", "/payment/return/?payment=a#b"],
    [undefined, "/"],
    [["/a", "/b"], "/"],
    ["", "/"],
    ["payments", "/"],
    ["https://evil.example/", "/"],
    ["//evil.example/", "/"],
    ["/\\evil.example/", "/"],
    ["/\t/evil.example", "/"],
    ["/..//evil.example", "/"],
    ["javascript:alert(1)", "/"],
  ])("%s → %s", (next, path) => expect(ownPath(next)).toBe(path))
})
