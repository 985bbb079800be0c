/**
 * pivotscope.json: what a checkpoint's makers recommend instead of the method's defaults.
 *
 * `{"recommended": {"window": 2, "calibrationSamples": 96}}`: trace tokens on either side of a pivot (method, section
 * 3), for models whose traces are so short that the default of 8 would cover nearly all of one; and how many samples of
 * its calibration set are enough for a first look.
 */
import * as v from "valibot";
import { readJsonText } from "../core/json/read.ts";
import { integer, object, objectOnly } from "../core/json/schemas.ts";
import { checkpointFile } from "./checkpoint-file.ts";

export interface RecommendedParameters {
  readonly window?: number;
  readonly calibrationSamples?: number;
}

const SOURCE = checkpointFile("pivotscope.json");

const fileSchema = object({
  recommended: v.nullish(objectOnly({ window: v.nullish(integer(0)), calibrationSamples: v.nullish(integer(1)) }), {}),
});

/**
 * @param json text of the file, null when it is not there.
 * @throws PivotscopeError `bad-checkpoint` for a value of the wrong type or a parameter that nobody reads.
 */
export function parseRecommended(json: string | null): RecommendedParameters {
  if (json === null) return {};
  const { window, calibrationSamples } = readJsonText(fileSchema, json, SOURCE).recommended;
  return {
    ...((window ?? null) !== null && { window }),
    ...((calibrationSamples ?? null) !== null && { calibrationSamples }),
  } as RecommendedParameters;
}
