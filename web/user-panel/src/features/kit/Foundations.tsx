import { cx } from "@zimmer/ui/cx"
import { Shamseh } from "@zimmer/ui/Shamseh"
import type { Sample } from "@/features/kit/samples"

const grounds = ["bg-paper", "bg-card", "bg-fill"]
const fills = ["bg-fill-hover", "bg-fill-strong"]
const inks = [
  "text-ink",
  "text-ink-soft",
  "text-lapis-ink",
  "text-gold-ink",
  "text-good-ink",
  "text-wait-ink",
  "text-bad-ink",
]
const families = [
  ["bg-lapis", "bg-lapis-soft text-lapis-ink border-lapis-line"],
  ["bg-gold", "bg-gold-soft text-gold-ink border-gold-line"],
  ["bg-good", "bg-good-soft text-good-ink border-good-line"],
  ["bg-wait", "bg-wait-soft text-wait-ink border-wait-line"],
  ["bg-bad", "bg-bad-soft text-bad-ink border-bad-line"],
] as const
const scale = ["text-xs", "text-sm", "text-base", "text-lg", "text-xl", "text-2xl"]

/** The grounds, the inks and the families of colour. */
export function Colours() {
  return (
    <div dir="ltr" className="flex flex-col gap-3 text-xs">
      {grounds.map((ground) => (
        <div key={ground} className={cx("rounded-sm border border-line p-2", ground)}>
          <b>{ground}</b>
          {inks.map((ink) => (
            <span key={ink} className={cx("block", ink)}>
              {ink}
            </span>
          ))}
        </div>
      ))}
      {fills.map((fill) => (
        <div key={fill} className={cx("rounded-sm border border-line p-2", fill)}>
          {fill}
        </div>
      ))}
      {families.map(([solid, soft]) => (
        <div key={solid} className="flex items-center gap-2">
          <span className={cx("size-11 shrink-0 rounded-sm", solid)} />
          <span className={cx("min-w-0 flex-1 rounded-sm border p-2", soft)}>{soft}</span>
        </div>
      ))}
    </div>
  )
}

/** The star at the sizes where it must hold. */
export function Mark() {
  return (
    <>
      {(["solid", "line"] as const).map((variant) => (
        <div key={variant} className="flex items-end gap-4 text-lapis-ink">
          {[12, 24, 48, 96].map((size) => (
            <Shamseh key={size} size={size} variant={variant} />
          ))}
        </div>
      ))}
      <div className="flex items-end gap-4 rounded-md bg-card p-3 text-gold">
        {[12, 24, 48].map((size) => (
          <Shamseh key={size} size={size} />
        ))}
      </div>
    </>
  )
}

/** The six sizes of type. */
export function TypeScale({ t }: { t: Sample }) {
  return scale.map((size) => (
    <p key={size} className={cx(size, "min-w-0 wrap-break-word leading-normal")}>
      {t.name} {t.at}
    </p>
  ))
}
