import * as Alert from "radix-ui/alert-dialog"
import type { ReactNode } from "react"
import { Button } from "./Button"
import { sheet } from "./Dialog"
import { useFocusReturn } from "./focus"

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  /** The consequence, in plain words. */
  children: ReactNode
  confirmLabel: ReactNode
  cancelLabel: ReactNode
  onConfirm: () => void
  busy?: boolean
  tone?: "primary" | "danger"
}

/** Asks before something that cannot be undone; stays open until its owner closes it. */
export function ConfirmDialog(props: Props) {
  const { open, onOpenChange, title, children, busy, tone = "danger" } = props
  const focusReturn = useFocusReturn()
  return (
    <Alert.Root open={open} onOpenChange={(next) => !busy && onOpenChange(next)}>
      <Alert.Portal>
        <Alert.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Alert.Content {...focusReturn} className={sheet}>
          <Alert.Title className="text-lg leading-normal font-bold">{title}</Alert.Title>
          <Alert.Description asChild>
            <div className="text-sm text-ink-soft">{children}</div>
          </Alert.Description>
          <div className="mt-2 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
            <Alert.Cancel asChild>
              <Button variant="secondary">{props.cancelLabel}</Button>
            </Alert.Cancel>
            <Button variant={tone} busy={busy} onClick={props.onConfirm}>
              {props.confirmLabel}
            </Button>
          </div>
        </Alert.Content>
      </Alert.Portal>
    </Alert.Root>
  )
}
