/** An engine for commands that measure many models: opened on a checkpoint folder and put away whatever happens. */
import { basename, resolve } from "node:path";
import type { Engine, ModelSummary } from "../engine/contract.ts";
import type { CommandContext } from "./context.ts";
import { createProgressLine, describeLoading } from "./progress.ts";

/** Opens the checkpoint folder at `path`, gives engine and model to `use`, and releases both whatever happens. */
export async function withEngine<Result>(
  path: string,
  context: CommandContext,
  use: (engine: Engine, summary: ModelSummary) => Promise<Result>,
): Promise<Result> {
  // Imported here so that help does not wait for onnxruntime's native library.
  const { createNodeEngine } = await import("../engine/node-engine.ts");
  const engine = createNodeEngine();
  const line = createProgressLine(context);
  try {
    const summary = await engine
      .load(
        { kind: "address", name: basename(resolve(path)), url: path },
        { backend: "cpu" },
        { signal: context.signal, onProgress: (progress) => line.show(describeLoading(progress)) },
      )
      .finally(() => line.clear());
    return await use(engine, summary);
  } finally {
    await engine.dispose();
  }
}
