/** Rules of accessibility that a machine can check. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What of the page breaks a rule, each with where and how; empty for nothing. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`),
  );
}
