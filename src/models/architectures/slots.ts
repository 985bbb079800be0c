/** Weights as data: which tensor a graph's input takes and how, and which weights are scored. */
import type { MatrixName } from "../../core/statistics.ts";
import type { ModuleKind } from "../../core/unit.ts";

/** What is done to a tensor's numbers on their way to the backend, so that graphs stay plain. */
export interface Preparation {
  /** Slots that hold the same tensor share it only under the same name. */
  readonly name: string;
  /**
   * `numbers` in the order of the checkpoint → those that the graph takes, in its order: as many, or as the slot's
   * `graphShape` says. In float32, whatever the model is held in; they are rounded afterwards.
   */
  apply(numbers: Float32Array): Float32Array<ArrayBuffer>;
}

/** Which lines of a tensor belong to the units of a module: what slicing keeps, `groupSize` lines for each unit, in order. */
export interface UnitLines {
  readonly kind: ModuleKind;
  readonly axis: "rows" | "columns";
  readonly groupSize: number;
}

/** A weight as a graph input: `input` names the port, `tensor` the checkpoint's tensor. */
export interface WeightSlot {
  readonly input: string;
  readonly tensor: string;
  /** Shape in the checkpoint. */
  readonly shape: readonly number[];
  /** Shape in the graph, when it differs: same numbers in the same order, or what the preparation gives. */
  readonly graphShape?: readonly number[];
  /**
   * Rows [begin, end) of the tensor's first axis that this input holds; all when absent. Tables of the vocabulary are
   * held in several parts where a GPU's buffers are too small for one.
   */
  readonly rows?: readonly [number, number];
  readonly preparation?: Preparation;
  /** Absent where the tensor belongs to no units. */
  readonly units?: UnitLines;
}

/** One weight whose product with its gradient is scored, and where the backward graph leaves what that needs. */
export interface ScoredWeight {
  /** Graph input of the weight. */
  readonly slot: MatrixName;
  readonly kind: ModuleKind;
  /** Whether µCRASP counts it; it leaves the keys and values out, other methods count every matrix. */
  readonly attributed: boolean;
  readonly outputs: number;
  readonly inputs: number;
  readonly axis: "rows" | "columns";
  /** Rows or columns that one unit owns, one after another. */
  readonly groupSize: number;
  /** Whether its input are the states of pictures, whose rows these then are; see `PictureAttention`. */
  readonly ofPictures?: boolean;
  /** Output of the backward graph that holds the linear layer's input. */
  readonly inputTap: string;
  /**
   * Stem of the backward graph's output that holds the gradient by the linear layer's output; null where that is the
   * gradient by the layer's own output, which the caller has fed.
   */
  readonly gradientTap: string | null;
}
