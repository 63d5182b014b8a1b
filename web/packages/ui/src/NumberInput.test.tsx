import { fireEvent, render, screen } from "@testing-library/react"
import { useState } from "react"
import { expect, test } from "vitest"
import { NumberInput } from "./NumberInput"

let reported: number | null | undefined

function Harness({ start = null }: { start?: number | null }) {
  const [value, setValue] = useState<number | null>(start)
  reported = value
  return <NumberInput aria-label="tokens" value={value} onValue={setValue} />
}

function field(start?: number | null) {
  render(<Harness start={start} />)
  return screen.getByLabelText<HTMLInputElement>("tokens")
}

/** As a browser does it: the text as it stands after the key, with the caret where the key left it. */
function type(input: HTMLInputElement, text: string, caret = text.length) {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set
  set?.call(input, text)
  input.setSelectionRange(caret, caret)
  fireEvent.input(input)
}

test.each([
  ["1234", 1234, "۱٬۲۳۴"],
  ["۱۲۳۴", 1234, "۱٬۲۳۴"],
  ["١٢٣٤", 1234, "۱٬۲۳۴"],
  ["1,234,567", 1_234_567, "۱٬۲۳۴٬۵۶۷"],
  [" ۱٬۲۳۴ تومان", 1234, "۱٬۲۳۴"],
  ["0012", 12, "۱۲"],
])("typed or pasted %s is one number", (text, value, look) => {
  const input = field()
  type(input, text)
  expect(reported).toBe(value)
  expect(input.value).toBe(look)
})

test("an emptied field is no number, not zero", () => {
  const input = field(5)
  type(input, "")
  expect(reported).toBeNull()
  expect(input.value).toBe("")
})

test("letters change nothing", () => {
  const input = field(12)
  type(input, "۱۲x")
  expect(reported).toBe(12)
  expect(input.value).toBe("۱۲")
})

test("a sixteenth digit is not taken", () => {
  const input = field(123_456_789_012_345)
  type(input, "1234567890123456")
  expect(reported).toBe(123_456_789_012_345)
})

test("the caret stays behind the digit just typed when groups move", () => {
  const input = field(1234)
  type(input, "۱9٬۲۳۴", 2) // a nine after the one
  expect(input.value).toBe("۱۹٬۲۳۴")
  expect(input.selectionStart).toBe(2)
})

test("the caret stays when a group disappears", () => {
  const input = field(1234)
  type(input, "۱٬۲۳", 4)
  expect(input.value).toBe("۱۲۳")
  expect(input.selectionStart).toBe(3)
})
