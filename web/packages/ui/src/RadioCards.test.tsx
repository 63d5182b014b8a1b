import { act, fireEvent, render, screen } from "@testing-library/react"
import { useState } from "react"
import { expect, test } from "vitest"
import { RadioCard, RadioCards } from "./RadioCards"

function Packages() {
  const [value, setValue] = useState("one")
  return (
    <RadioCards value={value} onValueChange={setValue} label="Packages">
      <RadioCard value="one">One</RadioCard>
      <RadioCard value="two">Two</RadioCard>
      <RadioCard value="off" disabled>
        Off
      </RadioCard>
      <RadioCard value="three">Three</RadioCard>
    </RadioCards>
  )
}

const chosen = () => screen.getByRole("radio", { checked: true }).textContent

/** A held key: Radix moves the focus a tick after the key goes down. */
async function press(key: string) {
  const focused = document.activeElement ?? document.body
  fireEvent.keyDown(focused, { key, code: key })
  await act(() => new Promise((done) => setTimeout(done, 10)))
  fireEvent.keyUp(document, { key, code: key })
}

async function shown(dir: "rtl" | "ltr") {
  render(
    <div dir={dir}>
      <Packages />
    </div>,
  )
  const first = screen.getByRole("radio", { name: "One" })
  await act(async () => first.focus())
}

test.each([
  ["rtl", "ArrowLeft", "ArrowRight"],
  ["ltr", "ArrowRight", "ArrowLeft"],
] as const)(
  "in %s text %s chooses the next card and %s the one before",
  async (dir, next, back) => {
    await shown(dir)
    await press(next)
    expect(chosen()).toBe("Two")
    await press(next)
    expect(chosen()).toBe("Three") // what is not to be had is passed over
    await press(back)
    expect(chosen()).toBe("Two")
  },
)

test("down and up mean the same in both directions, and the end leads to the beginning", async () => {
  await shown("rtl")
  await press("ArrowUp")
  expect(chosen()).toBe("Three")
  await press("ArrowDown")
  expect(chosen()).toBe("One")
})

test("the group has a name", async () => {
  await shown("rtl")
  expect(screen.getByRole("radiogroup", { name: "Packages" })).toBeTruthy()
})
