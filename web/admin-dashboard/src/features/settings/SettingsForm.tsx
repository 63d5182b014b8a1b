import { useMutation, useQueryClient } from "@tanstack/react-query"
import { asProblem } from "@zimmer/api/problem"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Button } from "@zimmer/ui/Button"
import { Card } from "@zimmer/ui/Card"
import { Notice } from "@zimmer/ui/Notice"
import { toast } from "@zimmer/ui/Toast"
import { type FormEvent, useState } from "react"
import { ConfirmChanges } from "@/features/settings/ConfirmChanges"
import {
  changeOf,
  type Field,
  GROUPS,
  linesOf,
  mistakesIn,
  type Typed,
  typedOf,
} from "@/features/settings/form"
import { businessSettings, edit, type Settings } from "@/features/settings/queries"
import { SettingsField } from "@/features/settings/SettingsField"
import { settings as text } from "@/messages/settings"

type Props = { settings: Settings; isReadOnly: boolean }

/** The form. Every change is read once more, in words, before it is saved. */
export function SettingsForm({ settings, isReadOnly }: Props) {
  const [first, setFirst] = useState(settings)
  const [typed, setTyped] = useState<Typed>(() => typedOf(settings))
  const [mistakes, setMistakes] = useState<Partial<Record<Field, string>>>({})
  const [isAsking, setAsking] = useState(false)
  const cache = useQueryClient()
  const startFrom = (held: Settings) => {
    setFirst(held)
    setTyped(typedOf(held))
    setMistakes({})
  }
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => edit(changeOf(first, typed)),
    onSuccess: (saved) => {
      cache.setQueryData(businessSettings.queryKey, saved)
      startFrom(saved)
      toast.success(text.saved)
    },
    onError: (thrown) => {
      const refused = asProblem(thrown).fields
      setMistakes(Object.fromEntries(refused.map((field) => [field, text.notTaken])))
    },
    onSettled: () => setAsking(false),
  })
  const lines = linesOf(first, typed, settings)
  const isOld = settings.updated_at !== first.updated_at
  // What somebody else saved meanwhile is taken over unless something is being typed.
  if (isOld && lines.length === 0 && !isPending) startFrom(settings)
  const type = (field: Field, value: string | boolean) => {
    setTyped({ ...typed, [field]: value })
    setMistakes({ ...mistakes, [field]: undefined })
  }
  const ask = (event: FormEvent) => {
    event.preventDefault()
    reset()
    const found = mistakesIn(typed)
    setMistakes(found)
    if (Object.keys(found).length === 0) setAsking(true)
  }
  return (
    <form noValidate onSubmit={ask} className="grid gap-4">
      {(Object.entries(GROUPS) as [keyof typeof GROUPS, readonly Field[]][]).map(
        ([group, fields]) => (
          <Card key={group} as="section" aria-labelledby={`group-${group}`}>
            <h2 id={`group-${group}`} className="mb-4 font-bold">
              {text.groups[group]}
            </h2>
            <div className="grid gap-5">
              {fields.map((field) => (
                <SettingsField
                  key={field}
                  field={field}
                  value={typed[field]}
                  error={mistakes[field]}
                  disabled={isReadOnly}
                  onType={(value) => type(field, value)}
                />
              ))}
            </div>
          </Card>
        ),
      )}
      {error && <ProblemNotice problem={error} />}
      {isOld && lines.length > 0 && !isPending && (
        <ChangedMeanwhile settings={settings} onStartAgain={() => startFrom(settings)} />
      )}
      {!isReadOnly && (
        <div className="flex flex-wrap items-center justify-end gap-3">
          {lines.length === 0 && <span className="text-ink-soft text-sm">{text.unchanged}</span>}
          <Button type="submit" variant="primary" disabled={lines.length === 0}>
            {text.save}
          </Button>
        </div>
      )}
      <ConfirmChanges
        open={isAsking}
        lines={lines}
        busy={isPending}
        onOpenChange={setAsking}
        onConfirm={() => mutate()}
      />
    </form>
  )
}

function ChangedMeanwhile(props: { settings: Settings; onStartAgain: () => void }) {
  const who = props.settings.updated_by?.name ?? text.somebody
  return (
    <Notice
      tone="wait"
      live="polite"
      action={<Button onClick={props.onStartAgain}>{text.startAgain}</Button>}
    >
      <bdi dir="auto">{text.changedMeanwhile(who)}</bdi>
    </Notice>
  )
}
