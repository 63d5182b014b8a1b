import { readFileSync } from "node:fs"
import { act, render, screen } from "@testing-library/react"
import { beforeEach, expect, test, vi } from "vitest"
import { useTheme } from "./Theme"

const boot = readFileSync("user-panel/public/boot.js", "utf8")
const page = document.documentElement
let system: EventTarget & { matches: boolean }

beforeEach(() => {
  localStorage.clear()
  page.className = ""
  system = Object.assign(new EventTarget(), { matches: false })
  vi.stubGlobal("matchMedia", () => system)
})

function Choice() {
  const [choice, choose] = useTheme()
  return (
    <>
      <output>{choice}</output>
      {(["system", "light", "dark"] as const).map((theme) => (
        <button key={theme} type="button" onClick={() => choose(theme)}>
          {theme}
        </button>
      ))}
    </>
  )
}

const click = (name: string) => act(() => screen.getByRole("button", { name }).click())
const isDark = () => page.classList.contains("dark")

test("a choice is kept and shown at once", () => {
  render(<Choice />)
  click("dark")
  expect(localStorage.getItem("zimmer.theme")).toBe("dark")
  expect(isDark()).toBe(true)
  click("light")
  expect(isDark()).toBe(false)
  expect(screen.getByRole("status").textContent).toBe("light")
})

test("the system's theme is followed while nothing else is chosen", () => {
  render(<Choice />)
  system.matches = true
  act(() => void system.dispatchEvent(new Event("change")))
  expect(isDark()).toBe(true)
  click("light")
  act(() => void system.dispatchEvent(new Event("change")))
  expect(isDark()).toBe(false)
})

test("another tab's choice arrives", () => {
  render(<Choice />)
  localStorage.setItem("zimmer.theme", "dark")
  act(() => void dispatchEvent(new StorageEvent("storage", { key: "zimmer.theme" })))
  expect(screen.getByRole("status").textContent).toBe("dark")
  expect(isDark()).toBe(true)
})

test("a browser that keeps nothing still changes its look", () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError")
  }
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse)
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse)
  render(<Choice />)
  click("dark")
  expect(isDark()).toBe(true)
})

test.each([
  ["dark", false, true],
  ["light", true, false],
  [null, true, true],
  [null, false, false],
])("before the first paint: chosen %s, system dark %s", (kept, system_dark, dark) => {
  if (kept) localStorage.setItem("zimmer.theme", kept)
  system.matches = system_dark
  new Function(boot)()
  expect(isDark()).toBe(dark)
})
