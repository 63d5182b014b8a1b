import { Check, Copy } from "lucide-react"
import { useEffect, useState } from "react"

type Props = { text: string; label: string; copiedLabel: string }

const SHOWN_MS = 2000

/** Puts a text on the clipboard and says so, to the eye and to a screen reader. */
export function CopyButton({ text, label, copiedLabel }: Props) {
  const [copied, setCopied] = useState(false)

  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const Icon = copied ? Check : Copy
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={async () => setCopied(await copy(text))}
      className="inline-grid size-11 shrink-0 place-items-center rounded-md text-ink-soft hover:bg-fill hover:text-ink"
    >
      <Icon aria-hidden className={copied ? "size-5 text-good-ink" : "size-5"} />
      <span role="status" className="sr-only">
        {copied ? copiedLabel : ""}
      </span>
    </button>
  )
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // the page is not allowed to; the text can still be selected by hand
  }
}
