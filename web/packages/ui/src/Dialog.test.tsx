import { act, fireEvent, render, screen } from "@testing-library/react"
import { useState } from "react"
import { expect, test, vi } from "vitest"
import { Button } from "./Button"
import { ConfirmDialog } from "./ConfirmDialog"
import { Dialog } from "./Dialog"

const tick = () => act(() => new Promise((done) => setTimeout(done, 10)))

function Asking() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Ask</Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Code"
        description="Eight letters"
        closeLabel="Close"
      >
        <input aria-label="code" />
      </Dialog>
    </>
  )
}

async function opened() {
  render(<Asking />)
  const opener = screen.getByRole("button", { name: "Ask" })
  opener.focus()
  fireEvent.click(opener)
  await tick()
  return opener
}

test("a dialog has a name and a description and takes the focus", async () => {
  await opened()
  const dialog = screen.getByRole("dialog", { name: "Code" })
  expect(dialog.contains(document.activeElement)).toBe(true)
  const description = document.getElementById(dialog.getAttribute("aria-describedby") ?? "")
  expect(description?.textContent).toBe("Eight letters")
})

test("Escape closes it and the focus returns to where it came from", async () => {
  const opener = await opened()
  fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" })
  await tick()
  expect(screen.queryByRole("dialog")).toBeNull()
  expect(document.activeElement).toBe(opener)
})

test("a confirmation that is under way cannot be left", async () => {
  const change = vi.fn()
  const confirm = vi.fn()
  const words = { title: "Delete?", confirmLabel: "Delete", cancelLabel: "Keep" }
  render(
    <ConfirmDialog open busy onOpenChange={change} onConfirm={confirm} {...words}>
      120 tokens are lost.
    </ConfirmDialog>,
  )
  await tick()
  fireEvent.click(screen.getByRole("button", { name: "Keep" }))
  fireEvent.click(screen.getByText("Delete"))
  expect(change).not.toHaveBeenCalled()
  expect(confirm).not.toHaveBeenCalled()
})
