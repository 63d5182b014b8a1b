import { CopyButton } from "./CopyButton"

type Props = { text: string; label: string; copiedLabel: string }

/** A code, key or address: left to right in any text, never translated, one press to copy. */
export function Code({ text, label, copiedLabel }: Props) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1 rounded-md border border-line bg-fill ps-3">
      <bdi dir="ltr" translate="no" className="min-w-0 py-1 font-mono text-sm break-all select-all">
        {text}
      </bdi>
      <CopyButton text={text} label={label} copiedLabel={copiedLabel} />
    </span>
  )
}
