/** The React shells, rendered to a string: roles, names and words that tests and assistive technology rely on. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { judgeTrace } from "../scenes/judge/index.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { BudgetLine } from "./budget/BudgetLine.tsx";
import { CompareTraces } from "./compare/CompareTraces.tsx";
import { NeuronField } from "./field/NeuronField.tsx";
import { ChartFrame } from "./frame/ChartFrame.tsx";
import { tableOf } from "./frame/table.ts";
import { JudgeChart } from "./judge/JudgeChart.tsx";
import { KlDistribution } from "./kl/KlDistribution.tsx";
import { alignLines, type PrunedLine } from "./lines/align.ts";
import { LinesChart } from "./lines/LinesChart.tsx";
import { RetentionChart } from "./retention/RetentionChart.tsx";
import { frameOf, LARGE, SMALL } from "./testing/fixtures.ts";
import { tokenViews } from "./trace/trace.ts";

const context = { model: "tiny", method: "µCRASP", ratio: 0.38 };
const frame = frameOf(SMALL, (unit) => unit % 3 !== 0);
const cmds = Float64Array.from(SMALL.modules, (module) => (module.tower === "text" ? 0.1 * (module.layer + 1) : 0));
const tokens = ["1.", " A", " <b>", "\n"].map((text, id) => ({ id, text }));
const measurement = {
  kl: Float32Array.of(0, 0.02, 3, 0.2),
  nll: Float32Array.of(0.1, 0.2, 4, 0.5),
  denseNll: Float32Array.of(0.1, 0.1, 0.1, 0.1),
  argmax: Int32Array.of(0, 1, 9, 3),
};

const argmaxTexts = ["1.", " A", " c", "\n"];
const views = tokenViews({ tokens, measurement, pivots: [0], argmaxTexts });
const texts = tokens.map(({ text }) => text);

/** The props of both lines, the pruned one being `line`. */
function linesOf(line: PrunedLine) {
  return { views, line, lines: alignLines(texts, line), denseCut: false, prunedCut: false };
}
const forced: PrunedLine = { kind: "forced", instead: [null, null, " c", null] };

/** The text of the heading that names the outermost region. */
function regionName(html: string): string | undefined {
  const id = html.match(/^<section [^>]*aria-labelledby="([^"]+)"/)?.[1];
  return html.match(new RegExp(`<h2 id="${id}"[^>]*>([^<]*)<`))?.[1];
}

