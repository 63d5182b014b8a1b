/** What jsdom lacks and Radix asks for, and a clean page for each test. */
import { cleanup } from "@testing-library/react"
import { afterEach, vi } from "vitest"

class NoResizes implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal("ResizeObserver", NoResizes)
Element.prototype.scrollIntoView ??= () => {}
Element.prototype.hasPointerCapture ??= () => false

afterEach(cleanup)
