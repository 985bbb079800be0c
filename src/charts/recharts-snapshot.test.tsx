// @vitest-environment happy-dom
/** The picture of the chart that recharts draws: it draws nothing without a page, so this one has happy-dom's. */
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, it } from "vitest";
import { CurvesChart } from "./experiments/CurvesChart.tsx";
import { CURVES } from "./testing/experiments.ts";
import { snapshotOf } from "./testing/snapshot.ts";

it("CurvesChart looks as it is kept", async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  await act(async () => root.render(<CurvesChart model="tiny" data={CURVES} />));
  const folder = `${import.meta.dirname}/experiments/__snapshots__`;
  const [drawing, svg] = [host.querySelector("[role=img]"), host.querySelector("[role=img] svg")];
  // recharts has an element around its own; the file has one for each drawing.
  for (const name of ["role", "aria-label"]) svg?.setAttribute(name, drawing?.getAttribute(name) ?? "");
  for (const element of svg?.querySelectorAll("title, desc, defs, g:empty") ?? []) element.remove();
  for (const element of svg?.querySelectorAll("[id]") ?? []) element.removeAttribute("id");
  const html = svg?.outerHTML ?? "";
  await expect(snapshotOf({ html, part: "drawings", folder })).toMatchFileSnapshot(`${folder}/CurvesChart.svg`);
  await act(async () => root.unmount());
});
