/**
 * The attack suite: tests of odd pictures, links, hubs that lie, storage that fails, full disks, kills and tabs side by
 * side, wherever they stand. Vitest's carry the tag `attack` (`@module-tag attack` in the comment at the head of a file, or
 * `{ tags: ["attack"] }`), Playwright's `@attack`. They are counted in the reports of their runs, never by hand.
 */

export const ATTACK = "attack";

interface TaggedVitest {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly tags?: readonly string[] }[];
  }[];
}

interface TaggedSuite {
  readonly specs?: readonly {
    readonly tags: readonly string[];
    readonly tests: readonly { readonly status: string }[];
  }[];
  readonly suites?: readonly TaggedSuite[];
}

/** Whether a test file has attacks in it. */
export function holdsAttacks(text: string): boolean {
  return /@module-tag attack\b|\btags?: (\[[^\]]*)?"@?attack"/.test(text);
}

/** Attacks that were made in a run of Vitest; skipped ones were not. */
export function vitestAttacks({ testResults }: TaggedVitest): number {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  return all.filter(({ status, tags }) => tags?.includes(ATTACK) && ["passed", "failed"].includes(status)).length;
}

/** Attacks that were made in a run of Playwright. */
export function playwrightAttacks(report: TaggedSuite): number {
  const own = (report.specs ?? []).filter(({ tags }) => tags.includes(ATTACK)).flatMap(({ tests }) => tests);
  const made = own.filter(({ status }) => status !== "skipped").length;
  return (report.suites ?? []).reduce((sum, suite) => sum + playwrightAttacks(suite), made);
}

/** How far above the README's number the count may lie before the README is out of date. */
const MARGIN = 100;

/**
 * What is wrong with the README's "more than N attacks"; null where it holds. It is no exact number: some attacks need
 * files that are not everywhere, and a new one should not change a document.
 */
export function falseCount(readme: string, found: number): string | null {
  const claimed = /more than ([\d,]+) attacks/.exec(readme)?.[1];
  if (claimed === undefined) return 'README.md does not say how many attacks there are: "more than N attacks".';
  const number = Number(claimed.replaceAll(",", ""));
  if (found > number && found <= number + MARGIN) return null;
  const right = Math.max(0, Math.floor((found - 1) / 50) * 50).toLocaleString("en-US");
  return `README.md says more than ${claimed} attacks, ${found} were made: write ${right}.`;
}
