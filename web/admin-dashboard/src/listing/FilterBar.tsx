import { Button } from "@zimmer/ui/Button"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Select } from "@zimmer/ui/Select"
import { Search, X } from "lucide-react"
import { type ReactNode, useEffect, useRef, useState } from "react"
import { en } from "@/messages/en"

const PAUSE = 300 // ms after the last letter

/** The filters above a list, side by side where there is room. */
export function FilterBar({ children, onClear }: { children: ReactNode; onClear?: () => void }) {
  return (
    <search className="grid grid-cols-1 items-start gap-3 sm:flex sm:flex-wrap">
      {children}
      {onClear && (
        <Button variant="quiet" onClick={onClear} className="sm:mt-7.5">
          {en.list.clear}
        </Button>
      )}
    </search>
  )
}

type SearchProps = { label: string; value: string; onSearch: (text: string) => void; hint?: string }

/** Words to look for; asked for when the typing pauses. The key `/` leads here from anywhere on the page. */
export function SearchFilter({ label, value, onSearch, hint }: SearchProps) {
  const [text, setText] = useState(value)
  const [told, setTold] = useState(value)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => leadBySlash(field.current), [])
  if (value !== told) {
    // Somebody else changed the address: the back button, or "clear".
    setTold(value)
    setText(value)
  }
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === told) return
    const timer = setTimeout(() => {
      setTold(wanted)
      onSearch(wanted)
    }, PAUSE)
    return () => clearTimeout(timer)
  })
  return (
    <div className="min-w-0 sm:w-80">
      <Field label={label} hint={hint}>
        {(ids) => (
          <Input
            {...ids}
            ref={field}
            type="search"
            dir="auto"
            value={text}
            onChange={(event) => setText(event.target.value)}
            prefix={<Search aria-hidden size={16} />}
            autoComplete="off"
          />
        )}
      </Field>
    </div>
  )
}

function leadBySlash(field: HTMLInputElement | null) {
  const lead = (event: KeyboardEvent) => {
    const isTyping = (event.target as HTMLElement).closest("input, textarea, select")
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return
    event.preventDefault()
    field?.focus()
  }
  document.addEventListener("keydown", lead)
  return () => document.removeEventListener("keydown", lead)
}

type ChoiceProps<Value extends string> = {
  label: string
  value: string | undefined
  /** In the order in which they are shown. */
  names: Record<Value, string>
  onChoose: (value: string) => void
  /** The word for no choice. */
  all?: string
}

/** One of a few, or all. */
export function ChoiceFilter<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value = "", names, onChoose, all = en.list.all } = props
  return (
    <div className="min-w-0 sm:w-44">
      <Field label={label}>
        {(ids) => (
          <Select {...ids} value={value} onChange={(event) => onChoose(event.target.value)}>
            <option value="">{all}</option>
            {(Object.entries(names) as [Value, string][]).map(([choice, name]) => (
              <option key={choice} value={choice}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  )
}

type DayProps = { label: string; value: string | undefined; onChoose: (day: string) => void }

/** A day in Tehran, as YYYY-MM-DD. */
export function DayFilter({ label, value = "", onChoose }: DayProps) {
  return (
    <div className="min-w-0 sm:w-44">
      <Field label={label}>
        {(ids) => (
          <Input
            {...ids}
            type="date"
            value={value}
            onChange={(event) => onChoose(event.target.value)}
          />
        )}
      </Field>
    </div>
  )
}

/** A filter that came with the address, such as one person's rows; it can only be ended. */
export function OnlyFilter({ words, onEnd }: { words: string; onEnd: () => void }) {
  return (
    <Button variant="secondary" icon={<X />} onClick={onEnd} className="sm:mt-7.5">
      {words}
    </Button>
  )
}
