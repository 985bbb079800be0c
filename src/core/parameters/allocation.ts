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
    randomSeed: number("Seed", "Seed of random pivots and of the method Random.", { initial: 1, maximum: 4294967295 }),
    attentionMinimumCount: number("Fewest attention units", "Units that each attention module keeps in any case.", {
      initial: 2,
      maximum: 64,
    }),
    attentionMinimumShare: number("Smallest attention share", "Share of its units that attention keeps at any ratio.", {
      initial: 0.35,
      maximum: 1,
      step: 0.01,
    }),
    attentionMinimumSlope: number("Attention share, slope", "Share of its units that attention keeps, times (1−S).", {
      initial: 0.7,
      maximum: 1,
      step: 0.01,
    }),
    mlpMinimumCount: number("Fewest neurons", "Neurons that each MLP keeps in any case.", {
      initial: 1,
      maximum: 4096,
    }),
    mlpMinimumShare: number("Smallest neuron share", "Share of its neurons that an MLP keeps at any ratio.", {
      initial: 0.05,
      maximum: 1,
      step: 0.01,
    }),
    mlpMinimumSlope: number("Neuron share, slope", "Share of its neurons that an MLP keeps, times (1−S).", {
      initial: 0.25,
      maximum: 1,
      step: 0.01,
    }),
    /**
     * "own" as the method's authors do, "budget" under one global budget as µCRASP does, "uniform" the same share of units
     * in every module.
     */
    allocation: choice(
      "Allocation",
      "How the budget is shared out over the modules, so that methods differ in their criterion alone.",
      "own",
      { own: "the method's own", budget: "one global budget", uniform: "uniform per module" },
    ),
  },
});
