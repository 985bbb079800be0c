/** Statistics of small models of every architecture from files alone, against reference numbers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ArchitectureExpectations } from "../engine/testing/architecture-expectations.ts";
import { ARCHITECTURE_ORACLES } from "../engine/testing/architecture-oracles.ts";
import { excess } from "../engine/testing/oracle-suite.ts";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

describeWithShared("the command line on models of every architecture", (shared) => {
  const folder = useTemporaryFolder();

  it.each(ARCHITECTURE_ORACLES)(
    "takes the samples of $folder, pictures and none",
    async ({ folder: name }) => {
      const model = join(shared, "oracles", name);
      const expected = readSharedJson<ArchitectureExpectations>(model, "expected.json");
      const out = folder.path(`${name}.json`);
      const samples = join(model, "expected.json");
      const { code, errors } = await runCaptured(["statistics", "--model", model, "--samples", samples, "--out", out]);
      expect({ code, errors }).toEqual({ code: 0, errors: "" });
      const found = JSON.parse(await readFile(out, "utf8"));
      for (const [key, units] of Object.entries(expected.attribution_pivot)) {
        expect(excess(found.attribution_pivot[key] ?? [], units), key).toBeLessThan(1);
      }
      expect(found.unit_cost).toEqual(expected.unit_cost);
    },
    120_000,
  );
});
