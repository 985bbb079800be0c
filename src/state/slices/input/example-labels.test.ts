import { describe, expect, it } from "vitest";
import { questionKinds } from "../../../scenes/questions/index.ts";
import { exampleLabel } from "./example-labels.ts";

describe("what stands under an example", () => {
  it("is two or three words for every kind of question, and the family where nobody says the kind", () => {
    for (const { name } of questionKinds) {
      const label = exampleLabel({ kind: name, family: "the family" });
      expect(label, name).not.toBe("the family");
      expect(label.length).toBeLessThanOrEqual(18);
    }
    expect(exampleLabel({ kind: "", family: "physical" })).toBe("physical");
  });
});
