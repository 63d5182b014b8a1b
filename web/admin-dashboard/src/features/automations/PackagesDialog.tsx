import { useMutation, useQueryClient } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Dialog } from "@zimmer/ui/Dialog"
import { Field } from "@zimmer/ui/Field"
import { Input } from "@zimmer/ui/Input"
import { Notice } from "@zimmer/ui/Notice"
import { toast } from "@zimmer/ui/Toast"
import { Plus, Trash2 } from "lucide-react"
import { type FormEvent, useState } from "react"
import { type Line, linesOf, packagesOf } from "@/features/automations/packages"
import {
  type AutomationRecord,
  automation as one,
  type Package,
  replacePackages,
} from "@/features/automations/queries"
import { automations as text } from "@/messages/automations"
import { en } from "@/messages/en"

const MOST = 20

type Props = { automation: AutomationRecord; onClose: () => void }

/** The whole set of packages at once, since it is replaced at once. */
export function PackagesDialog({ automation, onClose }: Props) {
  const [lines, setLines] = useState<Line[]>(() => linesOf(automation))
  const [recommended, setRecommended] = useState<string | null>(
    () => String(automation.packages.find(({ highlight }) => highlight)?.id ?? "") || null,
  )
  const [isWrong, setWrong] = useState(false)
  const cache = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: (packages: Package[]) => replacePackages(automation.id, packages),
    onSuccess: (changed) => {
      cache.setQueryData(one(automation.id).queryKey, changed)
      toast.success(text.packagesSaved)
      onClose()
    },
  })
  const save = (event: FormEvent) => {
    event.preventDefault()
    const packages = packagesOf(lines, recommended)
    setWrong(packages === null)
    if (packages) mutate(packages)
  }
  const change = (key: string, part: Partial<Line>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)))
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && !isPending && onClose()}
      title={text.editPackages}
      description={text.packagesLead}
      closeLabel={en.common.close}
    >
      <form noValidate onSubmit={save} className="grid gap-4">
        {lines.map((line) => (
          <PackageLine
            key={line.key}
            line={line}
            isRecommended={line.key === recommended}
            onChange={(part) => change(line.key, part)}
            onRecommend={() => setRecommended(line.key === recommended ? null : line.key)}
            onRemove={() => setLines(lines.filter(({ key }) => key !== line.key))}
          />
        ))}
        <Button
          icon={<Plus />}
          className="justify-self-start"
          disabled={lines.length >= MOST}
          onClick={() => setLines([...lines, { key: crypto.randomUUID(), tokens: "", toman: "" }])}
        >
          {text.addPackage}
        </Button>
        {isWrong && (
          <Notice tone="bad" live="assertive">
            {text.packagesWrong}
          </Notice>
        )}
        {error && <ProblemNotice problem={error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{en.common.cancel}</Button>
          <Button type="submit" variant="primary" busy={isPending}>
            {text.savePackages}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

type LineProps = {
  line: Line
  isRecommended: boolean
  onChange: (part: Partial<Line>) => void
  onRecommend: () => void
  onRemove: () => void
}

function PackageLine({ line, isRecommended, onChange, onRecommend, onRemove }: LineProps) {
  return (
    <div className="grid gap-3 border-line border-b pb-4">
      <div className="grid grid-cols-2 gap-3">
        <Field label={text.packageTokens}>
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={line.tokens}
              onChange={(event) => onChange({ tokens: event.target.value })}
            />
          )}
        </Field>
        <Field label={text.packageAmountToman}>
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={line.toman}
              onChange={(event) => onChange({ toman: event.target.value })}
            />
          )}
        </Field>
      </div>
      <div className="flex flex-wrap justify-between gap-2">
        <label className="flex min-h-11 items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={isRecommended}
            onChange={onRecommend}
            className="size-5 accent-lapis"
          />
          {text.highlight}
        </label>
        <Button variant="quiet" icon={<Trash2 />} onClick={onRemove}>
          {text.removePackage}
        </Button>
      </div>
    </div>
  )
}
