import { join } from "node:path";
import { describeWithShared, projectRoot, readSharedJson } from "../../testing/shared.ts";
import { openNodeSession } from "../node-engine.ts";
import { defineFloat64Suite } from "../testing/float64-suite.ts";

const EXPECTED = "oracles/bundled-float64/expected.json";

describeWithShared(
  "the bundled model's attribution on the cpu backend against float64",
  (shared) => {
    defineFloat64Suite(
      async () => ({
        session: await openNodeSession(join(projectRoot, "public", "models", "scenes")),
        expected: readSharedJson(shared, EXPECTED),
      }),
      5,
    );
  },
  [EXPECTED],
);
