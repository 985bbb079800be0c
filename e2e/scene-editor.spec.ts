/** The scene editor, by keyboard, mouse and finger. The model's answers play no part: the editor needs none. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import type { Scene } from "../src/scenes/scene.ts";
import { encodeScene } from "../src/state/slices/input/scene-link.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const scene: Scene = {
  objects: [
    { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.18, y: 0.15 },
    { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
    { shape: "ring", colour: "red", material: "glass", size: "small", x: 0.8, y: 0.85 },
  ],
};
const LONGEST: Scene = {
  objects: scene.objects.map((object, index) =>
    index === 2 ? { ...object, colour: "purple", material: "wooden", shape: "cylinder", y: 0.82 } : object,
  ),
};
const QUESTION = "What is the red ball made of?";

let errors: string[] = [];
test.beforeEach(({ page }) => {
  errors = new Workbench(page).watchErrors();
});
test.afterEach(() => expect(errors).toEqual([]));

class Editor extends Workbench {
  readonly objects: Locator;

  constructor(page: Page) {
    super(page);
    this.objects = page.getByRole("group", { name: "Objects in the picture" }).getByRole("button");
  }

  /** @param folded whether picture and question take one row until they are to be changed, as on a phone. */
  async openScene(shown = scene, question = QUESTION, folded = false): Promise<void> {
    const fields = new URLSearchParams({ scene: encodeScene(shown), question });
    await this.open(`${FEW_SAMPLES}&backend=cpu&ratio=55&${fields}`);
    if (folded) await this.button("Change").click();
    await expect(this.objects).toHaveCount(shown.objects.length);
  }

  /** Waits until the bar of the loading model is gone: it moves the picture. */
  async loaded(): Promise<void> {
    await expect(this.page.getByRole("banner")).toContainText("CPU", { timeout: 90_000 });
  }

  object(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  get question(): Locator {
    return this.page.getByRole("textbox", { name: "Question" });
  }

  attribute(name: string): Locator {
    return this.input.getByRole("combobox", { name, exact: true });
  }

  /** The middle of a cell of the picture, 0..8, in the window. */
  async cell(index: number): Promise<{ x: number; y: number }> {
    const box = await this.page.getByRole("img", { name: /a scene of/ }).boundingBox();
    if (!box) throw new Error("The picture is not on the screen.");
    return {
      x: box.x + (box.width * ((index % 3) + 0.5)) / 3,
      y: box.y + (box.height * (Math.floor(index / 3) + 0.5)) / 3,
    };
  }
}

