/**
 * What the test suites need of the machine, and what of it is missing: `scripts/test.ts` says so before anything runs.
 */
import { findBrowser } from "./find-browser.ts";
import { ENGINES, missingEngine } from "./find-engines.ts";
import { missingForForeign } from "./foreign-python.ts";
import { driverEnvironment, HOW_TO_GET_A_DRIVER, swiftShaderEnvironment, WHY_NO_SWIFTSHADER } from "./vulkan-driver.ts";

export const SUITES = ["unit", "foreign", "gpu", "conformance", "e2e", "engines"] as const;
export type Suite = (typeof SUITES)[number];

/** Something that suites need. */
export interface Need {
  readonly suites: readonly Suite[];
  /** One sentence that says what is missing and how to get it; null where it is there. */
  readonly missing: () => string | null;
  /** Without it the suites have nothing to run on; otherwise what needs it is skipped, loudly, and in CI fails. */
  readonly always: boolean;
  /** What is left out without it. */
  readonly leaves: string;
}

/** What is missing, in the order in which it is said. */
export interface Missing {
  readonly sentence: string;
  /** Nothing is worth running before it is there. */
  readonly stops: boolean;
}

/** The sentence of an error that `find` throws. */
function complaint(find: () => unknown): string | null {
  try {
    find();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const NEEDS: readonly Need[] = [
  {
    suites: ["gpu", "e2e"],
    missing: () => complaint(findBrowser),
    always: true,
    leaves: "the suites gpu and e2e",
  },
  {
    suites: ["unit"],
    missing: () =>
      process.platform === "linux" && swiftShaderEnvironment() === null ? `${WHY_NO_SWIFTSHADER}.` : null,
    always: false,
    leaves: "the command line's tests on WebGPU",
  },
  {
    suites: ["foreign"],
    missing: () => {
      const missing = missingForForeign();
      return missing === null ? null : `${missing}.`;
    },
    always: false,
    leaves: "the suite foreign, in which other programs open our exports",
  },
  {
    suites: ["conformance"],
    missing: () => (driverEnvironment() === null ? HOW_TO_GET_A_DRIVER : null),
    always: false,
    leaves: "the suite conformance",
  },
  {
    suites: ["engines"],
    missing: () => (process.platform === "linux" && driverEnvironment() === null ? HOW_TO_GET_A_DRIVER : null),
    always: false,
    leaves: "Firefox's journey on WebGPU",
  },
  ...ENGINES.map(
    (engine): Need => ({
      suites: ["engines"],
      missing: () => missingEngine(engine),
      always: false,
      leaves: `the journeys in ${engine}`,
    }),
  ),
];

/**
 * What the suites that are asked for miss on this machine.
 *
 * @param inCi what is skipped elsewhere stops here.
 */
export function missingNeeds(asked: readonly Suite[], inCi: boolean, needs: readonly Need[] = NEEDS): Missing[] {
  return needs
    .filter(({ suites }) => suites.some((suite) => asked.includes(suite)))
    .flatMap(({ missing, always, leaves }) => {
      const reason = missing();
      const stops = always || inCi;
      return reason === null ? [] : [{ stops, sentence: `${stops ? "Cannot run" : "Will skip"} ${leaves}: ${reason}` }];
    });
}
