/** Samples of token ids that hold what stands for videos: pictures alone are taken. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { TokenSample } from "../../models/samples.ts";
import { describeWithShared } from "../../testing/shared.ts";
import { openNodeSession } from "../node-engine.ts";

const FOLDERS = ["oracles/qwen2_vl-a", "oracles/qwen2_5_vl-a"];

describeWithShared(
  "a sample with tokens of a video",
  (folder) => {
    it.each(FOLDERS)("is refused: %s", { tags: ["attack"] }, async (path) => {
      const session = await openNodeSession(join(folder, path));
      const sample: TokenSample = {
        kind: "tokens",
        prompt: [1, 91, 2],
        trace: [3],
        pivots: [0],
        pixelValues: null,
        pixelShape: null,
      };
      const noPicture = () => Promise.reject(new Error("There is no picture."));
      try {
        const prepare = (prompt: readonly number[]) =>
          session.prepareSample({ ...sample, prompt }, noPicture, defaultPivotParameters());
        await expect(prepare([1, 91, 2])).rejects.toMatchObject({
          code: "unsupported",
          message: 'The prompt holds "<|video_pad|>", which stands for videos; pictures and text are supported.',
        });
        expect((await prepare([1, 2])).frames).toEqual([]);
      } finally {
        await session.dispose();
      }
    });
  },
  FOLDERS,
);
