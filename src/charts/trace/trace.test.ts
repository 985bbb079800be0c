import { describe, expect, it } from "vitest";
import { cellText } from "../frame/table.ts";
import { nextToken } from "./Token.tsx";
import { stripPaths } from "./TokenStrip.tsx";
import { divergenceSentence, tokenSentence, tokenViews, traceSummary, traceTable } from "./trace.ts";

const tokens = ["1.", " The", " ball", "\n", " So"].map((text, index) => ({ id: 100 + index, text }));
const measurement = {
  kl: Float32Array.of(0, 0.02, 3, Number.NaN, 0.25),
  nll: Float32Array.of(0.1, 0.2, 4, 0.5, 0.5),
  denseNll: Float32Array.of(0.1, 0.1, 0.1, 0.1, 0.1),
  argmax: Int32Array.of(100, 101, 7, 103, 9),
};
const texts = ["1.", " The", " cube", "\n", " Then"];
const views = tokenViews({ tokens, measurement, pivots: [0, 4], argmaxTexts: texts });

describe("token views", () => {
  it("joins tokens, measurement and pivots", () => {
    expect(views.map((view) => view.step)).toEqual([0, 2, 5, null, 3]);
    expect(views.map((view) => view.pivot)).toEqual([true, false, false, false, true]);
    expect(views.map((view) => view.differs)).toEqual([false, false, true, false, true]);
    expect(views.map((view) => view.firstDivergence)).toEqual([false, false, true, false, false]);
  });

  it("shows tokens before they are measured, and a measurement that is still shorter", () => {
    const unmeasured = tokenViews({ tokens, measurement: null, pivots: [] });
    expect(unmeasured.every((view) => view.kl === null && !view.differs && view.argmaxText === null)).toBe(true);
    const part = {
      kl: measurement.kl.slice(0, 2),
      nll: measurement.nll.slice(0, 2),
      denseNll: measurement.denseNll.slice(0, 2),
      argmax: measurement.argmax.slice(0, 2),
    };
    expect(tokenViews({ tokens, measurement: part, pivots: [] }).map((view) => view.step)).toEqual([
      0,
      2,
      null,
      null,
      null,
    ]);
  });

  it("falls back to the token's number where its text is unknown", () => {
    expect(tokenViews({ tokens, measurement, pivots: [] })[2]?.argmaxText).toBe("token 7");
  });
});

describe("trace in words", () => {
  it("describes a token", () => {
    const view = views[2];
    expect(view && tokenSentence(view)).toBe("“ball”, KL 3.00 nats, the pruned model says “cube”, first divergence");
    const breaking = views[3];
    expect(breaking && tokenSentence(breaking)).toBe("“↵”, KL not finite nats");
  });

  it("names the worst token and the first divergence", () => {
    expect(traceSummary(views)).toBe(
      "5 tokens, 2 pivots. Highest KL 3.00 nats at token 3, “ball”. " +
        "First divergence at token 3: “ball” would be “cube”. 2 tokens in all would differ.",
    );
    expect(divergenceSentence(views.slice(0, 2))).toBe("The pruned model would say every token the same.");
    expect(traceSummary([])).toBe("No reasoning yet.");
  });

  it("lists every token, with its text as it is for the CSV and with its spaces drawn in the table", () => {
    const table = traceTable(views);
    const column = table.columns[1];
    expect(column && [cellText(" ball", column), cellText("\n", column)]).toEqual(["·ball", "↵"]);
    expect(traceTable(views).row(2)).toEqual([3, " ball", 3, 4, measurement.denseNll[2], " cube", "yes", "no"]);
  });
});

describe("token strip", () => {
  it("draws every token once, in the path of its colour", () => {
    const paths = stripPaths(views, 10);
    const cells = (path: string) => path.split("M").length - 1;
    expect(paths.colours.map(cells)).toEqual([1, 0, 1, 1, 0, 1]);
    expect([cells(paths.unmeasured), cells(paths.pivots), cells(paths.differing)]).toEqual([1, 2, 2]);
    expect(paths.colours[5]).toMatch(/^M20 /);
  });
});

describe("keys along the tokens", () => {
  it("moves and stops at the ends", () => {
    expect(nextToken("ArrowRight", 3, 5)).toBe(4);
    expect(nextToken("ArrowRight", 4, 5)).toBe(4);
    expect(nextToken("ArrowLeft", 0, 5)).toBe(0);
    expect(nextToken("PageDown", 1, 50)).toBe(11);
    expect(nextToken("Home", 9, 50)).toBe(0);
    expect(nextToken("End", 9, 50)).toBe(49);
    expect(nextToken("a", 9, 50)).toBeNull();
  });
});
