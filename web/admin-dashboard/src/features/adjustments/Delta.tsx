import { TokenAmount } from "@zimmer/ui/TokenAmount"

/** Tokens that come or go, with the sign that says which. */
export function Delta({ tokens }: { tokens: number }) {
  return (
    <span className="inline-flex items-center gap-1 text-gold-ink tabular-nums">
      {tokens > 0 ? "+" : "−"}
      <TokenAmount tokens={Math.abs(tokens)} size="sm" />
    </span>
  )
}
