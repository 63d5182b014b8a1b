import { asProblem, type Problem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Download } from "lucide-react"
import { useState } from "react"
import { en } from "@/messages/en"

type Props = { name: string; label: string; fetchFile: () => Promise<Blob> }

/** A file that only a signed-in person may have; `fetchFile` asks the API for it. */
export function DownloadFile({ name, label, fetchFile }: Props) {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const download = async () => {
    setBusy(true)
    setProblem(null)
    try {
      save(await fetchFile(), name)
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="grid gap-2">
      <Button
        icon={<Download />}
        busy={isBusy}
        busyLabel={en.list.downloading}
        onClick={() => void download()}
      >
        {label}
      </Button>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  )
}

function save(file: Blob, name: string) {
  const address = URL.createObjectURL(file)
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
