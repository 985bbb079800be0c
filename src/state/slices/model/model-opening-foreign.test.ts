// @module-tag attack
import { afterEach, describe, expect, it } from "vitest";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { storedModel } from "../../testing/memory-models.ts";
import { HUB_MODEL, openingOf } from "../../testing/opening.ts";
import { dialogShown } from "./model-opening-steps.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

const { actions, opening, step } = openingOf(() => harness);

/** What engines were asked to look at. */
const looks = () =>
  harness.engines.flatMap(({ fake }) =>
    fake.calls.filter(({ kind }) => kind === "inspect").map(({ source }) => source),
  );

async function open(hash: string, search = ""): Promise<void> {
  harness = createHarness();
  await harness.workbench.open(decodeSharedState(hash, search));
}

describe("a host that only a link names", () => {
  it.each([
    ["the query's hub", `model=${HUB_MODEL}`, "?hub=https://evil.example/", { hubUrl: "https://evil.example" }],
    ["a hub in the model's address", "model=https://evil.example/owner/checkpoint", "", { kind: "hub" }],
    ["the usual hub on another port", `model=${HUB_MODEL}`, "?hub=https://huggingface.co:8443", { kind: "hub" }],
    ["the usual hub without encryption", `model=${HUB_MODEL}`, "?hub=http://huggingface.co", { kind: "hub" }],
    ["a server of this machine", `model=${HUB_MODEL}`, "?hub=http://localhost:1234", { kind: "hub" }],
    ["a plain folder", "model=https://evil.example/folder/", "", { kind: "address" }],
  ])("is asked about before anything is asked of it: %s", async (_, hash, search, source) => {
    await open(hash, search);
    await step("foreign");
    expect(opening()).toMatchObject({ source });
    expect(dialogShown(opening())).toBe(true);
    expect(looks()).toEqual([]);
    await actions().agree();
    expect(opening()).toMatchObject({ step: "asking" });
    expect(looks()).toMatchObject([source]);
  });

  it.each([
    ["the usual hub", `model=${HUB_MODEL}`, ""],
    ["the usual hub by its address", "model=https://huggingface.co/owner/checkpoint", "?hub=https://huggingface.co"],
    ["the page's own server", "model=http://page/models/other/", ""],
  ])("is no other: %s", async (_, hash, search) => {
    await open(hash, search);
    await step("asking");
    expect(looks()).toHaveLength(1);
  });

  it("is left alone where somebody says no, and asked about again", async () => {
    await open(`model=${HUB_MODEL}`, "?hub=https://evil.example");
    await step("foreign");
    actions().back();
    expect(opening()).toEqual({ step: "choosing", failure: null });
    // A repository that is typed without a host is one of the link's hub.
    await actions().chooseAddress("another/checkpoint", true);
    expect(opening()).toMatchObject({ step: "foreign" });
    actions().hide();
    await actions().agree();
    expect(opening()).toEqual({ step: "closed" });
    expect(looks()).toEqual([]);
  });

  it("needs one yes, whatever is opened from it", async () => {
    await open(`model=${HUB_MODEL}`, "?hub=https://evil.example");
    await step("foreign");
    await actions().agree();
    actions().back();
    await actions().chooseAddress("another/checkpoint");
    expect(opening()).toMatchObject({ step: "asking" });
    await actions().chooseAddress("https://evil.example:444/owner/checkpoint");
    expect(opening()).toMatchObject({ step: "foreign" });
  });

  it("needs none where it was typed, or stands in the list of what is kept", async () => {
    await open("");
    await actions().chooseAddress("https://hub.example/owner/checkpoint", true);
    expect(opening()).toMatchObject({ step: "asking" });
    await actions().chooseAddress("https://hub.example/owner/another");
    expect(opening()).toMatchObject({ step: "asking" });
    const { repository, version, hubUrl } = storedModel(HUB_MODEL, { hubUrl: "https://kept.example" });
    await actions().choose({ kind: "hub", name: repository, repository, revision: version, hubUrl });
    expect(opening()).toMatchObject({ step: "asking" });
  });

  it("keeps ids of its hub in the address", async () => {
    await open(`model=${HUB_MODEL}`, "?hub=http://localhost:1234/");
    await step("foreign");
    await actions().agree();
    expect(opening()).toMatchObject({ source: { hubUrl: "http://localhost:1234" } });
    await actions().load();
    harness.elapse(300);
    expect(new URLSearchParams(harness.hashes.at(-1)?.hash).get("model")).toBe(`${HUB_MODEL}@abc123`);
  });
});
