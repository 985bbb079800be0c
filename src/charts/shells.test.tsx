/** The React shells, rendered to a string: roles, names and words that tests and assistive technology rely on. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { BudgetLine } from "./budget/BudgetLine.tsx";
import { CompareTraces } from "./compare/CompareTraces.tsx";
import { NeuronField } from "./field/NeuronField.tsx";
import { ChartFrame } from "./frame/ChartFrame.tsx";
import { tableOf } from "./frame/table.ts";
import { KlDistribution } from "./kl/KlDistribution.tsx";
import { RetentionChart } from "./retention/RetentionChart.tsx";
import { frameOf, LARGE, SMALL } from "./testing/fixtures.ts";
import { ReasoningChart } from "./trace/ReasoningChart.tsx";

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
    Reasoning: <ReasoningChart context={context} tokens={tokens} measurement={measurement} pivots={[0]} />,
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
    expect(html.match(/<path/g)).toHaveLength(9);
    expect(html).toContain("Wanda-SP, neurons kept");
  });

  it("draws retention with seven paths whatever the number of layers and units", () => {
    const big = frameOf(LARGE, (unit) => unit % 3 !== 0);
    for (const [layout, drawn] of [
      [SMALL, frame],
      [LARGE, big],
    ] as const) {
      const line = Float64Array.from(layout.modules, (module) => module.layer);
      const html = renderToStaticMarkup(<RetentionChart context={context} layout={layout} frame={drawn} cmds={line} />);
      expect(html.match(/<path/g)).toHaveLength(7);
    }
  });
});

describe("stale results", () => {
  it("stay visible, greyed and labelled with their own ratio", () => {
    const html = renderToStaticMarkup(
      <ReasoningChart context={context} staleRatio={0.32} tokens={tokens} measurement={measurement} pivots={[0]} />,
    );
    expect(html).toContain("computed at 32\u00a0%");
    expect(html).toContain('data-stale="true"');
    expect(html).toContain("tiny · µCRASP · 32.0\u00a0%");
    expect(html).toContain("&lt;b&gt;");
  });
});

describe("token trace", () => {
  const html = renderToStaticMarkup(
    <ReasoningChart
      context={context}
      tokens={tokens}
      measurement={measurement}
      pivots={[0]}
      argmaxTexts={["1.", " A", " c", "\n"]}
    />,
  );

  it("has one tab stop and a name for each token", () => {
    const options = html.match(/<span role="option"[^>]*>/g) ?? [];
    expect(options).toHaveLength(4);
    expect(options.filter((option) => option.includes('tabindex="0"'))).toHaveLength(1);
    expect(options[2]).toContain("KL 3.00 nats, the pruned model says “c”, first divergence");
    expect(options[0]).toContain('data-pivot="true"');
  });

  it("waits visibly before the first token", () => {
    expect(
      renderToStaticMarkup(<ReasoningChart context={context} tokens={[]} measurement={null} pivots={[]} streaming />),
    ).toContain("Waiting for the first token.");
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
  const left = { name: "dense", method: "dense", ratio: 0, text: "a b", tokens: 2, status: "finished" } as const;
  const right = { name: "pruned", method: "µCRASP", ratio: 0.38, text: "a", tokens: 1, status: "streaming" } as const;

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
