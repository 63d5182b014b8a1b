import localFont from "next/font/local"

/** Inter for our own words. */
export const latin = localFont({
  src: "../../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  weight: "100 900",
  display: "swap",
})

/** Vazirmatn for what customers and developers wrote; fetched when a page shows some. */
export const persian = localFont({
  src: "../../../node_modules/@fontsource-variable/vazirmatn/files/vazirmatn-arabic-wght-normal.woff2",
  weight: "100 900",
  display: "swap",
  preload: false,
  declarations: [
    { prop: "unicode-range", value: "U+0600-06FF,U+200C-200E,U+FB50-FDFF,U+FE70-FEFC" },
  ],
})

/** What `--font-panel` of the theme is here. */
export const fontFamilies = `${latin.style.fontFamily}, ${persian.style.fontFamily}`
