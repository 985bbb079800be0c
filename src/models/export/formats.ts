/** The formats that a smaller model is written in, each loaded with the first export of its kind. */
import { PivotscopeError } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import type { ExportFormat, MakeExport } from "./contract.ts";

const FORMATS: Readonly<Partial<Record<ExportFormat, () => Promise<MakeExport>>>> = {
  transformers: onDemand(async () => (await import("./transformers/files.ts")).transformersFiles),
  onnx: onDemand(async () => (await import("./onnx/onnx-files.ts")).onnxFiles),
  gguf: onDemand(async () => (await import("./gguf/export.ts")).ggufExport),
};

/** Those that are built in. */
export const EXPORT_FORMATS = Object.keys(FORMATS) as ExportFormat[];

/** @throws PivotscopeError `unsupported` for another format, naming those that there are. */
export async function loadExport(format: string): Promise<MakeExport> {
  const load = EXPORT_FORMATS.find((known) => known === format);
  if (load) return (FORMATS[load] as () => Promise<MakeExport>)();
  throw new PivotscopeError(
    "unsupported",
    `There is no export format "${format}"; there are ${EXPORT_FORMATS.join(", ")}.`,
    "Choose one of them.",
  );
}
