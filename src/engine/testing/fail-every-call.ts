/** Lets every backend call of an operation fail in turn, and looks at what is left. Tests only. */
import { type FaultyBackend, isFault } from "./faulty-backend.ts";

export interface FaultReport {
  /** Calls of the operation when nothing fails. */
  readonly calls: number;
  /** How many of them were let fail. */
  readonly faults: number;
  /** One sentence for each fault after which something was left, released twice, used too late or swallowed. */
  readonly findings: readonly string[];
}

export interface FaultOptions {
  /** The operation answers with what it has found out instead of failing. */
  readonly swallows?: boolean;
  /** Gives compiled programs back: where it is there, each compilation fails in turn too. */
  readonly forget?: () => Promise<void>;
}

/**
 * Runs `operation` once as it is, then once for each call with that call failing. Afterwards as much has to live as before,
 * and the fault has to come out.
 */
export async function failEveryCall(
  faulty: FaultyBackend,
  operation: () => Promise<unknown>,
  { swallows = false, forget }: FaultOptions = {},
): Promise<FaultReport> {
  const findings: string[] = [];
  const attempt = async (call: number | null, kind: "any" | "compile" = "any"): Promise<unknown> => {
    const before = faulty.alive();
    faulty.mistakes.length = 0;
    faulty.failAt(call, kind);
    const error: unknown = await operation().then(
      () => null,
      (reason: unknown) => reason ?? "nothing",
    );
    const left = faulty.alive() - before;
    const about =
      call === null ? "Without a fault" : `Call ${call} (${error instanceof Error ? error.message : error})`;
    if (left !== 0) findings.push(`${about}: ${left} tensors are left.`);
    for (const mistake of faulty.mistakes) findings.push(`${about}: ${mistake}`);
    return error;
  };
  const failCall = async (call: number, kind: "any" | "compile") => {
    const error = await attempt(call, kind);
    if (!swallows && !isFault(error)) findings.push(`Call ${call}: the fault did not come out, but ${error}.`);
    faults += 1;
  };
  let faults = 0;
  await forget?.();
  const first = await attempt(null, "compile");
  if (first !== null) throw first;
  const compilations = forget ? faulty.calls() : 0;
  // Programs are compiled by now, so the calls that follow are few.
  await attempt(null);
  const calls = faulty.calls();
  for (let call = 1; call <= calls; call++) await failCall(call, "any");
  for (let call = 1; call <= compilations; call++) {
    await forget?.();
    await failCall(call, "compile");
  }
  faulty.failAt(null);
  return { calls, faults, findings };
}
