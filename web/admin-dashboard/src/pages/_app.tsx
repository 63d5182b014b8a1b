import "@/globals.css"

import { QueryClientProvider } from "@tanstack/react-query"
import { newQueryClient } from "@zimmer/api/query"
import { forAudience, restore } from "@zimmer/api/session"
import { useForgetting } from "@zimmer/panel/useForgetting"
import { WordsProvider } from "@zimmer/panel/words"
import { forLanguage } from "@zimmer/ui/format"
import { Toaster } from "@zimmer/ui/Toast"
import type { AppProps } from "next/app"
import Head from "next/head"
import { DirectionProvider } from "radix-ui/direction"
import { useEffect, useState } from "react"
import { en } from "@/messages/en"
import { words } from "@/messages/words"
import { fontFamilies } from "@/shell/fonts"
import { Shell } from "@/shell/Shell"
import { StepUp } from "@/shell/StepUp"

// Before the first page is drawn: whose panel this is, and how its numbers look.
forAudience("admin")
forLanguage("en")

/** What all pages share: the cache, the session, the frame around the content. */
export default function App({ Component, pageProps }: AppProps) {
  const [queryClient] = useState(newQueryClient)
  useEffect(() => void restore(), [])
  useForgetting(queryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <Head>
        <title>{en.brand}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        {/* On the root, since dialogs and menus hang outside of the page's own element. */}
        <style>{`:root { --font-panel: ${fontFamilies}; line-height: 1.5 }`}</style>
      </Head>
      <WordsProvider value={words}>
        <DirectionProvider dir="ltr">
          <Shell>
            <Component {...pageProps} />
          </Shell>
          <StepUp />
          <Toaster dir="ltr" label={en.common.messages} />
        </DirectionProvider>
      </WordsProvider>
    </QueryClientProvider>
  )
}
