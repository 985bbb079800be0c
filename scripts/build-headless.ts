/**
 * Bundles what runs the engine on WebGPU without a browser (`src/engine/headless-engine.ts`) into a folder of its own:
 * modules for Node and Deno, with shaders as text in them, and onnxruntime-web's module and WebAssembly beside them. The
 * folder needs nothing else, except where a picture file is read (sharp) or onnxruntime-node is asked for.
 */
import { copyFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, defaultServerConditions, type Plugin } from "vite";
import { thirdPartyNotices } from "./third-party.ts";

const root = resolve(import.meta.dirname, "..");
const ORT = join(root, "node_modules", "onnxruntime-web", "dist");
const ORT_MODULE = "ort.webgpu.bundle.min.mjs";
/** Name of the WebAssembly in the folder, whose bytes `provideWasm` wants. */
export const ORT_WASM = "ort-wasm-simd-threaded.asyncify.wasm";

/** Native packages, which no bundle can hold. */
const NATIVE = ["onnxruntime-node", "sharp", "webgpu"];

/** onnxruntime-web stays a file of its own beside the bundle: it is minified already, and looks around itself. */
function ortBesideBundle(): Plugin {
  return {
    name: "onnxruntime-beside-bundle",
    enforce: "pre",
    resolveId(id) {
      if (/^onnxruntime-web(\/webgpu)?$/.test(id)) return { id: `./${ORT_MODULE}`, external: "relative" };
      // What `src/runtime/browser.ts` names it for; here its bytes are given.
      return id.endsWith(`${ORT_WASM}?url`) ? `\0${ORT_WASM}` : null;
    },
    load: (id) =>
      id === `\0${ORT_WASM}`
        ? `export default new URL(${JSON.stringify(`./${ORT_WASM}`)}, import.meta.url).href;`
        : null,
  };
}

export interface HeadlessBuild {
  /** File of each entry by the name of the module that is made of it, without ending. */
  readonly entries: Readonly<Record<string, string>>;
  /** Folder for all of it; what was there goes. */
  readonly folder: string;
  readonly plugins?: readonly Plugin[];
}

/** Writes `<name>.mjs` for every entry, chunks, onnxruntime's module and its WebAssembly, and the notices of what they hold. */
export async function buildHeadless({ entries, folder, plugins = [] }: HeadlessBuild): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [ortBesideBundle(), thirdPartyNotices(["onnxruntime-web"]).write(), ...plugins],
    // Node 20 has no `using`.
    oxc: { target: "es2023" },
    ssr: {
      noExternal: true,
      external: NATIVE,
      target: "node",
      // Shaders as text inside, and not as files that the folder does not have.
      resolve: { conditions: ["bundled", ...defaultServerConditions] },
    },
    build: {
      ssr: true,
      target: "es2023",
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: { ...entries },
        output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  await Promise.all([ORT_MODULE, ORT_WASM].map((name) => copyFile(join(ORT, name), join(folder, name))));
}
