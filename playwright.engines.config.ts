/**
 * The same journeys in Firefox and in WebKitGTK (`npx playwright test --config playwright.engines.config.ts`, with
 * `--project webkit` for one of them). Playwright only runs the tests: its own builds of these engines are patched
 * ones, and what people have is what has to work. The page is built and served as for e2e, at a port of its own.
 */
import { defineConfig } from "@playwright/test";
import type { EngineOptions } from "./e2e/engines/open-engine.ts";

const PORT = 4193;

export default defineConfig<object, EngineOptions>({
  testDir: "e2e/engines",
  testMatch: "**/*.spec.ts",
  // One browser at a time: each runs a model on the same few cores.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  reporter: "list",
  use: { baseURL: `http://localhost:${PORT}` },
  projects: [
    { name: "firefox", use: { engine: "firefox" } },
    // It has no WebGPU.
    { name: "webkit", use: { engine: "webkit" }, testIgnore: "**/webgpu.spec.ts" },
  ],
  webServer: {
    command: `npx vite build && npx vite preview --host localhost --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}`,
    timeout: 180_000,
    reuseExistingServer: false,
  },
});
