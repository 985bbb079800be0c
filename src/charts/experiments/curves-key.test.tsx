// @vitest-environment happy-dom
/** The key of the curves, pressed: lines go and come back, and the axis follows those that are left. */
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CURVES, KL } from "../testing/experiments.ts";
import { CurvesChart } from "./CurvesChart.tsx";

let host = document.createElement("div");
let root: Root;

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});

afterEach(async () => {
  await act(async () => root.unmount());
  host.remove();
});

const button = (name: RegExp) => [...host.querySelectorAll("button")].find(({ textContent }) => name.test(textContent));
const press = (name: RegExp) => act(async () => button(name)?.click());
const lines = () => host.querySelectorAll(".recharts-line").length;

it("hides a line and shows it again, one at a time or all", async () => {
  await act(async () => root.render(<CurvesChart model="tiny" data={CURVES} />));
  expect(lines()).toBe(2);
  expect(button(/^Random/)?.getAttribute("aria-pressed")).toBe("true");
  await press(/^Random/);
  expect(lines()).toBe(1);
  expect(button(/^Random/)?.getAttribute("aria-pressed")).toBe("false");
  expect(host.querySelector("[role=img]")?.getAttribute("aria-label")).not.toContain("Random");
  await press(/^Random/);
  expect(lines()).toBe(2);
  await press(/^Random/);
  await press(/^µCRASP/);
  expect(lines()).toBe(0);
  expect(host.innerHTML).not.toMatch(/NaN|undefined|Infinity/);
  await press(/^show all$/);
  expect(lines()).toBe(2);
  expect(button(/^show all$/)).toBeUndefined();
});

it("offers a linear and a logarithmic axis where a metric spans decades, and says which it is", async () => {
  await act(async () => root.render(<CurvesChart model="tiny" data={CURVES} />));
  expect(button(/^logarithmic$/)).toBeUndefined();
  await act(async () => root.render(<CurvesChart model="tiny" data={{ ...CURVES, metric: KL }} />));
  expect(button(/^logarithmic$/)?.getAttribute("aria-pressed")).toBe("true");
  expect(host.textContent).toContain("logarithmic axis, linear from 0 to 0.001");
  await press(/^logarithmic$/);
  expect(button(/^logarithmic$/)?.getAttribute("aria-pressed")).toBe("false");
  expect(host.textContent).toContain("linear axis");
});
