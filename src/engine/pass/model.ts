/** A loaded model as passes see it: its definition, its weights in backend memory (each once) and its compiled graphs. */
import type { Tower, UnitLayout } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { DefinitionOptions } from "../../models/architectures/architecture.ts";
import type { ModelDefinition } from "../../models/architectures/definition.ts";
import type { Backend, Feeds } from "../../runtime/backend.ts";
import type { Programs } from "./programs.ts";

/** How tokens are written: with everything in one graph, with all layers in one, or layer by layer. */
export type WayToWrite = "whole" | "fused" | "layers";

export interface Model {
  readonly backend: Backend;
  readonly definition: ModelDefinition;
  readonly layout: UnitLayout;
  /** Number format of the matrices; vectors are float32 always. */
  readonly precision: Precision;
  /**
   * How its tokens are written: so, or the next slower way where model or backend do not have this one. "layers" where the
   * device computes the fused graphs wrongly, see choose-generation.ts, and until it is known.
   */
  generationWay: WayToWrite;
  /** Bytes of its device's memory where somebody has stated them. */
  readonly memory?: number | null | undefined;
  /** Hex SHA-256 of the weights, see `Weights.read`: ties a Plan to the weights it was made for. */
  readonly weightHash: string;
  /** Id of the token that stands for a piece of a picture, or null for a text-only model. */
  readonly imageTokenId: number | null;
  /** Feeds for the weights of one layer. */
  layerFeeds(tower: Tower, layer: number): Feeds;
  /** Feeds for weights outside the layers: embedding, head, connector, patch embedding. */
  readonly outerFeeds: Feeds;
  /** The definition of the same model with other units in its layers. */
  narrowed(widths: NonNullable<DefinitionOptions["widths"]>): ModelDefinition;
  /** Its compiled graphs. */
  readonly programs: Programs;
}
