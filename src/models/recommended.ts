/**
 * pivotscope.json: what a checkpoint's makers recommend instead of the method's defaults.
 *
 * `{"recommended": {"window": 2, "calibrationSamples": 96}}`: trace tokens on either side of a pivot (method, section
 * 3), for models whose traces are so short that the default of 8 would cover nearly all of one; and how many samples of
 * its calibration set are enough for a first look.
 */
import { PivotscopeError } from "../core/errors.ts";
import { parseJsonObject } from "./json.ts";

export interface RecommendedParameters {
  readonly window?: number;
  readonly calibrationSamples?: number;
}

const FILE = "pivotscope.json";
const KNOWN = ["window", "calibrationSamples"];

/**
 * @param json text of the file, null when it is not there.
 * @throws PivotscopeError `bad-checkpoint` for a value of the wrong type or a parameter that nobody reads.
 */
export function parseRecommended(json: string | null): RecommendedParameters {
  if (json === null) return {};
  const recommended = parseJsonObject(json, FILE).objectOrEmpty("recommended");
  const unknown = recommended.keys().filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0) {
    throw new PivotscopeError(
      "bad-checkpoint",
      `${FILE}: "recommended" has ${unknown.map((key) => `"${key}"`).join(", ")}; known are ${KNOWN.map((key) => `"${key}"`).join(", ")}.`,
      `Correct ${FILE}.`,
    );
  }
  return {
    ...(recommended.has("window") ? { window: recommended.integer("window", { minimum: 0 }) } : {}),
    ...(recommended.has("calibrationSamples") ? { calibrationSamples: recommended.integer("calibrationSamples") } : {}),
  };
}
