/**
 * End-to-end tests of the built page (`npx playwright test`). The page is built first, so that no stale build is
 * tested, and served as a static host would serve it.
 */
import { defineConfig } from "@playwright/test";
import { browserArguments, findBrowser } from "./scripts/find-browser.ts";

const PORT = 4187;

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  // Other engines than Chromium have a configuration of their own.
  testIgnore: "engines/**",
  // One page at a time: each runs a model on a software GPU.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: "list",
  use: {
    baseURL: `http://localhost:${PORT}`,
    screenshot: "only-on-failure",
    launchOptions: { executablePath: findBrowser(), args: browserArguments() },
  },
  projects: [{ name: "desktop", use: { viewport: { width: 1440, height: 900 } } }],
  webServer: {
    command: `npx vite build && npx vite preview --host localhost --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}`,
    timeout: 180_000,
    reuseExistingServer: false,
  },
});
