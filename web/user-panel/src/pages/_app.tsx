import "@/globals.css"

import { QueryClientProvider } from "@tanstack/react-query"
import { newQueryClient } from "@zimmer/api/query"
import { restore } from "@zimmer/api/session"
import { useForgetting } from "@zimmer/panel/useForgetting"
import { WordsProvider } from "@zimmer/panel/words"
import type { AppProps } from "next/app"
import Head from "next/head"
import { DirectionProvider } from "radix-ui/direction"
import { useEffect, useState } from "react"
import { fa } from "@/messages/fa"
import { words } from "@/messages/words"
import { fontFamilies } from "@/shell/fonts"
import { Shell } from "@/shell/Shell"

/** What all pages share: the cache, the session, the frame around the content. */
export default function App({ Component, pageProps }: AppProps) {
  const [queryClient] = useState(newQueryClient)
  useEffect(() => void restore(), [])
  useForgetting(queryClient)
  useEffect(keepShellOffline, [])
  return (
    <QueryClientProvider client={queryClient}>
      <Head>
        <title>{fa.brand}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="description" content={fa.description} />
        {/* On the root, since dialogs and menus hang outside of the page's own element. */}
        <style>{`:root { --font-panel: ${fontFamilies} }`}</style>
      </Head>
      <WordsProvider value={words}>
        <DirectionProvider dir="rtl">
          <Shell>
            <Component {...pageProps} />
          </Shell>
        </DirectionProvider>
      </WordsProvider>
    </QueryClientProvider>
  )
}

function keepShellOffline() {
  if (process.env.NODE_ENV === "production" && "serviceWorker" in navigator) {
    void navigator.serviceWorker.register("/sw.js")
  }
}
