import { ConfirmDialog } from "@zimmer/ui/ConfirmDialog"
import type { Line } from "@/features/settings/form"
import { en } from "@/messages/en"
import { settings as text } from "@/messages/settings"

type Props = {
  open: boolean
  lines: Line[]
  busy: boolean
  onOpenChange: (open: boolean) => void
  onConfirm: () => void
}

/** Every change once more, in words, with what follows from it. */
export function ConfirmChanges({ lines, ...dialog }: Props) {
  return (
    <ConfirmDialog
      {...dialog}
      title={text.confirmTitle}
      confirmLabel={text.save}
      cancelLabel={en.common.cancel}
      tone="primary"
    >
      <p className="mb-3">{text.confirmLead}</p>
      <ul className="grid gap-3">
        {lines.map(({ field, words, consequence }) => (
          <li key={field} className="min-w-0">
            <bdi dir="auto" className="block wrap-anywhere font-medium text-ink">
              {words}
            </bdi>
            {consequence}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  )
}
