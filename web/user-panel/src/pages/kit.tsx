import Head from "next/head"
import { Kit } from "@/features/kit/Kit"

/** A page for engineers: each component in each state, in both directions and both themes. */
export default function KitPage() {
  return (
    <>
      <Head>
        <title>Kit</title>
        <meta name="robots" content="noindex" />
      </Head>
      <Kit />
    </>
  )
}
