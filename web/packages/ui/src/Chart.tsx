import { type ComponentProps, lazy, Suspense, useEffect, useRef, useState } from "react"
import { Skeleton } from "./Skeleton"

export type Series = {
  key: string
  name: string
  /** One of the theme's colours: two at the most stand in one chart. */
  tone: "lapis" | "gold"
}

type Props = {
  /** What the chart shows, for those who cannot see it; its numbers follow as a table. */
  label: string
  /** One object a day: `day` is its name, the rest are the series' values. */
  days: ({ day: string } & Record<string, number | string>)[]
  dayName: string
  series: readonly Series[]
  /** How a value is written at the axis and beside a bar. */
  format: (value: number) => string
}

const Bars = lazy(() => import("./ChartBars"))

/** Bars by day; the drawing is fetched when its place comes into view. */
export function Chart(props: Props) {
  const [place, isInView] = useInView<HTMLDivElement>()
  return (
    <figure aria-label={props.label} className="m-0 grid gap-3">
      <Legend series={props.series} />
      <div ref={place} aria-hidden="true" className="h-56">
        <Suspense fallback={<Skeleton className="h-full" />}>
          {isInView ? <Bars {...props} /> : <Skeleton className="h-full" />}
        </Suspense>
      </div>
      <Numbers {...props} />
    </figure>
  )
}

export type BarsProps = ComponentProps<typeof Chart>

/** Whether an element has come into the window, or would with the next scroll; once there, it stays so. */
function useInView<T extends Element>() {
  const place = useRef<T>(null)
  const [isInView, setInView] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const watch = new IntersectionObserver(
      (seen) => setInView((was) => was || seen.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: "100px" },
    )
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  return [place, isInView] as const
}

const SQUARES = { lapis: "bg-lapis", gold: "bg-gold" }

function Legend({ series }: Pick<Props, "series">) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-ink-soft text-xs">
      {series.map(({ key, name, tone }) => (
        <li key={key} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`size-2.5 rounded-full ${SQUARES[tone]}`} />
          {name}
        </li>
      ))}
    </ul>
  )
}

function Numbers({ label, days, dayName, series, format }: Props) {
  return (
    <table className="sr-only">
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">{dayName}</th>
          {series.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.day}>
            <th scope="row">{day.day}</th>
            {series.map(({ key }) => (
              <td key={key}>{format(Number(day[key]))}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
