/** Keeps new pictures of the page's main states: `npm run pictures [-- state]`. See docs/testing.md. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [state] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [
    resolve(root, "node_modules/@playwright/test/cli.js"),
    "test",
    "e2e/pictures.spec.ts",
    ...(state === undefined ? [] : ["--grep", state]),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, PIVOTSCOPE_KEEP_PICTURES: "1" } },
);
process.exitCode = status ?? 1;
