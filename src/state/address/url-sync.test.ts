// @module-tag attack
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../testing/harness.ts";
import { until } from "../testing/journey.ts";
import { decodeSharedState } from "./url.ts";

let harness: Harness;
afterEach(() => harness.workbench.close());

/** Opens the page at `hash` and `query`, up to the question about the model that the link names. */
async function openPage(hash: string, query: string) {
  harness = createHarness();
  await harness.workbench.open(decodeSharedState(hash, query));
  const steps: string[] = ["foreign", "asking"];
  await until(harness, ({ opening }) => steps.includes(opening.current.step));
  // Hosts that only the link names are asked about first.
  await harness.workbench.actions.opening.agree();
  expect(harness.workbench.store.getState().opening.current.step).toBe("asking");
  // The bundled model opens behind the question, in an engine of its own, before or after this one's.
  const calls = harness.engines.flatMap(({ fake }) => fake.calls);
  return calls.find(({ kind }) => kind === "inspect")?.source;
}

it.each([
  ["https://my.site/models/smol/", "", { kind: "address", url: "https://my.site/models/smol" }],
  ["https://my.site/models/smol", "", { kind: "hub", hubUrl: "https://my.site", repository: "models/smol" }],
  ["owner/name", "?hub=https://mirror.example", { kind: "hub", hubUrl: "https://mirror.example" }],
  ["https://huggingface.co/owner/name", "?hub=https://mirror.example", { kind: "hub", hubUrl: null }],
  ["https://mirror.example/owner/name", "?hub=https://mirror.example", { hubUrl: "https://mirror.example" }],
  ["https://mirror.example/owner/name", "", { kind: "hub", hubUrl: "https://mirror.example" }],
  ["owner/name", "?hub=https://huggingface.co", { kind: "hub", hubUrl: null }],
  ["owner/name/run/c-5@v1", "", { kind: "hub", repository: "owner/name", folder: "run/c-5", hubUrl: null }],
  ["https://mirror.example/owner/name/tree/v%2F1/c-5", "", { folder: "c-5", hubUrl: "https://mirror.example" }],
])("the address of the page with %s opened and %j leads back to it", async (model, query, expected) => {
  const source = await openPage(`model=${encodeURIComponent(model)}`, query);
  expect(source).toMatchObject(expected);
  await harness.workbench.actions.opening.load();
  harness.elapse(300);
  const hash = harness.hashes.at(-1)?.hash ?? "";
  harness.workbench.close();
  const again = await openPage(hash, query);
  expect(again).toMatchObject(expected);
});

it("sends the access token to the usual hub that the query names", async () => {
  await openPage("model=owner/name", "?hub=https://huggingface.co");
  harness.workbench.actions.opening.setToken("secret");
  await harness.workbench.actions.opening.chooseAddress("owner/name");
  expect(harness.fake().calls[0]?.source).toMatchObject({ accessToken: "secret" });
});