test("is used by keyboard alone: select, move, swap, recolour, remove, undo, redo", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  await page.keyboard.press("o");
  await expect(editor.object("large red metal ball at the top left")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(editor.object("small blue wooden cube at the centre")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(editor.object("large red metal ball at the top left")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect(editor.object("large red metal ball at the centre")).toBeFocused();
  await expect(editor.object("small blue wooden cube at the top")).toBeVisible();
  await expect(editor.question).toHaveValue(QUESTION);

  // The red ring is there already: a red ring cannot come of the ball.
  await expect(editor.attribute("Shape").getByRole("option", { name: "ring: there is a red ring" })).toBeDisabled();
  await editor.attribute("Colour").selectOption("purple");
  await expect(editor.object("large purple metal ball at the centre")).toBeVisible();
  await expect(editor.question).toHaveValue("What is the purple ball made of?");
  await editor.attribute("Colour").focus();
  await page.keyboard.press("Control+z");
  await expect(editor.object("large red metal ball at the centre")).toBeVisible();
  await expect(editor.question).toHaveValue(QUESTION);
  await page.keyboard.press("Control+Shift+z");
  await expect(editor.object("large purple metal ball at the centre")).toBeVisible();

  await editor.object("large purple metal ball at the centre").press("Delete");
  await expect(editor.objects).toHaveCount(2);
  await expect(editor.objects.and(page.locator(":focus"))).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect(editor.object("large purple metal ball at the centre")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(editor.attribute("Colour")).toHaveCount(0);
});

test("adds up to seven objects and removes down to two, and says why it stops", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  const [add, remove] = [editor.button("Add"), editor.button("Remove")];
  await expect(remove).toBeDisabled();
  for (let count = 4; count <= 7; count++) {
    await add.click();
    await expect(editor.objects).toHaveCount(count);
  }
  await expect(add).toBeDisabled();
  await expect(add).toHaveAttribute("title", /at most 7/);
  for (let count = 6; count >= 2; count--) {
    if (await remove.isDisabled()) await editor.objects.first().click();
    await remove.click();
    await expect(editor.objects).toHaveCount(count);
  }
  await editor.objects.first().click();
  await expect(remove).toBeDisabled();
  await expect(remove).toHaveAttribute("title", /at least 2/);
});

test("follows the mouse, settles in the nearest cell, and goes back on Escape", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  await editor.loaded();
  const [from, to] = [await editor.cell(0), await editor.cell(5)];
  const ball = editor.objects.first();
  const left = async () => (await ball.boundingBox())?.x ?? 0;
  const before = await left();
  const dragTo = async (x: number, y: number) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(x, y, { steps: 4 });
  };
  await dragTo(to.x, to.y);
  expect((await left()) - before).toBeCloseTo(to.x - from.x, 0);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await expect(editor.object("large red metal ball at the top left")).toBeVisible();
  expect(await left()).toBeCloseTo(before, 0);

  await dragTo(to.x + 20, to.y);
  await page.mouse.up();
  await expect(editor.object("large red metal ball on the right")).toHaveAttribute("aria-pressed", "true");
  await expect(editor.question).toHaveValue(QUESTION);
  // The picture itself has changed: the ball's red is where the pointer let go, and no longer where it was.
  const pixel = (x: number, y: number) =>
    page.getByRole("img", { name: /a scene of/ }).evaluate(
      (canvas: HTMLCanvasElement, [u, v]) => {
        const at = (share: number) => Math.round(share * canvas.width);
        return [...(canvas.getContext("2d")?.getImageData(at(u ?? 0), at(v ?? 0), 1, 1).data ?? [])];
      },
      [x, y],
    );
  const [old, now] = [await pixel(0.2, 0.18), await pixel(0.84, 0.53)];
  expect(Math.max(...old.slice(0, 3)) - Math.min(...old.slice(0, 3))).toBeLessThan(20);
  expect(now[0]).toBeGreaterThan(Math.max(now[1] ?? 0, now[2] ?? 0));
});

test("moves nothing when an object is selected, however long its name", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene(LONGEST);
  await editor.loaded();
  const places = async () => [await editor.button("Add").boundingBox(), await editor.question.boundingBox()];
  const before = await places();
  await editor.object("small purple wooden cylinder at the bottom right").click();
  await expect(editor.input.getByText("small purple wooden cylinder at the bottom right")).toBeVisible();
  expect(await places()).toEqual(before);
});

test("offers the questions that the scene allows, by family, and follows an edit", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  const list = page.getByRole("combobox", { name: "Suggested questions" });
  const labels = () =>
    list.locator("optgroup").evaluateAll((groups) => groups.map((group) => group.getAttribute("label")));
  expect(await labels()).toEqual(["Physical", "Quantitative", "Commonsense", "Description"]);
  const about = (text: string) => list.locator("option").filter({ hasText: text });
  expect(await list.locator("option").count()).toBeLessThan(80);
  expect(await about("blue cube").count()).toBeGreaterThan(0);
  await editor.object("small blue wooden cube at the centre").click();
  await editor.attribute("Colour").selectOption("yellow");
  await expect(about("blue cube")).toHaveCount(0);
  expect(await about("yellow cube").count()).toBeGreaterThan(0);
  await list.selectOption("Describe the picture.");
  await expect(editor.question).toHaveValue("Describe the picture.");
  await expect(page.getByText(/Never shown in training/)).toBeHidden();
  await editor.attribute("Colour").selectOption("pink");
  await expect(page.getByText("Never shown in training: pink cube")).toBeVisible();
});

