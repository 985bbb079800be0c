/**
 * How the budget is shared out (µCRASP, arXiv 2605.25842, allocation; the same budget under other methods is a project
 * decision); docs/method.md, "Allocation".
 *
 * A module of n units keeps at least max(count, ⌊n·max(share, slope·(1−S))⌋) of them, never more than n.
 */
import { choice, group, number } from "./describe.ts";

export const allocationParameters = group({
  section: "allocation",
  redo: "plan",
  methods: null,
  specs: {
    /** Seed of everything that is drawn at random: pivot positions, and the ranking of the method Random. */
    randomSeed: number("Seed", { initial: 1, maximum: 4294967295 }),
    attentionMinimumCount: number("Fewest attention units", {
      initial: 2,
      maximum: 64,
    }),
    attentionMinimumShare: number("Smallest attention share", {
      initial: 0.35,
      maximum: 1,
      step: 0.01,
    }),
    attentionMinimumSlope: number("Attention share, slope", {
      initial: 0.7,
      maximum: 1,
      step: 0.01,
    }),
    mlpMinimumCount: number("Fewest neurons", {
      initial: 1,
      maximum: 4096,
    }),
    mlpMinimumShare: number("Smallest neuron share", {
      initial: 0.05,
      maximum: 1,
      step: 0.01,
    }),
    mlpMinimumSlope: number("Neuron share, slope", {
      initial: 0.25,
      maximum: 1,
      step: 0.01,
    }),
    /**
     * "own" as the method's authors do, "budget" under one global budget as µCRASP does, "uniform" the same share of units
     * in every module.
     */
    allocation: choice("Allocation", "own", {
      own: "the method's own",
      budget: "one global budget",
      uniform: "uniform per module",
    }),
  },
});
