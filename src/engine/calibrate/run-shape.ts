/** How what goes through the graphs at once divides into batches, samples and rows. */
import type { Tensor } from "../../runtime/backend.ts";

/** How the rows of a run divide, for one tower. */
export interface RunShape {
  readonly batches: number;
  readonly samplesPerBatch: number;
  readonly rowsPerSample: number;
  /** Rows of pictures that layers attend to, of each sample; absent where none does. */
  readonly statesPerSample?: number;
  /** See `LossWeights`. */
  readonly fisherWeights: Tensor;
}

/** The rows of one group of a run's samples. */
export interface GroupShape {
  readonly samples: number;
  readonly rowsPerSample: number;
  /** TOKEN_CLASS of every row. */
  readonly classes: Tensor;
}
