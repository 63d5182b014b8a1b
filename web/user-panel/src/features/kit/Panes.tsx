import { cx } from "@zimmer/ui/cx"
import type { ComponentType } from "react"
import { ltr, rtl, type Sample } from "@/features/kit/samples"

export type Shown = ComponentType<{ t: Sample }>

const panes = [
  { sample: rtl, theme: "light" },
  { sample: ltr, theme: "light" },
  { sample: rtl, theme: "dark" },
  { sample: ltr, theme: "dark" },
]

type Props = { title: string; note?: string; wide?: boolean; of: Shown }

/** One part of the kit, four times: light and dark, right to left and left to right. */
export function Panes({ title, note, wide, of: Part }: Props) {
  return (
    <section className="flex min-w-0 flex-col gap-3">
      <h2 dir="ltr" lang="en" className="text-lg font-bold">
        {title}
      </h2>
      {note && (
        <p dir="ltr" lang="en" className="text-sm text-ink-soft">
          {note}
        </p>
      )}
      <div className={cx("grid grid-cols-1 gap-3", !wide && "md:grid-cols-2 xl:grid-cols-4")}>
        {panes.map(({ sample, theme }) => (
          <div
            key={`${theme}-${sample.dir}`}
            dir={sample.dir}
            lang={sample.dir === "rtl" ? "fa" : "en"}
            className={cx(
              theme,
              "flex min-w-0 flex-col gap-4 rounded-lg border border-line bg-paper p-4 text-ink",
            )}
          >
            <Part t={sample} />
          </div>
        ))}
      </div>
    </section>
  )
}
