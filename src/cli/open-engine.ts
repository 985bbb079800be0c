/** An engine for commands that measure many models: opened on a checkpoint folder and put away whatever happens. */
import { basename, resolve } from "node:path";
import type { Engine, ModelSummary } from "../engine/contract.ts";
import type { CommandContext } from "./context.ts";
import { type AskedDevice, openOnDevice, type Place, tellPlace } from "./device-options.ts";
import { createProgressLine, describeLoading } from "./progress.ts";

/** Opens the checkpoint folder at `path`, gives engine and model to `use`, and releases both whatever happens. */
export async function withEngine<Result>(
  path: string,
  asked: AskedDevice,
  context: CommandContext,
  use: (engine: Engine, summary: ModelSummary, place: Place) => Promise<Result>,
): Promise<Result> {
  // Imported here so that help does not wait for onnxruntime's native library.
  const { createNodeEngine, openNodeHome } = await import("../engine/node-engine.ts");
  const home = openNodeHome();
  const engine = createNodeEngine(home);
  const line = createProgressLine(context);
  const source = { kind: "address", name: basename(resolve(path)), url: path } as const;
  const onProgress = (progress: Parameters<typeof describeLoading>[0]) => line.show(describeLoading(progress));
  try {
    const summary = await openOnDevice(asked, context, (options) =>
      engine.load(source, options, { signal: context.signal, onProgress }).finally(() => line.clear()),
    );
    return await use(engine, summary, await tellPlace(asked, summary, home, context));
  } finally {
    await engine.dispose();
    await home.close();
  }
}
