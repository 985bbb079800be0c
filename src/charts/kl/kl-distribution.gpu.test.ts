/** The histogram as a browser draws it: real text, real sizes. */
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import "../../styles/fonts.css";
import "../../styles/tokens.css";
import { afterEach, expect, it } from "vitest";
import { KlDistribution, type KlDistributionProps } from "./KlDistribution.tsx";

const context = { model: "tiny", method: "µCRASP", ratio: 0.6 };
/** KL per token, nats: exactly nothing, a wide tail, both ends, all beyond the fixed range. */
const SERIES: readonly (readonly number[])[] = [
  [0, 0, 0],
  [0, 0.0001, 0.0003, 0.0007, 0.002, 0.03, 0.2, 0.9, 4.4, 12],
  [0, 0, 0, 40],
  [3, 5, 9, 48],
  [0.05, 0.06, 0.07],
  [700, 720, 730],
];
let root: Root | null = null;

afterEach(() => {
  root?.unmount();
  document.body.replaceChildren();
});

async function draw(props: Partial<KlDistributionProps>, width: number): Promise<HTMLElement> {
  const host = document.createElement("div");
  host.style.width = `${width}px`;
  document.body.append(host);
  await document.fonts.load('12px "Inter Variable"');
  root = createRoot(host);
  root.render(createElement(KlDistribution, { context, values: null, ...props }));
  await expect.poll(() => host.querySelector("svg[role=img]")).not.toBeNull();
  return host;
}

function boxes(host: HTMLElement, selector: string): readonly DOMRect[] {
  return [...host.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
}

function overlap(a: DOMRect, b: DOMRect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

it.each([300, 358, 420, 700])("labels neither overlap nor leave the chart at %i pixels", async (width) => {
  for (const values of SERIES) {
    const host = await draw({ values }, width);
    const [plot] = boxes(host, "svg[role=img]");
    const texts = boxes(host, "svg[role=img] text");
    expect(texts.length).toBeGreaterThanOrEqual(3 + 3 + 6 + 2);
    texts.forEach((text, index) => {
      expect(text.width).toBeGreaterThan(0);
      expect(text.left).toBeGreaterThanOrEqual((plot?.left ?? 0) - 0.5);
      expect(text.right).toBeLessThanOrEqual((plot?.right ?? 0) + 0.5);
      expect(text.bottom).toBeLessThanOrEqual((plot?.bottom ?? 0) + 0.5);
      for (const other of texts.slice(index + 1)) expect(overlap(text, other)).toBe(false);
    });
    root?.unmount();
    host.remove();
  }
});

it("draws a bar per filled bin, from the axis to its share", async () => {
  const host = await draw({ values: [0, 0, 0.015, 3] }, 420);
  const bars = boxes(host, "path[data-kl]");
  expect(bars).toHaveLength(3);
  expect((bars[0]?.height ?? 0) / (bars[2]?.height ?? 1)).toBeCloseTo(Math.SQRT2, 1);
  const axis = boxes(host, "[data-axis=bottom] > line")[0];
  expect(bars[1]?.bottom).toBeCloseTo(axis?.bottom ?? 0, 0);
});

it("has the same axes for every result, and the one before behind it", async () => {
  const axes = (host: HTMLElement) => [...host.querySelectorAll("[data-axis]")].map((axis) => axis.outerHTML);
  const host = await draw({ values: [0, 0, 0, 0.015] }, 420);
  const before = axes(host);
  const ghost = { name: "FLAP, 20.0 %", values: [0, 0, 0, 0.015] };
  root?.render(createElement(KlDistribution, { context, values: [3, 5, 60, 700], ghost }));
  await expect.poll(() => host.textContent).toContain("before: FLAP, 20.0 %");
  expect(axes(host)).toEqual(before);
});

it("keeps its room when values arrive", async () => {
  const host = await draw({}, 420);
  const before = boxes(host, "section")[0]?.height;
  root?.render(createElement(KlDistribution, { context, values: [0, 1] }));
  await expect.poll(() => host.querySelectorAll("path[data-kl]").length).toBe(2);
  expect(boxes(host, "section")[0]?.height).toBe(before);
});

it("reads the bin at the pointer in the line below", async () => {
  const host = await draw({ values: [0, 0, 0.015, 3] }, 420);
  const bar = boxes(host, "path[data-kl]")[0];
  const at = { clientX: (bar?.left ?? 0) + 4, clientY: (bar?.top ?? 0) + 20, bubbles: true };
  host.querySelector("svg[role=img]")?.dispatchEvent(new PointerEvent("pointermove", at));
  await expect.poll(() => host.textContent).toContain("0 to 0.0001 nats: 2 tokens (50.0\u00a0%)");
  const band = boxes(host, "[data-current]")[0];
  expect(band?.left).toBeCloseTo((bar?.left ?? 0) - 1, 1);
  expect(band?.right).toBeCloseTo((bar?.right ?? 0) + 1, 1);
});

it("moves the same band by the keyboard, also over empty bins", async () => {
  const host = await draw({ values: [0, 0.015] }, 420);
  const input = host.querySelector<HTMLInputElement>('input[aria-label="KL bin"]');
  input?.focus();
  await expect.poll(() => host.querySelectorAll("[data-current]").length).toBe(1);
  expect(input?.getAttribute("aria-valuetext")).toBe("0 to 0.0001 nats: 1 token (50.0\u00a0%)");
  expect(host.querySelector('svg [tabindex="0"]')).toBeNull();
  input?.blur();
  await expect.poll(() => host.querySelectorAll("[data-current]").length).toBe(0);
});
