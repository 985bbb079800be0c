import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { storedModel } from "../../testing/memory-models.ts";

let harness: Harness;
beforeEach(() => {
  harness = createHarness();
  harness.models.models = [
    storedModel("a/old", { lastUsed: 1, bytes: 10 }),
    storedModel("b/new", { lastUsed: 2, bytes: 20, complete: false }),
  ];
});
afterEach(() => harness.workbench.close());

const stored = () => harness.workbench.store.getState().stored;
const actions = () => harness.workbench.actions.stored;
const names = () => stored().models?.map(({ repository }) => repository);

describe("stored models", () => {
  it("are listed with the last used first, with what they take in all", async () => {
    expect(stored().models).toBeNull();
    await actions().refresh();
    expect(names()).toEqual(["b/new", "a/old"]);
    expect(stored().use).toEqual({ usedBytes: 30, quotaBytes: 1e9, persisted: false });
  });

  it("are removed one by one, or all", async () => {
    await actions().refresh();
    const [newest] = stored().models ?? [];
    if (!newest) throw new Error("There is none.");
    const removing = actions().remove(newest);
    expect(stored().removing).toEqual({ id: "b/new" });
    await removing;
    expect(names()).toEqual(["a/old"]);
    await actions().clear();
    expect(stored()).toMatchObject({ models: [], removing: null, use: { usedBytes: 0 } });
  });

  it("say why they cannot be read or removed, and what there is stays in view", async () => {
    await actions().refresh();
    harness.models.failWith(new PivotscopeError("busy", "Another tab is writing."));
    await actions().clear();
    expect(stored()).toMatchObject({ failure: { message: "Another tab is writing." }, removing: null });
    expect(names()).toHaveLength(2);
    harness.models.failWith(null);
    await actions().refresh();
    expect(stored().failure).toBeNull();
  });

  it("are kept by the browser once it agrees", async () => {
    harness.models.agrees = false;
    await actions().persist();
    expect(stored()).toMatchObject({ refused: true, use: { persisted: false } });
    harness.models.agrees = true;
    await actions().persist();
    expect(stored()).toMatchObject({ refused: false, use: { persisted: true } });
  });
});

describe("kept results of experiments", () => {
  const titles = () => stored().results?.map(({ key }) => key);

  it("are listed, and removed together, with the reason where that is refused", async () => {
    await harness.records.append('["a"]', { version: 1 });
    await harness.records.append('["b"]', { version: 1 });
    await actions().refreshResults();
    expect(titles()).toEqual(['["a"]', '["b"]']);
    harness.records.failWith(new Error("Another tab is writing."));
    await actions().removeResults(['["a"]']);
    expect(stored()).toMatchObject({ removingResults: [], resultsFailure: { message: expect.any(String) } });
    expect(titles()).toHaveLength(2);
    harness.records.failWith(null);
    const removing = actions().removeResults(['["a"]']);
    expect(stored().removingResults).toEqual(['["a"]']);
    await removing;
    expect(titles()).toEqual(['["b"]']);
    expect(stored().resultsFailure).toBeNull();
  });
});
