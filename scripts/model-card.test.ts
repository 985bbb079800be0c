import { describe, expect, it } from "vitest";
import { replaceResults, resultsTable, SETS } from "./model-card.ts";

const scores = (share: number) => ({ samples: 200, exact_match: share, all_true: share / 2 });
const measured = (share: number) => ({ all: scores(share), families: { physical: scores(share) } });
const [set] = SETS;

describe("the table of the model's card", () => {
  it("has a row for each family, with both implementations", () => {
    const results = set ? [{ set, engine: measured(0.995), transformers: measured(1) }] : [];
    expect(resultsTable(results).split("\n")[2]).toBe(
      "| unseen scenes | physical | 200 | 99.5 % | 100.0 % | 49.8 % | 50.0 % |",
    );
  });

  it("says where transformers was not run", () => {
    const results = set ? [{ set, engine: measured(0.5), transformers: null }] : [];
    expect(resultsTable(results)).toContain("| 50.0 % | not run | 25.0 % | not run |");
  });

  it("goes between the two marks and leaves the rest alone", () => {
    const card = "# Model\n<!-- results -->\nold\n<!-- end of results -->\nrest\n";
    expect(replaceResults(card, "new")).toBe("# Model\n<!-- results -->\nnew\n<!-- end of results -->\nrest\n");
    expect(() => replaceResults("# Model\n", "new")).toThrow(/no lines/);
  });
});
