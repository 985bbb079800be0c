/** Which number format a model is held and written in on a backend. */

import type { Precision } from "../../graph/precision.ts";
import type { Backend } from "../../runtime/backend.ts";
import type { LoadOptions } from "../contract.ts";
import type { SelfCheckResult } from "./self-check-result.ts";

export interface PrecisionChoice {
  readonly precision: Precision;
  /** What people should know about it; else empty. */
  readonly note: string;
}

/**
 * "auto" takes float16 on a GPU that has it and passes `check`, else float32. The CPU widens float16 at every run, which
 * costs time, so it is taken there only where it is asked for, or where single precision has no room (`singleFits`). What is asked for and cannot be had, or is wrong on this
 * device, is no error: float32 is taken, and the note says why.
 */
export async function choosePrecision(
  { kind, limits }: Pick<Backend, "kind" | "limits">,
  wanted: LoadOptions["precision"],
  check: () => Promise<SelfCheckResult>,
  singleFits = true,
): Promise<PrecisionChoice> {
  if (kind === "cpu") {
    if (wanted !== "float32" && wanted !== "float16" && !singleFits) {
      const note =
        "Half precision, since single precision does not fit this device's memory; the CPU is slower with it.";
      return { precision: "float16", note };
    }
    if (wanted !== "float16") return { precision: "float32", note: "" };
    const note = "Half precision, as asked for; the CPU widens it at every run and is slower with it.";
    return { precision: "float16", note };
  }
  if (!limits.float16) {
    const note = "This GPU has no half precision (shader-f16), so weights take twice the memory in single precision.";
    return { precision: "float32", note: wanted === "float32" ? "" : note };
  }
  if (wanted === "float32") {
    return { precision: "float32", note: "Single precision, as asked for; this GPU has half precision too." };
  }
  const wrong = await check();
  if (wrong === null) return { precision: "float16", note: "" };
  return { precision: "float32", note: `Half precision is off on this GPU, so single precision is used. ${wrong}` };
}
