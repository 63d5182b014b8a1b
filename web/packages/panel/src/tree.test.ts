/** How both panels are arranged: who may know whom, and where sentences and tokens stand. */

import { globSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const PERSIAN = /["'`>][^"'`<]*[\u0600-\u06ff]{2,}[^"'`<]*["'`<]/
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g

/** Text between tags, and what is read aloud or shown on hovering. */
const ENGLISH = />\s*[A-Z][a-z]+[^<>{}=;]*<\/|(aria-label|title|label|placeholder|alt)="[A-Z]/

describe.each(["user-panel", "admin-dashboard"])("the tree of %s", (panel) => {
  const files = globSync(`${panel}/src/**/*.{ts,tsx}`)
    .filter((path) => !/\.test\./.test(path))
    .map((path) => ({
      path: path.slice(`${panel}/src/`.length),
      text: readFileSync(path, "utf8"),
    }))

  it("is there", () => expect(files.length).toBeGreaterThan(30))

  it("has every sentence in messages", () => {
    const elsewhere = files.filter(({ path, text }) => {
      const code = text.replace(COMMENTS, "")
      return (
        !/^(messages|features\/kit)\/|^pages\/kit/.test(path) &&
        (PERSIAN.test(code) || ENGLISH.test(code))
      )
    })
    expect(elsewhere.map(({ path }) => path)).toEqual([])
  })

  it("has features that know nothing of each other", () => {
    const arrows = files.flatMap(({ path, text }) => {
      const own = /^features\/([^/]+)\//.exec(path)?.[1]
      const others = [...text.matchAll(/from "@\/features\/([^/"]+)/g)].map(([, name]) => name)
      return own ? others.filter((name) => name !== own).map((name) => `${path} → ${name}`) : []
    })
    expect(arrows).toEqual([])
  })

  it("has a shell, words and lists that know no feature", () => {
    const wrong = files.filter(
      ({ path, text }) => /^(shell|messages|listing)\//.test(path) && text.includes('"@/features/'),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it("touches tokens in one file only, which is none of its own", () => {
    const touching = files.filter(({ text }) => /access_?token/i.test(text))
    expect(touching.map(({ path }) => path)).toEqual([])
  })
})
