import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { CurveDrawing } from "./CurveDrawing.tsx";

it("draws the ratios that have a number beside those that have none", () => {
  const row = (ratio: number, kl: number) => ({ ratio, kl, matches: true, answer: "two", statements: null });
  const html = renderToStaticMarkup(
    <CurveDrawing
      rows={[row(0, 0), row(0.3, 0.5), row(0.6, Number.NaN), row(0.7, Number.POSITIVE_INFINITY)]}
      maximum={70}
    />,
  );
  expect(html.replace(/aria-label="[^"]*"/g, "")).not.toMatch(/NaN|Infinity/);
  expect(html.match(/data-kl="\d"><circle/g)).toHaveLength(2);
});
