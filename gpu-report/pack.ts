/**
 * Packs everything that `npm run gpu-report` needs into one archive, for a machine without a network, the project or Node:
 *
 *   npm run gpu-report:pack -- [--out FOLDER] [--without-node]
 *
 * It holds the program as one bundle, onnxruntime's WebAssembly, the bundled model, Dawn for the platform that it is made on,
 * and the Node that makes it. It is made for the platform at hand: make it on Linux for Linux, on a Mac for Macs.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildHeadless } from "../scripts/build-headless.ts";
import { NOTICES, readNotices } from "../scripts/third-party.ts";
import { archiveReadme, RUN_ON_UNIX, RUN_ON_WINDOWS } from "./archive-texts.ts";
import { findNodeLicence } from "./node-licence.ts";

/** Bytes that the archive may have at most. */
const LARGEST = 60e6;
const NAME = "pivotscope-gpu-report";
const root = resolve(import.meta.dirname, "..");
const windows = process.platform === "win32";

/** Dawn's package with the native part of this platform alone. */
function copyDawn(folder: string): void {
  const from = dirname(fileURLToPath(import.meta.resolve("webgpu")));
  const platform = `${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}`;
  const to = join(folder, "node_modules", "webgpu");
  cpSync(join(from, "dist", platform), join(to, "dist", platform), { recursive: true });
  for (const name of ["index.js", "package.json", "LICENSE.md"]) copyFileSync(join(from, name), join(to, name));
}

/** The Node that runs this, without the symbols of its debugger where `strip` is at hand. */
function copyNode(folder: string): void {
  copyFileSync(findNodeLicence(), join(folder, "node-licence.txt"));
  const file = join(folder, windows ? "node.exe" : "node");
  copyFileSync(process.execPath, file);
  chmodSync(file, 0o755);
  // A changed program would not start on macOS, which checks its signature.
  if (process.platform !== "linux") return;
  try {
    execFileSync("strip", [file], { stdio: "ignore" });
  } catch {
    // It is larger then, and works as well.
  }
}

/** Packs with the tar of the system, which Windows has too; gzip would make it a quarter larger. */
function pack(parent: string, out: string): string {
  const name = `${NAME}-${process.platform}-${process.arch}`;
  const file = join(out, `${name}.tar.xz`);
  execFileSync("tar", ["-cJf", file, "-C", parent, NAME], {
    stdio: "inherit",
    env: { ...process.env, XZ_OPT: "-6 -T0" },
  });
  return file;
}

const { values } = parseArgs({
  options: { out: { type: "string", default: "results" }, "without-node": { type: "boolean", default: false } },
});
const parent = mkdtempSync(join(tmpdir(), "pivotscope-pack-"));
const folder = join(parent, NAME);
try {
  await buildHeadless({ entries: { "gpu-report": join(root, "gpu-report", "main.ts") }, folder });
  const { untexted } = readNotices(readFileSync(join(folder, NOTICES), "utf8"));
  if (untexted.length > 0) throw new Error(`No licence text of ${untexted.join(", ")}: put one into scripts/licences.`);
  cpSync(join(root, "public", "models", "scenes"), join(folder, "scenes"), { recursive: true });
  copyDawn(folder);
  if (!values["without-node"]) copyNode(folder);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "README.txt"), archiveReadme(!values["without-node"]));
  writeFileSync(join(folder, windows ? "run.cmd" : "run.sh"), windows ? RUN_ON_WINDOWS : RUN_ON_UNIX, { mode: 0o755 });
  mkdirSync(values.out, { recursive: true });
  const file = pack(parent, values.out);
  const bytes = statSync(file).size;
  console.log(`${file}: ${bytes.toLocaleString("en")} bytes`);
  if (bytes > LARGEST) {
    console.error(`That is more than ${LARGEST / 1e6} MB. Pack it with --without-node.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(parent, { recursive: true, force: true });
}
