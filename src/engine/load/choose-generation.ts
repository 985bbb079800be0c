/** Which way text is written on a backend. */
import type { ModelDefinition } from "../../models/architectures/definition.ts";
import type { Backend } from "../../runtime/backend.ts";
import type { WayToWrite } from "../pass/model.ts";
import type { SelfCheckResult } from "./self-check-result.ts";

export interface GenerationChoice {
  readonly way: WayToWrite;
  /** What people should know about it; else empty. */
  readonly note: string;
}

export function fusedOffNote(wrong: string): string {
  return `Fused text generation is off on this GPU, so text is written layer by layer, which is slower. ${wrong}`;
}

/**
 * The fastest way that there is, unless `check` finds that a GPU computes the fused graphs wrongly: then layer by layer,
 * and the note says why. On the CPU, and for models without fused graphs, there is nothing to check.
 */
export async function chooseGeneration(
  { kind }: Pick<Backend, "kind">,
  { text }: Pick<ModelDefinition, "text">,
  check: () => Promise<SelfCheckResult>,
): Promise<GenerationChoice> {
  const wrong = kind === "cpu" || text.generation === null ? null : await check();
  if (wrong === null) return { way: "whole", note: "" };
  return { way: "layers", note: fusedOffNote(wrong) };
}
