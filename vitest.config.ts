/**
 * Three suites: `unit` in Node, `foreign` in Node with Python beside it, `gpu` in a headless Chromium with WebGPU
 * (`npx vitest run --project unit`, or `foreign`, or `gpu`).
 */
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { browserArguments, findBrowser } from "./scripts/find-browser.ts";
import { ISOLATION, isolation } from "./scripts/isolation.ts";

/** Tests of the attack suite, `npm run attacks`: scripts/attack-count.ts. */
const tags = [{ name: "attack", description: "What goes wrong, or means harm" }];

export default defineConfig({
  plugins: [react()],
  test: {
    tags,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          // Class names as they are written: the snapshots of charts link the stylesheets themselves.
          css: { include: [/\.module\.css$/], modules: { classNameStrategy: "non-scoped" } },
          // The engine's tests run a model; other suites may share the machine with them.
          testTimeout: 60_000,
          include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "gpu-report/**/*.test.ts"],
          exclude: ["src/**/*.gpu.test.ts", "src/**/*.foreign.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "foreign",
          environment: "node",
          include: ["src/**/*.foreign.test.ts"],
          globalSetup: ["scripts/foreign-setup.ts"],
          // Each starts a Python that takes both cores.
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        plugins: [isolation()],
        // Vitest's own pages have their headers from here, and answer before any plugin does.
        server: { fs: { allow: [".."] }, headers: { ...ISOLATION } },
        // onnxruntime looks its wasm up beside itself, which pre-bundling would move.
        optimizeDeps: { exclude: ["onnxruntime-web"] },
        test: {
          name: "gpu",
          include: ["src/**/*.gpu.test.ts"],
          setupFiles: ["src/testing/require-webgpu.ts"],
          // Kernels share one software GPU on few cores: side by side they only wait for each other.
          fileParallelism: false,
          env: {
            PIVOTSCOPE_SHARED: `/@fs/${resolve(import.meta.dirname, "../shared")
              .replaceAll("\\", "/")
              .replace(/^\//, "")}`,
            PIVOTSCOPE_BUNDLED: "/models/scenes",
          },
          testTimeout: 240_000,
          hookTimeout: 240_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              // A getter, so that the unit suite also runs where there is no browser.
              get launchOptions() {
                return { executablePath: findBrowser(), args: browserArguments() };
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
