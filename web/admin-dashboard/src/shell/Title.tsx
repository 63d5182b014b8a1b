import Head from "next/head"
import { en } from "@/messages/en"

/** The title of the browser's tab. */
export function Title({ children }: { children: string }) {
  return (
    <Head>
      <title>{en.pageTitle(children)}</title>
    </Head>
  )
}
