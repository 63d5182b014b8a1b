import { type ChangeEvent, useLayoutEffect, useRef, useState } from "react"
import { cx } from "./cx"
import { count, latinDigits, wholeNumber } from "./format"
import { Input, type InputProps } from "./Input"

type Props = Omit<InputProps, "value" | "defaultValue" | "onChange" | "type" | "ref"> & {
  value: number | null
  /** Told of each whole number typed or pasted; null when the field is empty. */
  onValue: (value: number | null) => void
}

/** A whole number, shown in Persian digits and groups, typed in Persian, Arabic or Latin ones. */
export function NumberInput({ value, onValue, ...rest }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [caret, setCaret] = useState<{ digits: number } | null>(null)

  useLayoutEffect(() => {
    if (!caret || !input.current) return
    const at = positionAfter(input.current.value, caret.digits)
    input.current.setSelectionRange(at, at)
  }, [caret])

  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const { value: text, selectionStart } = event.target
    const digits = digitsIn(text)
    if (digits.length > 15) return
    setCaret({ digits: digitsIn(text.slice(0, selectionStart ?? text.length)).length })
    onValue(digits === "" ? null : wholeNumber(digits))
  }

  return (
    <Input
      dir="ltr"
      autoComplete="off"
      {...rest}
      className={cx("rtl:[&>input]:text-end", rest.className)} // the number itself reads left to right
      ref={input}
      type="text"
      inputMode="numeric"
      value={value === null ? "" : count(value)}
      onChange={change}
    />
  )
}

function digitsIn(text: string): string {
  return latinDigits(text).replace(/\D/g, "")
}

/** The place in grouped text just behind its n-th digit, so that a caret never jumps to the end. */
function positionAfter(text: string, digits: number): number {
  let seen = 0
  for (let at = 0; at < text.length; at++) {
    if (seen === digits) return at
    if (/\d/.test(latinDigits(text.charAt(at)))) seen++
  }
  return text.length
}
