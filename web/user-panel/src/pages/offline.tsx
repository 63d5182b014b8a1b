import { Button } from "@zimmer/ui/Button"
import { Empty } from "@zimmer/ui/Empty"
import { useEffect } from "react"
import { fa } from "@/messages/fa"
import { Title } from "@/shell/Title"

/** Shown by the service worker in place of a page that is neither reachable nor kept. */
export default function Page() {
  useEffect(() => {
    const again = () => window.location.reload()
    window.addEventListener("online", again)
    return () => window.removeEventListener("online", again)
  }, [])
  return (
    <>
      <Title>{fa.offline.title}</Title>
      <Empty
        heading="h1"
        title={fa.offline.title}
        action={
          <Button variant="primary" onClick={() => window.location.reload()}>
            {fa.common.retry}
          </Button>
        }
      >
        {fa.offline.lead}
      </Empty>
    </>
  )
}