test("goes into the link and comes back from it; a damaged link says so", async ({ page, context }) => {
  const editor = new Editor(page);
  await editor.openScene();
  await editor.object("small blue wooden cube at the centre").click();
  await editor.attribute("Material").selectOption("rubber");
  await editor.button("Add").click();
  const names = await editor.objects.evaluateAll((objects) =>
    objects.map((object) => object.getAttribute("aria-label")),
  );
  expect(names).toHaveLength(4);
  await expect.poll(() => new URL(page.url()).hash).toMatch(/scene=1[\w-]{25}(&|$)/);
  const other = new Editor(await context.newPage());
  await other.page.goto(page.url());
  await expect(other.objects).toHaveCount(4);
  expect(
    await other.objects.evaluateAll((objects) => objects.map((object) => object.getAttribute("aria-label"))),
  ).toEqual(names);
  await expect(other.question).toHaveValue(QUESTION);
  await other.page.goto("about:blank");
  await other.page.goto(page.url().replace(/scene=1\w{3}/, "scene=1"));
  await expect(other.page.getByRole("alert")).toContainText("The link's scene cannot be read", { timeout: 60_000 });
});

test("draws new scenes at random, and shows the one that is chosen", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  await expect.poll(() => page.url()).toContain("model=scenes");
  await editor.button("Shuffle").click();
  const third = page.getByRole("button", { name: /^Example 3:/ });
  const question = (await third.getAttribute("title")) ?? "";
  await third.click();
  await expect(third).toHaveAttribute("aria-pressed", "true");
  await expect(editor.question).toHaveValue(question);
  await expect.poll(() => page.url()).toContain(encodeURIComponent(question).replaceAll("%20", "+"));
  await page.goBack();
  await expect(editor.question).toHaveValue(QUESTION);
  await expect(editor.object("large red metal ball at the top left")).toBeVisible();
});

test("has no accessibility violations, in either theme", async ({ page }) => {
  const editor = new Editor(page);
  await editor.openScene();
  await editor.button("Shuffle").click();
  await editor.objects.first().click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page })
      .include("section[aria-label='Picture and question']")
      .analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary}`))).toEqual([]);
  }
});

test.describe("with a thumb", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a tap selects, a drag moves, nothing jumps and nothing is cut off", async ({ page }) => {
    const editor = new Editor(page);
    await editor.openScene(scene, QUESTION, true);
    await editor.loaded();
    const questionTop = async () => (await editor.question.boundingBox())?.y;
    const before = await questionTop();
    const [from, to] = [await editor.cell(0), await editor.cell(1)];
    await page.touchscreen.tap(from.x, from.y);
    await expect(editor.object("large red metal ball at the top left")).toHaveAttribute("aria-pressed", "true");
    expect(await questionTop()).toBe(before);
    const touch = await page.context().newCDPSession(page);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] });
    for (const share of [0.3, 0.6, 1]) {
      const point = { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [point] });
    }
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect(editor.object("large red metal ball at the top")).toHaveAttribute("aria-pressed", "true");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    for (const name of ["Add", "Remove", "Undo", "Redo"]) {
      expect((await editor.button(name).boundingBox())?.height).toBeGreaterThanOrEqual(32);
    }
  });
});

test("the gallery says what each example asks, and is one stop of the Tab key", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open("backend=cpu");
  const examples = workbench.input.getByRole("group", { name: "Example pictures" }).getByRole("button");
  await expect(examples).toHaveCount(8);
  await expect(examples.first()).toContainText("both together?");
  await expect(workbench.input.locator('[aria-label^="Example "][tabindex="0"]')).toHaveCount(1);
  await examples.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(examples.nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(examples.nth(7)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(workbench.input.locator('[aria-label^="Example "]:focus')).toHaveCount(0);
});
