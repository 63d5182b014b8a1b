import { Badge } from "@zimmer/ui/Badge"
import { cx } from "@zimmer/ui/cx"
import { moment } from "@zimmer/ui/format"
import type { Message } from "@/features/tickets/queries"
import { tickets as text } from "@/messages/tickets"

/** What was said, oldest first. Notes look like none of the letters, so that nobody takes one for an answer. */
export function Conversation({ messages }: { messages: Message[] }) {
  if (messages.length === 0) return <p className="text-ink-soft">{text.noMessages}</p>
  return (
    <ol aria-label={text.conversation} className="grid gap-3">
      {messages.map((message) => (
        <Letter key={message.id} message={message} />
      ))}
    </ol>
  )
}

function Letter({ message }: { message: Message }) {
  const { author, is_internal } = message
  return (
    <li
      className={cx(
        "min-w-0 max-w-2xl rounded-lg border p-4",
        author.is_staff ? "ms-auto w-[92%]" : "w-[92%]",
        is_internal
          ? "border-wait-line border-dashed bg-wait-soft"
          : author.is_staff
            ? "border-lapis-line bg-lapis-soft"
            : "border-line bg-card",
      )}
    >
      <div className="mb-1 flex flex-wrap items-center gap-2 text-sm">
        <bdi dir="auto" className="font-semibold">
          {author.name}
        </bdi>
        {is_internal ? (
          <Badge tone="wait">{text.note}</Badge>
        ) : (
          author.is_staff && <Badge tone="lapis">{text.staff}</Badge>
        )}
        <time dateTime={message.created_at} className="ms-auto text-ink-soft text-xs">
          {moment(message.created_at)}
        </time>
      </div>
      <p dir="auto" className="whitespace-pre-wrap wrap-anywhere leading-relaxed">
        {message.body}
      </p>
    </li>
  )
}
