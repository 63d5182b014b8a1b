import { Badge, type BadgeTone } from "@zimmer/ui/Badge"
import { Card } from "@zimmer/ui/Card"
import { cx } from "@zimmer/ui/cx"
import { ArrowRight } from "lucide-react"
import { type Node, type NodeName, nodesOf, type State } from "@/features/system/nodes"
import type { Status } from "@/features/system/queries"
import { SweepButton } from "@/features/system/SweepButton"
import { system as text } from "@/messages/system"
import { PlaceLink } from "@/shell/PlaceLink"

const TONES: Record<State, BadgeTone> = {
  good: "good",
  wait: "wait",
  bad: "bad",
  unknown: "neutral",
}

/** The way of a request, the two ways of what was promised, and who finishes what was left. */
const WAYS: Record<keyof typeof text.ways, readonly NodeName[]> = {
  request: ["api", "functions", "database"],
  credit: ["outbox", "credit", "worker", "creditDead"],
  mail: ["outbox", "delivery", "deliver", "deliveryDead"],
  money: ["sweep", "zarinpal"],
}

/** The real picture: who sends to whom, and how each of them is. */
export function LiveMap({ status, now }: { status: Status; now: Date }) {
  const nodes = nodesOf(status, now)
  return (
    <section aria-labelledby="map" className="grid gap-4">
      <h2 id="map" className="font-bold">
        {text.map}
      </h2>
      {(Object.keys(WAYS) as (keyof typeof WAYS)[]).map((way) => (
        <div key={way} className="grid gap-1.5">
          <h3 className="text-ink-soft text-sm">{text.ways[way]}</h3>
          <ol className="grid items-stretch gap-2 md:grid-flow-col md:auto-cols-fr">
            {WAYS[way].map((name, at) => (
              <li key={name} className="grid min-w-0 gap-2 md:flex md:items-center">
                {at > 0 && <Arrow />}
                <Box node={nodes[name]} />
              </li>
            ))}
          </ol>
        </div>
      ))}
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
      <h4 className="flex flex-wrap items-center justify-between gap-2 font-semibold text-sm">
        {text.nodes[node.name]}
        <Badge tone={TONES[node.state]}>{text.states[node.state]}</Badge>
      </h4>
      {node.says.map((line) => (
        <p key={line} dir="auto" className="wrap-anywhere text-ink-soft text-sm tabular-nums">
          {line}
        </p>
      ))}
      {node.mend && <Mending mend={node.mend} />}
    </Card>
  )
}

function Mending({ mend }: { mend: NonNullable<Node["mend"]> }) {
  if (mend === "sweep") return <SweepButton />
  return <PlaceLink href={mend.href}>{mend.label}</PlaceLink>
}
