import { X } from "lucide-react"
import * as Modal from "radix-ui/dialog"
import type { ReactNode } from "react"
import { useFocusReturn } from "./focus"

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  closeLabel: string
}

/** A question in front of the page: a sheet from below on phones, a card in the middle elsewhere. */
export function Dialog({ open, onOpenChange, title, description, children, closeLabel }: Props) {
  const focusReturn = useFocusReturn()
  return (
    <Modal.Root open={open} onOpenChange={onOpenChange}>
      <Modal.Portal>
        <Modal.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Modal.Content
          {...focusReturn}
          aria-describedby={description ? undefined : ""}
          className={sheet}
        >
          <div className="flex items-start justify-between gap-3">
            <div className="flex min-w-0 flex-col gap-1 pt-1.5">
              <Modal.Title className="text-lg leading-normal font-bold">{title}</Modal.Title>
              {description && (
                <Modal.Description className="text-sm text-ink-soft">
                  {description}
                </Modal.Description>
              )}
            </div>
            <Modal.Close
              aria-label={closeLabel}
              className="-me-2 grid size-11 shrink-0 place-items-center rounded-md text-ink-soft hover:bg-fill hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Modal.Close>
          </div>
          {children}
        </Modal.Content>
      </Modal.Portal>
    </Modal.Root>
  )
}

export const sheet =
  "fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[90dvh] w-full max-w-lg animate-rise flex-col gap-4 " +
  "overflow-y-auto rounded-t-lg border border-line bg-card p-4 pb-[max(1rem,env(safe-area-inset-bottom))] " +
  "text-ink shadow-float outline-none sm:inset-y-0 sm:my-auto sm:h-fit sm:rounded-lg sm:p-6"
