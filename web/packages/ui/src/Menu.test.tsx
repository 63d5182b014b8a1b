import { fireEvent, render, screen, waitFor } from "@testing-library/react"
import { expect, test, vi } from "vitest"
import { Button } from "./Button"
import { Menu, MenuItem } from "./Menu"

const leave = vi.fn()

function shown() {
  render(
    <Menu trigger={<Button>Account</Button>}>
      <MenuItem onSelect={leave}>Sign out</MenuItem>
      <MenuItem href="/settings/">Settings</MenuItem>
    </Menu>,
  )
  return screen.getByRole("button", { name: "Account" })
}

test("the first press opens the menu, and an item can be chosen", async () => {
  fireEvent.click(shown())
  fireEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }))
  expect(leave).toHaveBeenCalledTimes(1)
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull())
})

test("the arrow down opens it too, and Escape gives the focus back to the button", async () => {
  const button = shown()
  button.focus()
  fireEvent.keyDown(button, { key: "ArrowDown" })
  const menu = await screen.findByRole("menu")
  fireEvent.keyDown(menu, { key: "Escape" })
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Account"))
})

test("a place to go is a link", async () => {
  fireEvent.click(shown())
  const item = await screen.findByRole("menuitem", { name: "Settings" })
  expect(item.getAttribute("href")).toBe("/settings/")
})
