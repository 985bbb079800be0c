import { describe, expect, it } from "vitest";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { sideOf } from "../../charts/testing/sides.ts";
import { sideName } from "./side-name.ts";

const one = sideOf("wanda-sp", 0.575);
const asked = (question: string) => ({ ...one, input: { ...one.input, question } });

describe("the name of a side", () => {
  it("is its method and ratio where nothing else differs", () => {
    expect(sideName(one, sideOf("mucrasp", 0.4))).toBe("Wanda-SP 57.5\u00a0%");
    expect(sideName(one, { ...one, input: null })).toBe("Wanda-SP 57.5\u00a0%");
  });

  it("says the widths that were asked for, as every caption does", () => {
    const parameters = { ...one.plan.parameters, roundWidths: "32", evenWidths: "on" } as const;
    const shaped = { ...one, plan: { ...one.plan, parameters } };
    expect(sideName(shaped, one)).toBe("Wanda-SP 57.5\u00a0%, even widths, rounded to 32");
    expect(contextOf(shaped).method).toBe("Wanda-SP, even widths, rounded to 32");
    expect(contextOf(one).method).toBe("Wanda-SP");
  });

  it("tells its model, picture or question from another side's", () => {
    const other = { ...one, model: { ...one.model, name: "other", label: "Other" } };
    expect(sideName(other, one)).toBe("Wanda-SP 57.5\u00a0%, Other");
    const picture = { ...one, input: { ...one.input, picture: "cat.png", content: "2" } };
    expect(sideName(picture, one)).toBe("Wanda-SP 57.5\u00a0%, cat.png");
    expect(sideName(asked("Is the ball made of glass or of rubber?"), one)).toBe(
      "Wanda-SP 57.5\u00a0%, “Is the ball made of glass o…”",
    );
    const scene = { ...one, input: { ...one.input, content: "2" } };
    expect(sideName(scene, one)).toBe("Wanda-SP 57.5\u00a0%, another picture");
  });
});
