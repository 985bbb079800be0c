/** Which device a command runs a model on, as `--backend` and `--precision` say it. */
import { PivotscopeError } from "../core/errors.ts";
import type { LoadOptions, LoadRequest, ModelSummary } from "../engine/contract.ts";
import type { NodeHome } from "../engine/node-engine.ts";
import type { CommandContext } from "./context.ts";
import { UsageError } from "./options.ts";

export const BACKENDS = ["cpu", "webgpu", "auto"] as const satisfies readonly LoadOptions["backend"][];
const PRECISIONS = ["float32", "float16", "auto"] as const satisfies readonly LoadOptions["precision"][];

/** Options of every command that runs a model. */
export const deviceOptions = {
  backend: {
    type: "text",
    value: "NAME",
    explanation: "Where to run: cpu, webgpu (a GPU), or auto (a GPU where there is one); else cpu.",
  },
  precision: {
    type: "text",
    value: "NAME",
    explanation: "Format of the weights: float32, float16, or auto (float16 on a GPU that has it); else float32.",
  },
  "picture-budget": {
    type: "number",
    value: "N",
    explanation: "Image tokens that a picture may take, for models whose pictures keep their shape; else 256.",
  },
} as const;

export interface AskedDevice {
  readonly backend: string | undefined;
  readonly precision: string | undefined;
  readonly "picture-budget": number | undefined;
}

/** What a result says of where it was computed. */
export interface Place {
  readonly backend: ModelSummary["backend"];
  /** What the machine calls it, for example "NVIDIA H200". */
  readonly device: string;
  readonly precision: ModelSummary["precision"];
}

function oneOf<Name extends string>(option: string, names: readonly Name[], found: string): Name {
  const name = names.find((candidate) => candidate === found);
  if (name !== undefined) return name;
  throw new UsageError(`--${option} takes ${names.join(", ")}; found "${found}".`);
}

/**
 * The CPU and single precision where nothing is asked for: the numbers of the reference, alike on every machine.
 * @throws UsageError for another name.
 */
export function loadOptions({
  backend = "cpu",
  precision = "float32",
}: Omit<AskedDevice, "picture-budget">): Required<LoadOptions> {
  return {
    backend: oneOf("backend", BACKENDS, backend),
    precision: oneOf("precision", PRECISIONS, precision),
  };
}

/**
 * Opens a model by `open` as it was asked for. Where WebGPU was asked for by name and there is none, the reason is written on one
 * line of standard error, and the CPU is taken.
 */
export async function openOnDevice<Opened>(
  asked: AskedDevice,
  { writeError }: CommandContext,
  open: (options: LoadRequest) => Promise<Opened>,
): Promise<Opened> {
  const options = { ...loadOptions(asked), pictureBudget: asked["picture-budget"] ?? null };
  if (options.backend !== "webgpu") return open(options);
  try {
    return await open(options);
  } catch (error) {
    if (!(error instanceof PivotscopeError) || error.code !== "no-webgpu") throw error;
    writeError(`On the CPU: ${error.message} ${error.hint}\n`);
    return open({ ...options, backend: "cpu" });
  }
}

/**
 * Where the model was opened, for results to name. What the user should know of it is written on standard error, a line
 * each.
 */
export async function tellPlace(
  asked: AskedDevice,
  { backend, precision, backendNote, precisionNote }: ModelSummary,
  home: NodeHome,
  { writeError }: CommandContext,
): Promise<Place> {
  const { name, software } = await home.describe(backend);
  if (backendNote !== "") writeError(`On the CPU: ${backendNote}\n`);
  if (software !== null) {
    writeError(`WebGPU runs in software here (${software}), as asked for; --backend cpu is faster.\n`);
  }
  // Single precision is not worth a word where nobody asked for another.
  if (loadOptions(asked).precision !== "float32" && precisionNote !== "") writeError(`${precisionNote}\n`);
  return { backend, device: name, precision };
}
