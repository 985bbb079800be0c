/** The charts of experiments as a browser lays them out: real text, real sizes. */
import { createElement, type ReactElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import "../../styles/tokens.css";
import { afterEach, expect, it } from "vitest";
import { KlOverlay } from "../kl/KlOverlay.tsx";
import { KlPlaces } from "../kl/KlPlaces.tsx";
import type { Look } from "../plot/looks.ts";
import { CURVES, estimate, GROUNDING, KL } from "../testing/experiments.ts";
import { CurvesChart } from "./CurvesChart.tsx";
import type { CurvesData } from "./data.ts";
import { LayerViews } from "./LayerViews.tsx";
import { MethodsTable } from "./MethodsTable.tsx";
import { WindowChart } from "./WindowChart.tsx";

let root: Root | null = null;

afterEach(() => {
  root?.unmount();
  document.body.replaceChildren();
});

async function draw(chart: ReactElement, width: number): Promise<HTMLElement> {
  const host = document.createElement("div");
  host.style.width = `${width}px`;
  document.body.append(host);
  root = createRoot(host);
  root.render(chart);
  await expect.poll(() => host.querySelector("section")).not.toBeNull();
  return host;
}

/** Eight curves that end almost at one value, as methods do when nothing is left of the model. */
const ENDS: CurvesData = {
  ...CURVES,
  series: Array.from({ length: 8 }, (_, place) => ({
    id: String(place),
    look: place as Look,
    label: `LLM-Pruner, variant ${place}`,
    points: [0, 0.35, 0.7].map((ratio) => ({ ratio, reached: ratio, ...estimate(9 - 12 * ratio - 0.02 * place) })),
  })),
};
const layers = Array.from({ length: 30 }, (_, layer) => layer);
const charts: readonly ReactElement[] = [
  createElement(CurvesChart, { model: "tiny", data: ENDS }),
  createElement(CurvesChart, {
    model: "tiny",
    data: { ...ENDS, metric: { ...KL, kind: "number", scale: "log" }, dense: estimate(1.2) },
  }),
  createElement(KlOverlay, {
    model: "tiny",
    ratio: 0.3,
    series: [{ id: "a", label: "A", look: 0, values: [0, 0.1, 700] }],
  }),
  createElement(WindowChart, {
    model: "tiny",
    data: {
      metric: GROUNDING,
      size: 4,
      cmds: layers.map((layer) => layer / 30),
      dense: estimate(9),
      points: layers.slice(0, 27).map((first) => ({ first, ...estimate(first / 3) })),
    },
  }),
  createElement(KlPlaces, {
    model: "tiny",
    data: {
      method: "µCRASP",
      ratio: 0.4,
      byDistance: ["before the first pivot", ...layers.slice(0, 16).map(String), "16 and more"].map((label) => ({
        label,
        tokens: 9,
        ...estimate(1),
      })),
      byStep: ["before the first step", "step 1", "step 2", "answer"].map((label) => ({
        label,
        tokens: 9,
        ...estimate(1),
      })),
    },
  }),
  createElement(LayerViews, {
    model: "tiny",
    from: "calibration",
    views: [
      {
        id: "bi",
        label: "Block influence",
        explanation: "How much a layer turns its input.",
        formula: { expression: "1 − cos", withNumbers: "", source: "ShortGPT" },
        kind: "number",
        values: layers.map((layer) => ({
          tower: layer < 12 ? ("vision" as const) : ("text" as const),
          layer,
          value: layer / 100,
        })),
      },
    ],
  }),
];

it.each([330, 358, 640, 1100])("texts of a drawing neither overlap nor leave it at %i pixels", async (width) => {
  for (const chart of charts) {
    const host = await draw(chart, width);
    for (const drawing of host.querySelectorAll("[role=img]")) {
      const frame = drawing.getBoundingClientRect();
      const texts = [...drawing.querySelectorAll("text:not([data-reference] text)")];
      expect(texts.length).toBeGreaterThan(4);
      const boxes = texts.map((text) => ({ name: text.textContent, box: text.getBoundingClientRect() }));
      boxes.forEach(({ name, box }, index) => {
        expect(box.left, `${name}`).toBeGreaterThanOrEqual(frame.left - 0.5);
        expect(box.right, `${name}`).toBeLessThanOrEqual(frame.right + 0.5);
        for (const other of boxes.slice(index + 1)) {
          const apart =
            box.right <= other.box.left ||
            other.box.right <= box.left ||
            box.bottom <= other.box.top + 3 ||
            other.box.bottom <= box.top + 3;
          expect(apart, `${name} and ${other.name}`).toBe(true);
        }
      });
    }
    root?.unmount();
    host.remove();
  }
});

it("follows its width again after it was shown as a table", async () => {
  const host = await draw(createElement(CurvesChart, { model: "tiny", data: ENDS }), 900);
  const width = () => host.querySelector("[role=img]")?.getBoundingClientRect().width;
  const press = (name: string) =>
    [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name)?.click();
  await expect.poll(width).toBe(900);
  press("table");
  await expect.poll(width).toBeUndefined();
  press("chart");
  await expect.poll(width).toBe(900);
  host.style.width = "400px";
  await expect.poll(width).toBe(400);
});

it("moves nothing else while the cursor wanders", async () => {
  const host = await draw(createElement(CurvesChart, { model: "tiny", data: ENDS }), 640);
  const before = host.getBoundingClientRect().height;
  const input = host.querySelector<HTMLInputElement>('input[aria-label="Ratio"]');
  input?.focus();
  await expect.poll(() => input?.value).toBe("0");
  expect(host.getBoundingClientRect().height).toBe(before);
  expect(input?.getAttribute("aria-valuetext")).toContain("At 0\u00a0% asked");
});

it("keeps a wide table inside its own scroll", async () => {
  const metrics = layers.slice(0, 12).map((place) => ({ ...GROUNDING, id: `m${place}`, label: `Metric ${place}` }));
  const values = Object.fromEntries(metrics.map(({ id }) => [id, estimate(8)]));
  const data = {
    ratio: 0.3,
    metrics,
    dense: { values },
    rows: [{ id: "a", label: "A", look: 0 as const, reached: 0.3, values }],
  };
  const host = await draw(createElement(MethodsTable, { model: "tiny", data }), 358);
  const scroll = host.querySelector("table")?.parentElement;
  expect(scroll?.scrollWidth ?? 0).toBeGreaterThan(358);
  expect(host.scrollWidth).toBe(358);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(window.innerWidth);
});
