import { fireEvent, render, screen } from "@testing-library/react"
import { expect, test, vi } from "vitest"
import { Button, ButtonLink } from "./Button"

test("a busy button ignores further clicks and keeps its focus", () => {
  const pay = vi.fn()
  const { rerender } = render(<Button onClick={pay}>Pay</Button>)
  const button = screen.getByRole("button")
  button.focus()
  fireEvent.click(button)
  rerender(
    <Button onClick={pay} busy busyLabel="Paying">
      Pay
    </Button>,
  )
  fireEvent.click(button)
  expect(pay).toHaveBeenCalledTimes(1)
  expect(document.activeElement).toBe(button)
  expect(button.getAttribute("aria-busy")).toBe("true")
  expect(screen.getByRole("status").textContent).toBe("Paying")
})

test("a busy button sends no form a second time", () => {
  const send = vi.fn((event: Event) => event.preventDefault())
  const { container } = render(
    <form>
      <Button type="submit" busy>
        Send
      </Button>
    </form>,
  )
  container.querySelector("form")?.addEventListener("submit", send)
  fireEvent.click(screen.getByRole("button"))
  expect(send).not.toHaveBeenCalled()
})

test("a button link is a link", () => {
  render(<ButtonLink href="/payments/">Payments</ButtonLink>)
  expect(screen.getByRole("link", { name: "Payments" }).getAttribute("href")).toBe("/payments/")
})
