import { useMutation } from "@tanstack/react-query"
import { receiptLink } from "@zimmer/api/payments"
import { Button } from "@zimmer/ui/Button"
import { ReceiptText } from "lucide-react"
import { ProblemNotice } from "./ProblemNotice"

type Props = {
  number: string
  label: string
  busyLabel: string
  /** What a screen reader hears, where the word alone does not say whose receipt it is. */
  title?: string
  block?: boolean
}

/** Fetches a purchase's receipt: a link that lives for minutes is asked for, and the browser saves what it leads to. */
export function ReceiptButton({ number, label, busyLabel, title, block }: Props) {
  const asking = useMutation({
    mutationFn: () => receiptLink(number),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  return (
    <>
      <Button
        variant={block ? "secondary" : "quiet"}
        block={block}
        icon={<ReceiptText />}
        aria-label={title}
        busy={asking.isPending}
        busyLabel={busyLabel}
        onClick={() => asking.mutate()}
      >
        {label}
      </Button>
      {asking.isError && <ProblemNotice problem={asking.error} />}
    </>
  )
}
