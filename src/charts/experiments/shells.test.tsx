/** The React shells, rendered to a string: roles, names and words that tests and assistive technology rely on. */
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { KlOverlay } from "../kl/KlOverlay.tsx";
import { KlPlaces } from "../kl/KlPlaces.tsx";
import { CURVES, estimate, GROUNDING, KL } from "../testing/experiments.ts";
import { AblationTable } from "./AblationTable.tsx";
import { CurvesChart } from "./CurvesChart.tsx";
import type { MethodsData } from "./data.ts";
import { LayerViews } from "./LayerViews.tsx";
import { MethodsTable } from "./MethodsTable.tsx";
import { MUCRASP_FIGURES } from "./paper.ts";
import { WindowChart } from "./WindowChart.tsx";

const methods: MethodsData = {
  ratio: 0.3,
  metrics: [GROUNDING, KL],
  dense: { values: { grounding: estimate(9) } },
  rows: [
    { id: "a", label: "A", look: 0, reached: 0.3, values: { grounding: estimate(8), kl: estimate(1) } },
    { id: "b", label: "B", look: 1, reached: 0.298, values: { grounding: estimate(7), kl: null } },
  ],
};
const ablations = {
  ratio: 0.4,
  metric: GROUNDING,
  full: { label: "µCRASP", reached: 0.4, estimate: estimate(8) },
  rows: [{ id: "c", label: "no CMDS", reached: 0.4, estimate: estimate(6), difference: estimate(-2), unlike: 0.02 }],
};
const windows = {
  metric: KL,
  size: 4,
  points: [{ first: 0, ...estimate(1) }],
  cmds: [0.1, 0.2, 0.3, 0.4],
  dense: null,
};
const places = {
  method: "µCRASP",
  ratio: 0.4,
  byDistance: [{ label: "0", tokens: 5, ...estimate(1) }],
  byStep: [{ label: "step 1", tokens: 5, ...estimate(1) }],
};
const view = {
  id: "bi",
  label: "Block influence",
  explanation: "How much a layer turns its input.",
  formula: { expression: "1 − cos", withNumbers: "1 layer", source: "ShortGPT" },
  kind: "number" as const,
  values: [{ tower: "text" as const, layer: 0, value: 0.2 }],
};

const charts = {
  "Compression curves: Grounding": <CurvesChart model="tiny" data={CURVES} />,
  "KL by method": <KlOverlay model="tiny" ratio={0.3} series={[{ id: "a", label: "A", look: 0, values: [0, 1] }]} />,
  "Sliding window": <WindowChart model="tiny" data={windows} />,
  "Where KL lives": <KlPlaces model="tiny" data={places} />,
  "Layer views": <LayerViews model="tiny" from="calibration" views={[view]} />,
};
const tables = {
  "Methods compared": <MethodsTable model="tiny" data={methods} />,
  Ablations: <AblationTable model="tiny" data={ablations} />,
};

/** The text of the heading that names the outermost region. */
function regionName(html: string): string | undefined {
  const id = html.match(/^<section [^>]*aria-labelledby="([^"]+)"/)?.[1];
  return html.match(new RegExp(`<h2 id="${id}"[^>]*>([^<]*)<`))?.[1];
}

describe("charts of experiments", () => {
  it.each(Object.entries({ ...charts, ...tables }))("%s is a region of that name and says its model", (name, chart) => {
    const html = renderToStaticMarkup(chart);
    expect(regionName(html)).toBe(name);
    expect(html).toMatch(/>tiny · [^<]+ · [^<]+</);
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it.each(Object.entries(charts))("%s is read as sentences, by keyboard, and as a table", (_, chart) => {
    const html = renderToStaticMarkup(chart);
    expect(html).toMatch(/role="img" aria-label="[^"]{20,}"/);
    expect(html).toMatch(/type="range"[^>]*aria-label="[^"]+" aria-valuetext="[^"]+"/);
    expect(html).toContain("show as table");
  });

  it.each(Object.entries(tables))("%s is a table and offers no other", (_, chart) => {
    const html = renderToStaticMarkup(chart);
    expect(html).toMatch(/<caption[^>]*>[^<]{20,}</);
    expect(html).not.toContain("show as table");
    expect(html).toContain(">save<");
  });

  it.each([
    <CurvesChart key="c" model="tiny" data={{ ...CURVES, dense: null, series: [] }} />,
    <KlOverlay key="k" model="tiny" ratio={0.3} series={[]} />,
    <WindowChart key="w" model="tiny" data={{ ...windows, points: [], cmds: [] }} />,
    <KlPlaces key="p" model="tiny" data={{ ...places, byDistance: [], byStep: [] }} />,
    <LayerViews key="l" model="tiny" from="calibration" views={[{ ...view, values: [] }]} />,
    <MethodsTable key="m" model="tiny" data={{ ...methods, dense: null, rows: [] }} />,
    <AblationTable key="a" model="tiny" data={{ ...ablations, rows: [] }} />,
  ])("stands without results", (chart) => {
    expect(renderToStaticMarkup(chart)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("curves", () => {
  it("shows the values at the ratio it is given", () => {
    const html = renderToStaticMarkup(<CurvesChart model="tiny" data={CURVES} ratio={0.22} />);
    expect(html).toContain("At 20\u00a0% asked");
    expect(html).toContain("best: </span>8.00 (7.90–8.10)");
  });

  it("has the same number of paths however many samples stand behind a curve", () => {
    const paths = (html: string) => html.match(/<path/g)?.length;
    const more = {
      ...CURVES,
      series: CURVES.series.map((s) => ({ ...s, points: s.points.map((p) => ({ ...p, count: 1e6 })) })),
    };
    expect(paths(renderToStaticMarkup(<CurvesChart model="tiny" data={more} />))).toBe(
      paths(renderToStaticMarkup(charts["Compression curves: Grounding"])),
    );
  });
});

describe("tables", () => {
  it("puts the dense model first and marks the best of the others in bold and in words", () => {
    const html = renderToStaticMarkup(tables["Methods compared"]);
    expect(html.indexOf("dense")).toBeLessThan(html.indexOf(">A<"));
    expect(html).toMatch(/<b><span [^>]+>best: <\/span>8\.00<\/b>/);
    expect(html).not.toMatch(/<b>[^/]*9\.00<\/b>/);
    expect(html).toContain("higher is better");
    expect(html).toContain('aria-sort="none"');
  });

  it("shows the paper's figures only when asked, and says whose they are", () => {
    expect(renderToStaticMarkup(tables["Methods compared"])).not.toContain("own figures");
    const html = renderToStaticMarkup(<MethodsTable model="tiny" data={methods} paper={MUCRASP_FIGURES} />);
    expect(html).toContain("The paper&#x27;s own figures, not ours: µCRASP paper, arXiv 2605.25842");
    expect(html).toContain("10.51");
  });

  it("says over how many samples the rows are, whatever single metrics leave out", () => {
    const fewer = {
      ...methods,
      rows: methods.rows.map((row) => ({ ...row, values: { ...row.values, kl: estimate(1, 0.1, 580) } })),
    };
    expect(renderToStaticMarkup(<MethodsTable model="tiny" data={fewer} />)).toContain(">600 samples. <");
  });

  it("says an ablation's verdict in words", () => {
    expect(renderToStaticMarkup(tables.Ablations)).toMatch(/data-verdict="worse">worse</);
  });
});
