/** Steps of the main job that are the same on every backend: what the journeys of both files consist of. */
import { expect } from "@playwright/test";
import { WORDS } from "../words.ts";
import { type EngineWorkbench, LONG } from "./workbench.ts";

/** A question with a short answer: "metal", and so it is on every backend. */
export const SHORT_EXAMPLE = "example=7";

export async function firstAnswer({ tokens, input }: EngineWorkbench): Promise<void> {
  await input.waitForText("metal", LONG);
  // A token's name says that it is a pivot.
  const pivots = () =>
    tokens.containing(/Therefore/).ask((found) => found.map((token) => token.getAttribute("aria-label")));
  await expect.poll(pivots, LONG).toEqual([expect.stringContaining("pivot")]);
}

/** Calibration has come by itself, and the first ratio, 30 %, has been planned and measured. */
export async function prunedAnswer(workbench: EngineWorkbench): Promise<void> {
  await workbench.settled();
  await workbench.region("Calibration").waitForText(/2 samples in 1 batch/);
  await workbench.verdict.waitForText("At 30 %: answer matches: metal = metal");
  for (const name of ["Retention by layer", "Neuron field", WORDS.reasoning, "KL divergence"]) {
    await workbench.region(name).waitForText(/Scenes 3M · µCRASP · 30\.0 %/);
  }
}

/** With the pointer, then with keys: the plan follows, and what rests is measured. */
export async function drag(workbench: EngineWorkbench): Promise<void> {
  const { slider, verdict } = workbench;
  await slider.drag({ from: 30 / 70, to: 50 / 70 });
  // The pointer holds the thumb's middle, so that a step more or less is right as well.
  await slider.waitForValue(/^(49|50|51)$/);
  await verdict.waitForText(`At ${await slider.value()} %`, LONG);
  await slider.focus();
  await workbench.press("Home");
  await slider.waitForValue("0");
  await workbench.press("PageUp", "ArrowRight");
  await slider.waitForValue("6");
  await workbench.region("Retention by layer").waitForText(/6\.0 %/);
  await workbench.press("End");
  await slider.waitForValue("70");
  await verdict.waitForText(/At 70 %: answer differs: metal → /, LONG);
}
