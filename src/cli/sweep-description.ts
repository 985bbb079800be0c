/** What `sweep` is asked to measure: a description from a file, or one made from the options. */
import { inFile } from "../core/errors.ts";
import { parseDescription, sweepDescription, windowsDescription } from "../core/experiments/description.ts";
import type { ExperimentDescription } from "../core/experiments/experiment.ts";
import { ablationSeries, DEFAULT_RATIOS, methodSeries } from "../core/experiments/series.ts";
import { methods } from "../core/methods/index.ts";
import type { MethodParameters } from "../core/parameters.ts";
import { readText } from "./files.ts";
import { UsageError, wholeNumber } from "./options.ts";

export interface AskedExperiment {
  readonly description: string | undefined;
  readonly methods: string | undefined;
  readonly ratios: string | undefined;
  readonly samples: number | undefined;
  readonly "no-generate": boolean;
  readonly ablations: boolean;
  readonly ratio: number | undefined;
  readonly windows: number | undefined;
  readonly set: readonly string[];
}

/** Ratio of the ablations where none is named. */
const ABLATION_RATIO = 0.4;

/**
 * Reads the description, or makes one from the options; checked before the model is loaded.
 * @returns the description for the constants that the model is used with, with those of `--set` put in already.
 * @throws UsageError for options that exclude each other, PivotscopeError for values that are not allowed.
 */
export async function readAskedExperiment(
  asked: AskedExperiment,
): Promise<(parameters: MethodParameters) => ExperimentDescription> {
  refuseTogether(asked);
  if (asked.description !== undefined) {
    const { description: file } = asked;
    const text = await readText(file);
    const read = inFile(file, () => parseDescription(text));
    return () => read;
  }
  const samplesPerFamily = asked.samples === undefined ? null : wholeNumber("samples", asked.samples, 1);
  const common = { samplesPerFamily, generate: !asked["no-generate"] };
  const { windows } = asked;
  if (windows !== undefined) return () => windowsDescription({ ...common, size: windows });
  if (asked.ablations) {
    const ratios = [asked.ratio ?? ABLATION_RATIO];
    return (parameters) => sweepDescription({ ...common, ratios, series: ablationSeries(parameters) });
  }
  const names = asked.methods === undefined ? methods.map(({ name }) => name) : listOf(asked.methods);
  const ratios = asked.ratios === undefined ? DEFAULT_RATIOS : listOf(asked.ratios).map(ratioOf);
  return (parameters) => sweepDescription({ ...common, ratios, series: methodSeries(names, parameters) });
}

function listOf(text: string): readonly string[] {
  return text.split(",").map((part) => part.trim());
}

function ratioOf(text: string): number {
  const ratio = text === "" ? Number.NaN : Number(text);
  if (!Number.isNaN(ratio)) return ratio;
  throw new UsageError(`--ratios takes numbers with commas between them; found "${text}".`);
}

/** Names two options that cannot stand together. */
function refuseTogether(asked: AskedExperiment): void {
  const given = new Set(
    Object.entries(asked)
      .filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0))
      .map(([name]) => name),
  );
  const rules: readonly (readonly [name: string, others: readonly string[]])[] = [
    ["description", ["methods", "ratios", "samples", "no-generate", "ablations", "ratio", "windows", "set"]],
    ["ablations", ["methods", "ratios", "windows"]],
    ["windows", ["methods", "ratios", "ratio", "set"]],
  ];
  for (const [name, others] of rules) {
    const other = given.has(name) ? others.find((candidate) => given.has(candidate)) : undefined;
    if (other !== undefined) throw new UsageError(`--${name} and --${other} cannot stand together.`);
  }
  if (given.has("ratio") && !asked.ablations) throw new UsageError("--ratio belongs to --ablations; use --ratios.");
}
