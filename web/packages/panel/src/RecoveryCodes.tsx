import { Button } from "@zimmer/ui/Button"
import { CopyButton } from "@zimmer/ui/CopyButton"
import { Download } from "lucide-react"
import { useWords } from "./words"

type Text = Record<"list" | "copy" | "save" | "file" | "kept", string> & {
  fileHead: (email: string) => string
}
type Props = { text: Text; codes: string[]; email: string; onKept: () => void }

/** Ten codes for paper, once. */
export function RecoveryCodes({ text, codes, email, onKept }: Props) {
  const { copied } = useWords()
  return (
    <div className="grid gap-5">
      <div className="rounded-md border border-line bg-fill p-4">
        <ul aria-label={text.list} className="grid grid-cols-2 gap-x-4 gap-y-1">
          {codes.map((code) => (
            <li key={code}>
              <bdi dir="ltr" translate="no" className="select-all whitespace-nowrap font-mono">
                {code}
              </bdi>
            </li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <CopyButton text={codes.join("\n")} label={text.copy} copiedLabel={copied} />
        <Button icon={<Download size={18} />} onClick={() => save(text, codes, email)}>
          {text.save}
        </Button>
        <Button variant="primary" onClick={onKept}>
          {text.kept}
        </Button>
      </div>
    </div>
  )
}

function save(text: Text, codes: string[], email: string): void {
  const lines = [text.fileHead(email), "", ...codes, ""].join("\n")
  const url = URL.createObjectURL(new Blob([lines], { type: "text/plain" }))
  const link = document.createElement("a")
  link.href = url
  link.download = text.file
  link.click()
  URL.revokeObjectURL(url)
}
