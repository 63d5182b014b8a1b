import { useQuery } from "@tanstack/react-query"
import { ProblemNotice } from "@zimmer/panel/ProblemNotice"
import { Dialog } from "@zimmer/ui/Dialog"
import { count, moment } from "@zimmer/ui/format"
import { Loading, SkeletonText } from "@zimmer/ui/Skeleton"
import { CircleAlert, CircleCheck } from "lucide-react"
import { type Run, type RunLine, reportFile, reportPaper, run } from "@/features/system/queries"
import { DownloadFile } from "@/listing/DownloadFile"
import { en } from "@/messages/en"
import { system as text } from "@/messages/system"

/** One report: every question, and the first rows that break a rule. */
export function ReportDialog({ line, onClose }: { line: RunLine; onClose: () => void }) {
  const query = useQuery(run(line.id))
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={text.report(moment(line.created_at))}
      closeLabel={en.common.close}
    >
      {query.isPending && (
        <Loading label={en.common.loading}>
          <SkeletonText lines={6} />
        </Loading>
      )}
      {query.isError && (
        <ProblemNotice problem={query.error} onRetry={query.refetch} busy={query.isFetching} />
      )}
      {query.data && (
        <>
          <Answers answers={query.data.answers} />
          <div className="flex flex-wrap gap-2">
            <DownloadFile
              name={`reconciliation-${line.id}.pdf`}
              label={text.downloadPaper}
              fetchFile={() => reportPaper(line.id)}
            />
            <DownloadFile
              name={`reconciliation-${line.id}.json`}
              label={text.downloadData}
              fetchFile={() => reportFile(line.id)}
            />
          </div>
        </>
      )}
    </Dialog>
  )
}

function Answers({ answers }: Pick<Run, "answers">) {
  if (answers.length === 0) return <p className="text-ink-soft">{text.noAnswers}</p>
  const brokenFirst = [...answers].sort((one, other) => other.broken.length - one.broken.length)
  return (
    <ul className="grid gap-2">
      {brokenFirst.map(({ question, broken }) => (
        <li key={question} className="flex min-w-0 gap-2 text-sm">
          {broken.length === 0 ? (
            <CircleCheck aria-label={text.kept} className="mt-0.5 size-4 shrink-0 text-good-ink" />
          ) : (
            <CircleAlert
              aria-label={text.isBroken}
              className="mt-0.5 size-4 shrink-0 text-bad-ink"
            />
          )}
          <div className="grid min-w-0 gap-1">
            <p className={broken.length > 0 ? "font-semibold" : undefined}>{question}</p>
            {broken.length > 0 && (
              <p className="text-ink-soft">{text.firstRows(count(broken.length))}</p>
            )}
            {broken.map((row) => (
              <bdi
                key={row}
                dir="ltr"
                className="block break-all rounded-sm bg-fill px-2 font-mono text-xs"
              >
                {row}
              </bdi>
            ))}
          </div>
        </li>
      ))}
    </ul>
  )
}
