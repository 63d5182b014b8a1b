import localFont from "next/font/local"

/** Vazirmatn, served by ourselves. Only the Persian part is needed for the first paint. */
export const persian = localFont({
  src: "../../../node_modules/@fontsource-variable/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2",
  weight: "100 900",
  display: "swap",
  declarations: [
    {
      prop: "unicode-range",
      value: "U+0020,U+0600-06FF,U+200C-200E,U+2010-2011,U+FB50-FDFF,U+FE70-FEFC",
    },
  ],
})

/** The same family's Latin letters: e-mail addresses, codes, brands. Fetched when a page shows some. */
export const latin = localFont({
  src: "../../../node_modules/@fontsource-variable/vazirmatn/files/vazirmatn-latin-wght-normal.woff2",
  weight: "100 900",
  display: "swap",
  preload: false,
  declarations: [{ prop: "unicode-range", value: "U+0021-00FF,U+2013-2026,U+20AC,U+2122" }],
})

/** What `--font-panel` of the theme is here. */
export const fontFamilies = `${persian.style.fontFamily}, ${latin.style.fontFamily}`
