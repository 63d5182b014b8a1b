import { Head, Html, Main, NextScript } from "next/document"

/** The frame of every page: English, left to right, kept out of search engines, and no inline script. */
export default function Document() {
  return (
    <Html lang="en" dir="ltr">
      <Head>
        {/* Both must run before the first paint: the theme, and where the API is. */}
        <script src="/boot.js" />
        <script src="/config.js" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="apple-touch-icon" href="/icon-192.png" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f9f9f8" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#111110" />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  )
}
