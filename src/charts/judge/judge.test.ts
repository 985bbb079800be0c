import { describe, expect, it } from "vitest";
import { judgeTrace } from "../../scenes/judge/index.ts";
import { findQuestion, referenceTrace } from "../../scenes/questions/index.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { judgeFormula, judgeTable, scoreRows, unreadableNote } from "./judge.ts";

const scene = parseScene(
  [
    { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.1667, y: 0.1667 },
    { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
  ],
  "scene",
);
const question = "What is the red ball made of?";
const found = findQuestion(scene, question);
const reference = found ? referenceTrace(found) : "";
const column = (name: string, trace: string) => ({ name, judgement: judgeTrace({ scene, question, trace }) });
const dense = column("dense", reference);
const pruned = column("pruned", reference.replaceAll("metal", "glass"));

describe("what the judge shows", () => {
  it("puts the scores of both models side by side", () => {
    const rows = scoreRows([dense, pruned]).map(({ label, values }) => [label, ...values]);
    expect(rows).toEqual([
      ["claims true", "3 of 3", "0 of 3"],
      ["grounding, 0–10", "10.0", "0.0"],
      ["hallucination, 0–10", "0.0", "10.0"],
      ["answer follows", "yes", "yes"],
      ["answer right", "yes", "no"],
    ]);
  });

  it("gives no scores of 0 to 10 to what nobody can read", () => {
    const rows = scoreRows([column("dense", "ball the the. xx of. zzz is."), column("pruned", "")]);
    expect(rows.slice(0, 3).map(({ values }) => values)).toEqual([
      ["0 of 3", "0 of 0"],
      ["not readable", "no claims"],
      ["not readable", "no claims"],
    ]);
    expect(judgeFormula(column("pruned", "")).withNumbers).toMatch(/= no claims$/);
  });

  it("says so where it cannot tell", () => {
    const lost = { name: "pruned", judgement: judgeTrace({ scene, question: "Why?", trace: "ball ball ball" }) };
    expect(scoreRows([lost]).map(({ values }) => values[0])).toEqual(
      expect.arrayContaining(["cannot be told", "not known"]),
    );
  });

  it("says so where it cannot read the model's way of writing", () => {
    const foreign = column("dense", "I can see two things in this picture. Both look nice. Final Answer: metal");
    expect(unreadableNote([foreign])).toMatch(/could read 1 of 3 statements/);
    expect(unreadableNote([column("dense", "")])).toMatch(/could read 0 of 0 statements/);
    expect(unreadableNote([dense])).toBeNull();
    // What pruning breaks is what the scores are for.
    expect(unreadableNote([dense, column("pruned", "ball ball ball")])).toBeNull();
  });

  it("has every claim with verdict and reason in its table", () => {
    const table = judgeTable([dense, pruned]);
    expect(table.rowCount).toBe(6);
    expect(table.row(0)).toEqual([
      "dense",
      expect.stringContaining("large red metal ball"),
      "true",
      expect.any(String),
    ]);
    expect(table.row(3)).toEqual([
      "pruned",
      expect.stringContaining("glass"),
      "false",
      expect.stringContaining("metal"),
    ]);
  });

  it("puts the numbers of the last trace into the formula", () => {
    expect(judgeFormula(pruned).withNumbers).toBe("pruned: 10 · 0 / 3 · 0.00 = 0.0");
    expect(judgeFormula(null).withNumbers).toBe("nothing judged yet");
  });
});
