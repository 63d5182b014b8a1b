import path from "node:path"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const here = path.dirname(fileURLToPath(import.meta.url))

export default defineConfig({
  resolve: { alias: { "@": path.join(here, "user-panel/src") } },
  test: {
    environment: "jsdom",
    include: ["packages/*/src/**/*.test.{ts,tsx}", "user-panel/src/**/*.test.{ts,tsx}"],
    setupFiles: ["packages/ui/src/testing.ts"],
    restoreMocks: true,
  },
})
