import { useDirection } from "radix-ui/direction"
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts"
import type { BarsProps } from "./Chart"

const COLOURS = { lapis: "var(--color-lapis)", gold: "var(--color-gold)" }
const LETTERS = { fontSize: 12, fill: "var(--color-ink-soft)" }

/** The drawing itself. Recharts knows no direction, so right to left the first day is put at the right here. */
export default function ChartBars({ days, series, format }: BarsProps) {
  const isReversed = useDirection() === "rtl"
  return (
    <BarChart
      responsive
      data={days}
      accessibilityLayer={false}
      style={{ width: "100%", height: "100%" }}
      margin={{ top: 4, bottom: 0, left: 0, right: 0 }}
    >
      <CartesianGrid vertical={false} stroke="var(--color-line)" />
      <XAxis
        dataKey="day"
        reversed={isReversed}
        tick={LETTERS}
        tickLine={false}
        axisLine={false}
        minTickGap={16}
      />
      <YAxis
        orientation={isReversed ? "right" : "left"}
        tick={LETTERS}
        tickLine={false}
        axisLine={false}
        tickFormatter={format}
        allowDecimals={false}
        width="auto"
      />
      <Tooltip
        isAnimationActive={false}
        formatter={(value) => format(Number(value))}
        cursor={{ fill: "var(--color-fill)" }}
        contentStyle={{
          background: "var(--color-card)",
          border: "1px solid var(--color-line)",
          borderRadius: "var(--radius-md)",
        }}
      />
      {series.map(({ key, name, tone }) => (
        <Bar
          key={key}
          dataKey={key}
          name={name}
          fill={COLOURS[tone]}
          radius={[3, 3, 0, 0]}
          maxBarSize={28}
          isAnimationActive={false}
        />
      ))}
    </BarChart>
  )
}
