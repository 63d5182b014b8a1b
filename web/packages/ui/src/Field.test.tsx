import { render, screen } from "@testing-library/react"
import { expect, test } from "vitest"
import { Field } from "./Field"
import { Input } from "./Input"

function shown(extra: { hint?: string; error?: string }) {
  render(
    <Field label="E-mail" {...extra}>
      {(ids) => <Input {...ids} />}
    </Field>,
  )
  return screen.getByLabelText("E-mail")
}

const described = (input: HTMLElement) =>
  (input.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent)

test("a field without words beside it describes nothing", () => {
  const input = shown({})
  expect(described(input)).toEqual([])
  expect(input.hasAttribute("aria-invalid")).toBe(false)
})

test("a wrong field says what is wrong before its hint", () => {
  const input = shown({ hint: "We write to it.", error: "Not complete." })
  expect(described(input)).toEqual(["Not complete.", "We write to it."])
  expect(input.getAttribute("aria-invalid")).toBe("true")
})