describe("framed charts", () => {
  const charts = {
    "Retention by layer": <RetentionChart context={context} layout={SMALL} frame={frame} cmds={cmds} />,
    "Neuron field": <NeuronField context={context} layout={SMALL} frame={frame} pinned={[3]} />,
    "KL divergence": <KlDistribution context={context} values={measurement.kl} />,
    Reasoning: <LinesChart context={context} {...linesOf(forced)} />,
  };

  it.each(Object.entries(charts))("%s is a region of that name and says what it belongs to", (name, chart) => {
    const html = renderToStaticMarkup(chart);
    expect(regionName(html)).toBe(name);
    expect(html).toContain("tiny · µCRASP · 38.0\u00a0%");
    expect(html).toContain("show as table");
    expect(html).toMatch(
      /role="img" aria-label="[^"]{20,}"|aria-label="[^"]{20,}" [^>]*role="img"|role="img"[^>]*aria-label="[^"]{20,}"/,
    );
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("redraws from the same arrays when they were filled anew", () => {
    const before = renderToStaticMarkup(charts["Retention by layer"]);
    const all = frameOf(SMALL, () => true);
    const after = renderToStaticMarkup(<RetentionChart context={context} layout={SMALL} frame={all} cmds={cmds} />);
    expect(after).not.toBe(before);
  });

  it("draws a second plan with two more paths, named in the key", () => {
    const second = { name: "Wanda-SP", keptPerModule: frame.keptPerModule };
    const html = renderToStaticMarkup(
      <RetentionChart context={context} layout={SMALL} frame={frame} cmds={cmds} second={second} />,
    );
    expect(html.match(/<path/g)).toHaveLength(8);
    expect(html).toContain("Wanda-SP, neurons kept");
  });

  it("draws retention with six paths whatever the number of layers and units", () => {
    const big = frameOf(LARGE, (unit) => unit % 3 !== 0);
    for (const [layout, drawn] of [
      [SMALL, frame],
      [LARGE, big],
    ] as const) {
      const line = Float64Array.from(layout.modules, (module) => module.layer);
      const html = renderToStaticMarkup(<RetentionChart context={context} layout={layout} frame={drawn} cmds={line} />);
      expect(html.match(/<path/g)).toHaveLength(6);
    }
  });
});

describe("stale results", () => {
  it("stay visible, greyed and labelled with their own ratio", () => {
    const html = renderToStaticMarkup(<LinesChart context={context} staleRatio={0.32} {...linesOf(forced)} />);
    expect(html).toContain("computed at 32\u00a0%");
    expect(html).toContain('data-stale="true"');
    expect(html).toContain("tiny · µCRASP · 32.0\u00a0%");
    expect(html).toContain("&lt;b&gt;");
  });
});

describe("two lines of reasoning", () => {
  const html = renderToStaticMarkup(<LinesChart context={context} {...linesOf(forced)} />);

  it("has one tab stop and a name for each token", () => {
    const options = html.match(/<span role="option"[^>]*>/g) ?? [];
    expect(options).toHaveLength(4);
    expect(options.filter((option) => option.includes('tabindex="0"'))).toHaveLength(1);
    expect(options[2]).toContain("KL 3.00 nats, the pruned model says “c”, first divergence");
    expect(options[0]).toContain('data-pivot="true"');
  });

  it("marks once where the lines part, and what would be said as provisional", () => {
    expect(html.match(/data-breaks="true"/g)).toHaveLength(1);
    expect(html).toMatch(/data-provisional="true"><span class="[^"]*"> c</);
    expect(html).toContain("Provisional: what the pruned model would say after the dense words.");
  });

  it("says the same in words instead of an empty line, and what was cut", () => {
    const same = renderToStaticMarkup(<LinesChart context={context} {...linesOf({ kind: "same" })} denseCut />);
    expect(same).toContain("says the same, word for word");
    expect(same).toContain("cut after 4 tokens");
    expect(same).not.toContain("data-breaks");
  });

  it("reads the written words out, statement by statement", () => {
    const line = { kind: "written", tokens: ["1.", " A", " c"] } as const;
    const written = renderToStaticMarkup(<LinesChart context={context} {...linesOf(line)} prunedCut />);
    expect(written).toMatch(/<ol [^>]*aria-label="What the pruned model says[^>]*><li>1. A c<\/li>/);
    expect(written).toContain("cut after 3 tokens");
  });

  it("waits visibly before the first token", () => {
    const nothing = { views: [], line: { kind: "unknown" }, lines: alignLines([], { kind: "unknown" }) } as const;
    const waiting = <LinesChart context={context} {...nothing} denseCut={false} prunedCut={false} streaming />;
    expect(renderToStaticMarkup(waiting)).toContain("Waiting for the first token.");
  });
});

describe("KL distribution", () => {
  it("is honest when nothing has been measured", () => {
    const html = renderToStaticMarkup(<KlDistribution context={context} values={null} />);
    expect(html).toContain("No KL divergence has been measured yet.");
    expect(html).not.toMatch(/NaN|data-kl|median/);
  });

  it("is drawn with its axes at once, and said in words", () => {
    const html = renderToStaticMarkup(<KlDistribution context={context} values={measurement.kl} />);
    expect(html).toMatch(/role="img" aria-label="KL divergence over 4 tokens: [^"]+" width="420"/);
    expect(html.match(/data-kl="/g)).toHaveLength(4);
    expect(html).toContain("nats per token →");
  });
});

describe("compare traces", () => {
  const left = { name: "dense", detail: "tiny · not pruned", text: "a b", tokens: 2, status: "finished" } as const;
  const right = {
    name: "pruned",
    detail: "tiny · µCRASP · 38.0 %",
    text: "a",
    tokens: 1,
    status: "streaming",
  } as const;

  it("shows the streamed text before it is aligned", () => {
    const html = renderToStaticMarkup(<CompareTraces context={context} left={left} right={right} segments={null} />);
    expect(html).toContain("<span>a b</span>");
    expect(html).toContain("streaming");
    expect(html).not.toContain("<mark");
  });

  it("does not call a trace finished that was cut", () => {
    const cut = { ...right, tokens: 122, status: "cut" } as const;
    const html = renderToStaticMarkup(<CompareTraces context={context} left={left} right={cut} segments={null} />);
    expect(html).toContain("came to no end, cut after 122 tokens");
    expect(html.match(/finished/g)).toHaveLength(1 + (html.match(/data-status="finished"/g)?.length ?? 0));
  });

  it("marks differences and where they begin", () => {
    const segments = [
      { kind: "same", left: "a ", right: "a " },
      { kind: "changed", left: "b", right: "c" },
    ] as const;
    const html = renderToStaticMarkup(
      <CompareTraces context={context} left={left} right={right} segments={segments} />,
    );
    expect(html).toContain("first divergence, after 1 word<");
    expect(html.match(/<mark/g)).toHaveLength(2);
  });
});

describe("judge", () => {
  const scene = parseScene(
    [
      { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.1667, y: 0.1667 },
      { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
    ],
    "scene",
  );
  const judged = (name: string, trace: string) => ({
    name,
    judgement: judgeTrace({ scene, question: "What does the picture show?", trace }),
  });

  it("lists both models' claims and folds what is long", () => {
    const columns = [judged("dense", "A red ball."), judged("pruned", "of the the. ".repeat(20))];
    const html = renderToStaticMarkup(<JudgeChart context={context} columns={columns} empty="" />);
    expect(html).toContain('aria-label="Claims of the dense model"');
    expect(html).toContain("pruned, judged: 0 true, 0 false, 20 unreadable");
    const [open = "", folded = ""] = html.split('aria-label="Claims of the pruned model"')[1]?.split("<details>") ?? [];
    expect(open.match(/data-verdict="unreadable"/g)).toHaveLength(4);
    expect(folded).toContain("and 16 more");
    expect(folded.match(/data-verdict="unreadable"/g)).toHaveLength(16);
  });
});

describe("frame and budget", () => {
  it("asks for the table only when it is shown", () => {
    let asked = 0;
    const table = () => {
      asked += 1;
      return tableOf([], []);
    };
    renderToStaticMarkup(
      <ChartFrame title="T" sentence="s" context={context} table={table}>
        <p>chart</p>
      </ChartFrame>,
    );
    expect(asked).toBe(0);
  });

  it("prints the budget as terms and figures", () => {
    expect(renderToStaticMarkup(<BudgetLine layout={SMALL} frame={frame} />)).toMatch(
      /<dt>units kept<\/dt><dd>\d+<span/,
    );
  });
});
