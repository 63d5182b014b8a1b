import path from "node:path"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const here = path.dirname(fileURLToPath(import.meta.url))
const shared = {
  environment: "jsdom",
  setupFiles: [path.join(here, "packages/ui/src/testing.ts")],
  restoreMocks: true,
}

/** The tests of one panel, in which `@` is that panel's own source. */
function panel(name: string) {
  return {
    resolve: { alias: { "@": path.join(here, name, "src") } },
    test: { ...shared, name, include: [`${name}/src/**/*.test.{ts,tsx}`] },
  }
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: "packages", include: ["packages/*/src/**/*.test.{ts,tsx}"] } },
      panel("user-panel"),
      panel("admin-dashboard"),
    ],
  },
})
