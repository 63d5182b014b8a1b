import Head from "next/head"
import { fa } from "@/messages/fa"

/** The title of the browser's tab. */
export function Title({ children }: { children: string }) {
  return (
    <Head>
      <title>{fa.pageTitle(children)}</title>
    </Head>
  )
}
