// @module-tag attack
/** What several tabs of one browser keep, and what a storage that fails now and then does not lose. */
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { createMemoryRecords } from "../../testing/memory-records.ts";

const tabs: Harness[] = [];
let records = createMemoryRecords();
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.workbench.close();
  records = createMemoryRecords();
});

async function openTab(): Promise<Harness> {
  const tab = createHarness(records);
  tabs.push(tab);
  return opened(tab);
}

const samples = (tab: Harness) => tab.workbench.store.getState().ownSamples;
const own = (tab: Harness) => tab.workbench.actions.ownSamples;
const names = (tab: Harness) => samples(tab).entries.map(({ picture }) => picture?.name);
const add = (tab: Harness, name: string) => own(tab).addFiles([new File([name], name, { type: "image/png" })], "Why?");

function numberOf(tab: Harness, name: string): number {
  const entry = samples(tab).entries.find(({ picture }) => picture?.name === name);
  if (!entry) throw new Error(`There is no ${name}.`);
  return entry.number;
}

/** Names of the samples in the list that is kept. */
function kept(): unknown {
  const [list] = (records.lists.get("own-samples") ?? []) as { entries: { picture: { name: string } }[] }[];
  return list?.entries.map(({ picture }) => picture.name);
}

const keptPictures = () => [...records.lists.keys()].filter((key) => key.startsWith("own-picture"));

describe("own samples in two tabs", () => {
  it("all stay, with their pictures, whichever tab changed the list last", async () => {
    const first = await openTab();
    await add(first, "a");
    await add(first, "b");
    await expect.poll(kept).toEqual(["a", "b"]);
    const second = await openTab();
    expect(names(second)).toEqual(["a", "b"]);

    own(first).remove(numberOf(first, "a"));
    await expect.poll(kept).toEqual(["b"]);
    await add(second, "c");
    await expect.poll(kept).toEqual(["b", "c"]);
    await until(second, ({ ownSamples }) => ownSamples.entries.length === 2);
    expect(samples(second).note).toMatch(/Another tab has changed the list/);
    await add(first, "d");
    await expect.poll(kept).toEqual(["b", "c", "d"]);
    expect(keptPictures()).toHaveLength(3);

    const third = await openTab();
    expect(names(third)).toEqual(["b", "c", "d"]);
    expect(await Promise.all(samples(third).entries.map(({ picture }) => picture?.file.text()))).toEqual([
      "b",
      "c",
      "d",
    ]);
    expect(samples(third).note).toBe("");
  });

  it("are shown as the other left them when the list is opened", async () => {
    const [first, second] = [await openTab(), await openTab()];
    await add(first, "a");
    await expect.poll(kept).toEqual(["a"]);
    own(second).setOpen(true);
    await until(second, ({ ownSamples }) => ownSamples.entries.length === 1);
    own(second).remove(numberOf(second, "a"));
    await expect.poll(kept).toEqual([]);
    expect(names(first)).toEqual(["a"]);
    own(first).setOpen(true);
    await until(first, ({ ownSamples }) => ownSamples.entries.length === 0);
    await expect.poll(keptPictures).toEqual([]);
  });

  it("keep a picture that one removes and the other adds", async () => {
    const [first, second] = [await openTab(), await openTab()];
    await add(first, "a");
    await expect.poll(kept).toEqual(["a"]);
    own(first).remove(numberOf(first, "a"));
    await add(second, "a");
    await expect.poll(kept).toEqual(["a"]);
    expect(keptPictures()).toHaveLength(1);
    const third = await openTab();
    expect(await samples(third).entries[0]?.picture?.file.text()).toBe("a");
  });
});

it("a sample that is removed and brought back at once is no change from elsewhere, whenever that comes", async () => {
  const tab = await openTab();
  await add(tab, "a");
  await add(tab, "b");
  await expect.poll(kept).toEqual(["a", "b"]);
  for (let turns = 0; turns < 24; turns++) {
    const removed = own(tab).remove(numberOf(tab, "a"));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await removed;
    await own(tab).undo();
    await own(tab).restore();
    await expect.poll(kept).toEqual(["a", "b"]);
    expect([names(tab), samples(tab).note]).toEqual([["a", "b"], ""]);
  }
});

describe("kept own samples that cannot be read", () => {
  it("are not written over, and come when they can be read again", async () => {
    await add(await openTab(), "a");
    await expect.poll(kept).toEqual(["a"]);

    records.failWith(new Error("another tab holds it open"));
    const tab = await openTab();
    expect(samples(tab).notKept).toMatch(/another tab holds it open/);
    await add(tab, "b");
    expect(names(tab)).toEqual(["b"]);
    records.failWith(null);
    await add(tab, "c");
    await until(tab, ({ ownSamples }) => ownSamples.entries.length === 3);
    expect(names(tab)).toEqual(["a", "b", "c"]);
    await expect.poll(kept).toEqual(["a", "b", "c"]);
    expect(samples(tab).notKept).toBeNull();
  });

  it("are read again when another model comes, where the first reading failed", async () => {
    await add(await openTab(), "a");
    await expect.poll(kept).toEqual(["a"]);
    records.failWith(new Error("another tab holds it open"));
    const tab = await openTab();
    records.failWith(null);
    await own(tab).restore();
    expect(names(tab)).toEqual(["a"]);
  });

  it("are left alone where a later version of the page wrote them", async () => {
    const later = { version: 2, entries: "otherwise" };
    await records.append("own-samples", later);
    const tab = await openTab();
    await add(tab, "a");
    own(tab).edit(numberOf(tab, "a"), { answer: "yes" });
    await until(tab, ({ ownSamples }) => ownSamples.notKept !== null);
    expect(samples(tab).notKept).toMatch(/later version of this page.*Save them as a file/);
    expect(records.lists.get("own-samples")).toEqual([later]);
  });

  it("are kept anew when somebody clears the browser's storage under an open page", async () => {
    const tab = await openTab();
    await add(tab, "a");
    await expect.poll(kept).toEqual(["a"]);
    for (const key of [...records.lists.keys()]) await records.remove(key);
    await add(tab, "b");
    await expect.poll(kept).toEqual(["a", "b"]);
    expect(keptPictures()).toHaveLength(2);
  });

  it("come before those that were added while they were read", async () => {
    await add(await openTab(), "a");
    await expect.poll(kept).toEqual(["a"]);
    let release = () => {};
    const held = records.alone("own-samples", () => new Promise<void>((resolve) => (release = resolve)));
    const tab = await openTab();
    await add(tab, "b");
    expect(names(tab)).toEqual(["b"]);
    release();
    await held;
    await until(tab, ({ ownSamples }) => ownSamples.entries.length === 2);
    expect(names(tab)).toEqual(["a", "b"]);
    await expect.poll(kept).toEqual(["a", "b"]);
  });
});
