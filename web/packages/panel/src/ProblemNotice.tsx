import { asProblem } from "@zimmer/api/problem"
import { Button } from "@zimmer/ui/Button"
import { Code } from "@zimmer/ui/Code"
import { Notice } from "@zimmer/ui/Notice"
import { useWords } from "./words"

type Props = {
  problem: unknown
  onRetry?: () => void
  busy?: boolean
  title?: string
}

/** What failed, in our own words, in place of it; with a retry, and the number under which we find it. */
export function ProblemNotice({ problem: thrown, onRetry, busy, title }: Props) {
  const words = useWords()
  const problem = asProblem(thrown)
  const retry = onRetry && (
    <Button variant="secondary" onClick={onRetry} busy={busy}>
      {words.retry}
    </Button>
  )
  return (
    <Notice
      tone="bad"
      live="assertive"
      title={title ?? (problem.code === "unreachable" ? words.unreachableTitle : undefined)}
      action={retry}
    >
      <p>{words.sentenceOf(problem)}</p>
      {problem.requestId && problem.status >= 500 && (
        <p className="mt-1 flex flex-wrap items-center gap-2 text-ink-soft text-sm">
          {words.requestNumber}
          <Code
            text={problem.requestId}
            label={words.requestNumberCopy}
            copiedLabel={words.copied}
          />
        </p>
      )}
    </Notice>
  )
}
