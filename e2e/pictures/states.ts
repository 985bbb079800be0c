/** The main states of the page, each with the way to it. Together they show every tab, dialog and kind of message. */
import { expect, type Page } from "@playwright/test";
import { OpenModelDialog } from "../open-model.ts";
import { Workbench } from "../workbench.ts";

export interface PageState {
  readonly name: string;
  /** What is kept: the page down to its end, what the window shows, or the open tab alone. */
  readonly extent: "page" | "window" | "tab";
  /** The model stays half loaded. */
  readonly hold?: boolean;
  /** Leads from the page as it opens to the state. */
  reach(page: Page): Promise<void>;
}

export const STATES: readonly PageState[] = [
  {
    name: "opening",
    extent: "window",
    hold: true,
    async reach(page) {
      await expect(page.getByRole("progressbar")).toBeVisible();
    },
  },
  {
    name: "verdict-and-scene-editor",
    extent: "page",
    async reach(page) {
      await settled(page);
      await page.getByRole("group", { name: "Objects in the picture" }).getByRole("button").nth(1).click();
    },
  },
  {
    name: "compare-and-refused-question",
    extent: "page",
    async reach(page) {
      const workbench = await settled(page);
      await workbench.button("Compare reasoning").click();
      await expect(workbench.region("Compare traces").getByText(/finished|cut after/)).toHaveCount(2);
      await workbench.ask(" ");
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "methods",
    extent: "tab",
    reach: (page) => measured(page, "Methods", /^Measure methods/, "Methods compared"),
  },
  {
    name: "curves",
    extent: "tab",
    reach: (page) => measured(page, "Curves", "Measure the curves", "Compression curves"),
  },
  { name: "ablations", extent: "tab", reach: (page) => measured(page, "Ablations", /^Measure ablations/, "Ablations") },
  {
    name: "windows",
    extent: "tab",
    reach: (page) => measured(page, "Windows", "Measure the windows", "Sliding window"),
  },
  {
    name: "where-kl-lives",
    extent: "tab",
    async reach(page) {
      await measured(page, "Methods", /^Measure methods/, "Methods compared");
      await openTab(page, "Where KL lives");
      await expect(page.getByRole("region", { name: "Where KL lives" })).toBeVisible();
    },
  },
  {
    name: "layers",
    extent: "tab",
    reach: (page) => measured(page, "Layers", "Compute layer views", "Layer views"),
  },
  {
    name: "open-model",
    extent: "window",
    async reach(page) {
      await settled(page);
      await new OpenModelDialog(page).show();
    },
  },
  {
    name: "own-samples",
    extent: "window",
    async reach(page) {
      const workbench = await settled(page);
      await workbench.button("Own samples").click();
      const dialog = page.getByRole("dialog", { name: "Own samples" });
      await dialog.getByRole("button", { name: "Add picture and question at hand" }).click();
      await expect(dialog.getByRole("listitem").getByRole("img")).toBeVisible();
    },
  },
];

async function settled(page: Page): Promise<Workbench> {
  const workbench = new Workbench(page);
  await workbench.settled();
  // The curve on the slider grows while nothing is done: every 2.5 % from 0 to 70 %.
  await expect(page.locator("[data-measured]")).toHaveAttribute("data-measured", "29", { timeout: 60_000 });
  return workbench;
}

async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name }).click();
}

/** Opens a tab, presses what measures, and waits for the chart. */
async function measured(page: Page, tab: string, button: string | RegExp, chart: string): Promise<void> {
  await settled(page);
  await openTab(page, tab);
  const panel = page.getByRole("tabpanel", { name: tab });
  await panel.getByRole("button", { name: button }).click();
  await expect(panel.getByRole("region", { name: chart })).toBeVisible();
  await expect(panel.getByRole("progressbar")).toHaveCount(0);
}
