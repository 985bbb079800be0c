/**
 * Measures and checks this machine's GPU, without a browser, and writes one JSON file and one page.
 *
 *   npm run gpu-report -- [--model FOLDER | --random smolvlm-256m] [--out FOLDER] [--seconds 300] [--backend software]
 *
 * The bundled model is always measured; the options add a larger one. `--backend software` takes an adapter that computes on the
 * CPU, whose times say nothing about GPUs. The exit code is 1 where no report could be made, and 2 where a check failed. It also
 * runs bundled, in Node or Deno (`pack.ts`).
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf, PivotscopeError } from "../src/core/errors.ts";
import { openDawn } from "../src/runtime/dawn-node.ts";
import { readOrtWasm } from "../src/runtime/ort-wasm-node.ts";
import { requestAdapter } from "../src/runtime/webgpu/adapter.ts";
import { softwareRenderer } from "../src/runtime/webgpu/software-adapter.ts";
import { makeReport, type ReportRequest } from "./make-report.ts";
import { folderMaterial, random256mMaterial } from "./materials.ts";
import { reportPage } from "./page.ts";
import { bundledFolder } from "./places.ts";
import type { Report } from "./schema.ts";
import { writeRandom256m } from "./shape-256m.ts";
import { DAWN, ONNXRUNTIME, VERSION, WGPU } from "./versions.ts";

const RANDOM = "smolvlm-256m";

const tell = (line: string) => process.stderr.write(`${line}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      random: { type: "string" },
      out: { type: "string", default: "results" },
      seconds: { type: "string", default: "300" },
      backend: { type: "string", default: "webgpu" },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0; found "${values.seconds}".`);
  if (!["webgpu", "software"].includes(values.backend)) {
    throw new Error(`--backend takes webgpu or software; found "${values.backend}".`);
  }
  if (values.random !== undefined && values.random !== RANDOM) {
    throw new Error(`--random takes ${RANDOM}; found "${values.random}".`);
  }
  if (values.model !== undefined && values.random !== undefined) {
    throw new Error("--model and --random cannot stand together.");
  }
  if (values.model !== undefined && !statSync(values.model, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`--model ${values.model} is no folder.`);
  }
  return { ...values, seconds };
}

function largeModel({ model, random }: { readonly model?: string; readonly random?: string }): ReportRequest["large"] {
  if (model !== undefined) {
    return { open: async () => folderMaterial(model, basename(resolve(model))), close: () => undefined };
  }
  if (random === undefined) return null;
  let remove = () => {};
  return {
    async open() {
      const written = await writeRandom256m();
      remove = written.remove;
      return random256mMaterial(written.folder);
    },
    close: () => remove(),
  };
}

/** Deno has WebGPU of its own, Node by way of Dawn. */
async function openGpu(): Promise<{ readonly gpu: GPU; readonly webgpu: string; close(): void }> {
  const own = (globalThis as { readonly navigator?: { readonly gpu?: GPU } }).navigator?.gpu;
  if (own) return { gpu: own, webgpu: WGPU, close: () => undefined };
  return { ...(await openDawn()), webgpu: DAWN };
}

async function writeReport(options: ReturnType<typeof readOptions>): Promise<Report> {
  const { gpu, webgpu, close } = await openGpu();
  try {
    const software = softwareRenderer(await requestAdapter(gpu));
    if (software !== null && options.backend !== "software") {
      throw new PivotscopeError(
        "no-webgpu",
        `The only graphics adapter here is software (${software}).`,
        "Install the graphics card's driver, or measure it all the same with --backend software.",
      );
    }
    return await makeReport({
      gpu,
      wasm: await readOrtWasm(),
      program: { version: VERSION, webgpu, onnxruntime: ONNXRUNTIME },
      bundled: bundledFolder(),
      large: largeModel(options),
      seconds: options.seconds,
      tell,
    });
  } finally {
    close();
  }
}

try {
  const options = readOptions();
  const report = await writeReport(options);
  mkdirSync(options.out, { recursive: true });
  const name = `gpu-report-${report.adapter.name || "unknown"}-${report.made.slice(0, 16)}`;
  const file = join(options.out, name.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  writeFileSync(`${file}.json`, `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(`${file}.html`, reportPage(report));
  const failed = report.checks.filter(({ status }) => status === "failed");
  for (const { name: check, model, precision, detail } of failed)
    tell(`FAILED ${model}, ${precision}: ${check}: ${detail}`);
  tell(`${report.checks.length - failed.length} of ${report.checks.length} checks did not fail.`);
  tell(`Written: ${file}.json and ${file}.html`);
  if (failed.length > 0) process.exitCode = 2;
} catch (error) {
  tell(messageOf(error));
  if (error instanceof PivotscopeError && error.hint !== "") tell(error.hint);
  process.exitCode = 1;
}
