/**
 * Watches what code allocates by a length that it was told: while the guard is on, constructors of arrays and buffers
 * and repetitions of texts above a limit throw, and the largest request is kept.
 */
export class AllocationError extends Error {}

const GUARDED = [
  "Array",
  "ArrayBuffer",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int8Array",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
] as const;

export interface AllocationGuard {
  /** Bytes or entries above which an allocation fails, until it is set anew. */
  limit: number;
  /** Largest length that was asked for since it was set to 0. */
  largest: number;
  remove(): void;
}

export function guardAllocations(): AllocationGuard {
  const globals = globalThis as unknown as Record<string, unknown>;
  const restore: (() => void)[] = [];
  const guard: AllocationGuard = {
    limit: Number.POSITIVE_INFINITY,
    largest: 0,
    remove: () => {
      for (const undo of restore) undo();
    },
  };
  const ask = (what: string, length: unknown) => {
    if (typeof length !== "number") return;
    guard.largest = Math.max(guard.largest, length);
    if (length > guard.limit) throw new AllocationError(`${what} of ${length}, the limit is ${guard.limit}`);
  };
  for (const name of GUARDED) {
    const original = globals[name] as new (...values: unknown[]) => object;
    const bytes = (original as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    const check = (values: readonly unknown[]) => {
      if (typeof values[0] === "number" && values.length === 1) ask(name, values[0] * bytes);
    };
    globals[name] = new Proxy(original, {
      construct(target, values: unknown[], newTarget) {
        check(values);
        return Reflect.construct(target, values, newTarget) as object;
      },
      apply(target, receiver, values: unknown[]) {
        check(values);
        return Reflect.apply(target as unknown as (...values: unknown[]) => unknown, receiver, values);
      },
    });
    restore.push(() => {
      globals[name] = original;
    });
  }
  const { repeat } = String.prototype;
  Object.defineProperty(String.prototype, "repeat", {
    configurable: true,
    writable: true,
    value(this: string, count: number) {
      ask("repeat", this.length * count);
      return repeat.call(this, count);
    },
  });
  restore.push(() => {
    Object.defineProperty(String.prototype, "repeat", { configurable: true, writable: true, value: repeat });
  });
  return guard;
}
