/**
 * A backend whose n-th call fails, and that knows what lives: for tests of who releases what when something goes wrong.
 * What it computes is the backend's own. Tests only.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Backend, Feeds, Program, Tensor } from "../../runtime/backend.ts";

export interface FaultyBackend {
  readonly backend: Backend;
  /** Lets the `call`-th call from now on fail, counted from 1; null for none. Calls of `kind` are counted from here. */
  failAt(call: number | null, kind?: "any" | "compile"): void;
  /** Calls since `failAt`. */
  calls(): number;
  /** Tensors that are not released. */
  alive(): number;
  /** What nobody may do, in words: tensors released twice, or used after their release. */
  readonly mistakes: string[];
}

/** The failure that was asked for. */
export class Fault extends PivotscopeError {
  constructor(call: string) {
    super("internal", `A fault was injected into ${call}.`);
  }
}

/** Whether `error` is the fault, or names it as its cause. */
export function isFault(error: unknown): boolean {
  return error instanceof Fault || (error instanceof Error && error.cause !== undefined && isFault(error.cause));
}

/** @param holdsConstants take weights into programs, as onnxruntime in WebAssembly does; here they are fed unseen. */
export function createFaultyBackend(inner: Backend, { holdsConstants = false } = {}): FaultyBackend {
  const alive = new Set<Tensor>();
  const known = new WeakSet<Tensor>();
  /** The backend's own program, and what it is fed unseen. */
  const compiled = new WeakMap<Program, { readonly program: Program; readonly constants: Feeds }>();
  const mistakes: string[] = [];
  let failing: number | null = null;
  let counted = "any";
  let count = 0;

  const own = (tensor: Tensor) => {
    alive.add(tensor);
    known.add(tensor);
    return tensor;
  };
  const use = (call: string, tensors: Readonly<Record<string, unknown>>) => {
    for (const [name, tensor] of Object.entries(tensors)) {
      if (typeof tensor !== "object" || tensor === null || !known.has(tensor as Tensor)) continue;
      if (!alive.has(tensor as Tensor)) mistakes.push(`${call}: ${name} was released before.`);
    }
  };
  const called = (call: string) => {
    if (!call.startsWith(counted) && counted !== "any") return;
    count += 1;
    if (count === failing) throw new Fault(call);
  };
  const kernels = Object.fromEntries(
    Object.entries(inner.kernels).map(([name, kernel]) => [
      name,
      (request: Readonly<Record<string, unknown>>) => {
        called(name);
        use(name, request);
        return (kernel as (request: unknown) => unknown)(request);
      },
    ]),
  ) as unknown as Backend["kernels"];

  const backend: Backend = {
    kind: inner.kind,
    lost: inner.lost,
    limits: inner.limits,
    kernels,
    async prepareKernel(kernel, shader) {
      called(`compile of ${kernel.name}`);
      const call = await inner.prepareKernel(kernel, shader);
      return (request) => {
        called(kernel.name);
        use(kernel.name, request);
        return call(request);
      };
    },
    get uploadedBytes() {
      return inner.uploadedBytes;
    },
    get runs() {
      return inner.runs;
    },
    copiesFeeds: holdsConstants,
    writesInPlace: inner.writesInPlace,
    async compile(graph, constants = {}) {
      called(`compile of ${graph.name}`);
      use(`compile of ${graph.name}`, constants);
      const program = await inner.compile(graph);
      const held = { ...program, graph: { ...graph, inputs: graph.inputs.filter(({ name }) => !constants[name]) } };
      compiled.set(held, { program, constants });
      return held;
    },
    discard: (held) => inner.discard(compiled.get(held)?.program ?? held),
    async run(held, feeds, places = {}) {
      called(`run of ${held.graph.name}`);
      use(`run of ${held.graph.name}`, feeds);
      use(`run of ${held.graph.name}`, places);
      const { program, constants } = compiled.get(held) ?? { program: held, constants: {} };
      const outputs = await inner.run(program, { ...constants, ...feeds }, places);
      for (const tensor of Object.values(outputs)) own(tensor);
      return outputs;
    },
    upload(data, dims) {
      called(`upload of [${dims.join(", ")}]`);
      return own(inner.upload(data, dims));
    },
    allocate(dims) {
      called(`allocation of [${dims.join(", ")}]`);
      return own(inner.allocate(dims));
    },
    uploadLength(length) {
      called("uploadLength");
      return own(inner.uploadLength(length));
    },
    write(tensor, data) {
      called("write");
      use("write", { tensor });
      inner.write(tensor, data);
    },
    async read(tensor) {
      called(`read of [${tensor.dims.join(", ")}]`);
      use("read", { tensor });
      return inner.read(tensor);
    },
    release(...tensors) {
      for (const tensor of tensors) {
        if (!alive.delete(tensor)) mistakes.push(`A tensor [${tensor.dims.join(", ")}] was released twice.`);
        else inner.release(tensor);
      }
    },
    async settle() {
      called("settle");
      await inner.settle();
    },
    dispose: () => inner.dispose(),
  };
  return {
    backend,
    mistakes,
    failAt(call, kind = "any") {
      failing = call;
      counted = kind;
      count = 0;
    },
    calls: () => count,
    alive: () => alive.size,
  };
}
