/**
 * Who owns tensors: a scope releases what it has when its block ends, however it ends.
 *
 *   using scope = openScope(backend);
 *   const index = scope.upload(rows, [rows.length]);
 *   return scope.give((await scope.run(program, { index })).hidden_out);
 *
 * Safari has neither `using` nor its symbol: builds and the development server put a helper in, which looks for the symbol
 * below.
 */
import { invariant } from "../../core/errors.ts";
import type { Backend, Feeds, Program, Tensor, TensorData } from "../../runtime/backend.ts";

export interface TensorScope extends Disposable {
  readonly backend: Backend;
  /** As `Backend.run`; the outputs are the scope's. */
  run(program: Program, feeds: Feeds, places?: Feeds): Promise<Record<string, Tensor>>;
  /** As `Backend.upload`; the tensor is the scope's. */
  upload(data: TensorData, dims: readonly number[]): Tensor;
  /** As `Backend.uploadLength`; the tensor is the scope's. */
  uploadLength(length: number): Tensor;
  /** Takes over tensors that were the caller's. */
  own<Held extends Tensor | readonly Tensor[]>(held: Held): Held;
  /** Hands tensors out: from here on they are the caller's. @throws PivotscopeError `internal` for what is not the scope's. */
  give<Held extends Tensor | readonly Tensor[]>(held: Held): Held;
  /** Releases tensors before the scope ends. @throws PivotscopeError `internal` for what is not the scope's. */
  release(...tensors: readonly Tensor[]): void;
  /** Hands everything over to a new scope, for an object that lives longer than the block that makes it. */
  move(): TensorScope;
  /** Releases everything, as the end of the block does. The scope can be used again. */
  close(): void;
}

/** What holds tensors for longer than a block, and gives them back when it is told to, or at the end of a block. */
export interface Releasable extends Disposable {
  release(): void;
}

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** A scope on `backend` that owns `tensors`. Declare it with `using`, and await what uses its tensors before returning. */
export function openScope(backend: Backend, tensors: Iterable<Tensor> = []): TensorScope {
  const owned = new Set(tensors);
  const own = <Held extends Tensor | readonly Tensor[]>(held: Held): Held => {
    for (const tensor of listOf(held)) owned.add(tensor);
    return held;
  };
  const give = <Held extends Tensor | readonly Tensor[]>(held: Held): Held => {
    for (const tensor of listOf(held)) {
      invariant(owned.delete(tensor), `A tensor [${tensor.dims.join(", ")}] is not the scope's.`);
    }
    return held;
  };
  const close = () => {
    const all = [...owned];
    owned.clear();
    if (all.length > 0) backend.release(...all);
  };
  return {
    backend,
    async run(program, feeds, places) {
      const outputs = await backend.run(program, feeds, places);
      own(Object.values(outputs));
      return outputs;
    },
    upload: (data, dims) => own(backend.upload(data, dims)),
    uploadLength: (length) => own(backend.uploadLength(length)),
    own,
    give,
    release: (...released) => backend.release(...give(released)),
    move() {
      const moved = openScope(backend, owned);
      owned.clear();
      return moved;
    },
    close,
    [DISPOSE]: close,
  };
}

/** Both ways to give back what something holds. */
export function releasable(release: () => void): Releasable {
  return { release, [DISPOSE]: release };
}

function listOf(held: Tensor | readonly Tensor[]): readonly Tensor[] {
  return "dims" in held ? [held] : held;
}
