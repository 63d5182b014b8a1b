import { Badge, type BadgeTone } from "@zimmer/ui/Badge"
import { Card } from "@zimmer/ui/Card"
import { cx } from "@zimmer/ui/cx"
import { ArrowRight } from "lucide-react"
import Link from "next/link"
import { type Node, type NodeName, nodesOf, type State } from "@/features/system/nodes"
import type { Status } from "@/features/system/queries"
import { SweepButton } from "@/features/system/SweepButton"
import { system as text } from "@/messages/system"

const TONES: Record<State, BadgeTone> = {
  good: "good",
  wait: "wait",
  bad: "bad",
  unknown: "neutral",
}

/** The way of a request, and below it the two ways of what was promised. */
const WAYS: readonly (readonly NodeName[])[] = [
  ["api", "functions", "database"],
  ["sweep", "zarinpal"],
  ["outbox", "credit", "worker"],
  ["outbox", "delivery", "deliver"],
]

/** The real picture: who sends to whom, and how each of them is. */
export function LiveMap({ status }: { status: Status }) {
  const nodes = nodesOf(status)
  return (
    <section aria-labelledby="map" className="grid gap-3">
      <h2 id="map" className="font-bold">
        {text.map}
      </h2>
      <div className="grid gap-3">
        {WAYS.map((way) => (
          <ol key={way.join()} className="grid items-stretch gap-2 md:flex">
            {way.map((name, at) => (
              <li key={name} className="grid min-w-0 flex-1 gap-2 md:flex md:items-center">
                {at > 0 && <Arrow />}
                <Box node={nodes[name]} />
              </li>
            ))}
          </ol>
        ))}
      </div>
    </section>
  )
}

function Arrow() {
  return (
    <span className="grid justify-center text-ink-soft">
      <ArrowRight aria-hidden className="size-5 max-md:rotate-90" />
      <span className="sr-only">{text.sends}</span>
    </span>
  )
}

function Box({ node }: { node: Node }) {
  return (
    <Card
      padding="sm"
      className={cx(
        "grid h-full w-full content-start gap-1",
        node.state === "bad" && "border-bad-line",
      )}
    >
      <h3 className="flex flex-wrap items-center justify-between gap-2 font-semibold text-sm">
        {text.nodes[node.name]}
        <Badge tone={TONES[node.state]}>{text.states[node.state]}</Badge>
      </h3>
      {node.says.map((line) => (
        <p key={line} className="text-ink-soft text-sm tabular-nums">
          {line}
        </p>
      ))}
      {node.state === "bad" && node.mend && <Mending mend={node.mend} />}
    </Card>
  )
}

function Mending({ mend }: { mend: NonNullable<Node["mend"]> }) {
  if (mend === "sweep") return <SweepButton />
  return (
    <Link
      href={mend.href}
      className="inline-flex min-h-11 items-center text-lapis-ink text-sm underline underline-offset-4"
    >
      {mend.label}
    </Link>
  )
}
