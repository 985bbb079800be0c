// @module-tag attack
/** Sessions that cannot be opened: refused with file, field, found and supported, and the page is as it was. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeZip } from "../../models/zip-file.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { measureAt, opened, until } from "../testing/journey.ts";
import { HUB_MODEL } from "../testing/opening.ts";
import { changed, changeSession } from "./testing/change-session.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;

let session: Blob | null = null;
/** The name of its only picture's entry, which is drawn. */
let pictureEntry = "";

/** A page with something of everything, saved once. */
async function save(): Promise<Blob> {
  harness = await opened();
  const own = new File(["own"], "cat.png", { type: "image/png" });
  await actions().input.choosePicture(own, own.name);
  await until(harness, ({ input, reasoning }) => input.picture?.keptAs !== null && reasoning.status === "done");
  await measureAt(harness, 0.3);
  await actions().pins.pin();
  const saved = await actions().files.saveSession();
  harness.workbench.close();
  if (!saved) throw new Error("Nothing was saved.");
  return saved.file;
}

beforeEach(async () => {
  if (!session) {
    session = await save();
    const { pictures } = JSON.parse(await text("session.json")) as { pictures: { entry: string }[] };
    pictureEntry = pictures[0]?.entry ?? "";
  }
  harness = await opened();
  await measureAt(harness, 0.5);
});

const atHand = () => session ?? new Blob();
const open = (bytes: Uint8Array<ArrayBuffer>) => actions().files.open([new File([bytes], "a.zip")]);
type Json = Record<string, unknown>;
const manifest = (change: (json: Json) => object) => changeSession(atHand(), { "session.json": changed(change) });
const entry = (name: string, change: (json: Json) => object) => changeSession(atHand(), { [name]: changed(change) });
const zip = async (name: string, content: string) =>
  new Uint8Array(await new Response(writeZip([{ name, content }], new Date(0))).arrayBuffer());
const whole = async () => new Uint8Array(await atHand().arrayBuffer());

describe("a session", () => {
  it("is opened when nothing is wrong with it", async () => {
    await open(await changeSession(atHand(), {}));
    expect(state().files).toMatchObject({ failure: null, outcome: expect.stringContaining("is open") });
  });

  it.each<[string, () => Promise<Uint8Array<ArrayBuffer>>, RegExp]>([
    ["cut off", async () => (await whole()).slice(0, -100), /a\.zip is no whole zip file/],
    ["that is another zip file", () => zip("hello.txt", "hello"), /a\.zip is no session: it has no session\.json/],
    [
      "of another program",
      () => zip("session.json", '{"format":"other","version":1}'),
      /a\.zip, session\.json: "format" is the string "other"; "pivotscope-session" is needed/,
    ],
    ["that is no JSON", () => zip("session.json", "{"), /a\.zip, session\.json is not valid JSON/],
    ["that is no text", async () => changeBytes(await zip("session.json", "????")), /a\.zip, session\.json is no text/],
    [
      "of a later version",
      () => manifest((json) => ({ ...json, version: 2 })),
      /a\.zip, session\.json: version: found 2, this program reads version 1/,
    ],
    [
      "that was changed",
      () => changeSession(atHand(), { "plan.json": (text) => text.replace("0.3", "0.4") }, false),
      /a\.zip: plan\.json: found the checksum \w{12}…, expected/,
    ],
    [
      "that lost an entry",
      () => changeSession(atHand(), { "plan.json": () => null }, false),
      /a\.zip: plan\.json is missing, which SHA256SUMS lists/,
    ],
    [
      "without its statistics' facts",
      () => manifest((json) => ({ ...json, calibration: null })),
      /session\.json: calibration: found nothing/,
    ],
    [
      "without its picture",
      () => manifest((json) => ({ ...json, pictures: [] })),
      /the picture "\w+" of its link is missing/,
    ],
    [
      "with a picture that cannot be read",
      () => changeSession(atHand(), Object.fromEntries([[pictureEntry, () => "broken"]])),
      /a\.zip, pictures\/\w+ \(cat\.png\) is cut off/,
    ],
    [
      "with another picture",
      () => changeSession(atHand(), Object.fromEntries([[pictureEntry, () => "another"]])),
      /found other pixels/,
    ],
    [
      "with a plan of other weights",
      () => entry("plan.json", (json) => ({ ...json, model: { name: "x", weightHash: "f".repeat(64) } })),
      /a\.zip, plan\.json: model\.weightHash: found weights ffffffffff…, expected/,
    ],
    [
      "with a plan of another layout",
      () => entry("plan.json", (json) => ({ ...json, keep: {}, value: {} })),
      /a\.zip, plan\.json: /,
    ],
    [
      "with answers of another model",
      () => changeSession(atHand(), { "answers.json": (text) => text.replaceAll(/[0-9a-f]{64}/g, "f".repeat(64)) }),
      /a\.zip, answers\.json: \[0\]\.text: found weights ffffffffff…, expected/,
    ],
    [
      "with a pin that is damaged",
      () => changeSession(atHand(), { "pins.json": (text) => text.replace('"width":1', '"width":7') }),
      /a\.zip: pins\.json: side 1 is damaged/,
    ],
    [
      "with a history of no lines",
      () => changeSession(atHand(), { "history.json": () => '[{"id":3}]' }),
      /a\.zip, history\.json: "\[0\]\.id" is the number 3; a string is needed/,
    ],
    [
      "with a question of megabytes",
      () => manifest((json) => ({ ...json, link: `question=${"x".repeat(30_000)}` })),
      /session\.json: "link"/,
    ],
    [
      "with results that are none",
      () =>
        manifest((json) => ({ ...json, results: [{ entry: "plan.json", key: JSON.stringify([1, weights(json)]) }] })),
      /a\.zip, plan\.json: /,
    ],
    [
      "with statistics that are cut off",
      () => changeSession(atHand(), { "statistics.safetensors": (text) => text.slice(0, 40) }),
      /a\.zip, statistics\.safetensors/,
    ],
  ])("%s is refused, and nothing is lost", async (_, make, message) => {
    const bytes = await make();
    const before = state();
    const records = structuredClone([...harness.records.lists]);
    await open(bytes);
    const { files, ...rest } = state();
    expect(files.failure?.message).toMatch(message);
    expect(files).toMatchObject({ outcome: null, session: null, reading: null });
    const { files: _files, ...beforeRest } = before;
    expect(rest).toEqual(beforeRest);
    expect([...harness.records.lists]).toEqual(records);
  });

  it("that is larger than the page reads is refused before it is read", async () => {
    const file = new File([await whole()], "a.zip");
    Object.defineProperty(file, "size", { value: 2e9 });
    file.arrayBuffer = () => Promise.reject(new Error("It was read."));
    await actions().files.open([file]);
    expect(state().files.failure?.message).toBe("a.zip has 2.00 GB; up to 1.00 GB can be opened.");
  });

  it("among other files is refused", async () => {
    await actions().files.open([new File([await whole()], "a.zip"), new File(["{}"], "b.json")]);
    expect(state().files.failure?.message).toMatch(/a\.zip is a zip file among others/);
  });
});

/** A session that was saved with a model of a hub. */
const ofHub = (source = HUB_MODEL, weightHash?: string) =>
  manifest((json) => ({ ...json, model: { ...(json.model as Json), source, ...(weightHash ? { weightHash } : {}) } }));

describe("a session of another model", () => {
  const page = () => {
    const { pruning, input, calibration, model } = state();
    return { ratio: pruning.ratio, picture: input.picture, statistics: calibration.statistics, summary: model.summary };
  };

  /** All in it is of these weights. */
  const other = async (source: string | null, hash: string) => {
    const from = weights(JSON.parse(await text("session.json")));
    const swap = (content: string) => content.replaceAll(from, hash);
    return changeSession(atHand(), {
      "session.json": (content) => swap(content).replace(/"source": "[^"]*"/, `"source": ${JSON.stringify(source)}`),
      "plan.json": swap,
      "answers.json": () => "[]",
      "pins.json": () => "[]",
    });
  };

  it("asks to open it, changes nothing before, and refuses other weights with both names", async () => {
    const was = page();
    const opening = open(await other(HUB_MODEL, "f".repeat(64)));
    await until(harness, ({ opening: { current } }) => current.step === "asking");
    expect(page()).toEqual(was);
    expect(state().files.outcome).toContain("is opened first. Nothing has changed yet.");
    await actions().opening.load();
    await opening;
    expect(state().files.failure?.message).toMatch(
      /a\.zip was made for fake with weights f{10}…; this model is owner\/checkpoint with weights/,
    );
    expect(state().pruning.ratio).toBe(was.ratio);
  });

  it("of a folder, which nobody else can open, is refused with both names", async () => {
    const was = page();
    await open(await other(null, "f".repeat(64)));
    expect(state().files.failure?.message).toMatch(
      /a\.zip was made for fake with weights f{10}…; this model is fake with weights 0123456789…/,
    );
    expect(page()).toEqual(was);
  });

  it("is given up when the question is put away", async () => {
    const was = page();
    const opening = open(await other(HUB_MODEL, "f".repeat(64)));
    await until(harness, ({ opening: { current } }) => current.step === "asking");
    actions().opening.hide();
    await opening;
    expect(state().files).toMatchObject({ failure: null, outcome: expect.stringContaining("Nothing has changed.") });
    expect(page()).toEqual(was);
  });

  it("asks about a foreign host before anything is fetched from it", async () => {
    const opening = open(await other("https://bad.example/owner/model", "f".repeat(64)));
    await until(harness, ({ opening: { current } }) => current.step === "foreign");
    const kinds = harness.engines.flatMap(({ fake }) => fake.calls.map(({ kind }) => kind));
    expect(kinds).not.toContain("inspect");
    actions().opening.hide();
    await opening;
  });

  it("is not mixed into one that comes while it is put in place", async () => {
    const { options } = state().model;
    harness.onEngine = (fake) => {
      const { load } = fake;
      Object.assign(fake, {
        load: async (...given: Parameters<typeof load>) => ({ ...(await load(...given)), weightHash: "f".repeat(64) }),
      });
    };
    const { records } = harness;
    vi.spyOn(records, "replace").mockImplementationOnce(async (...given) => {
      await actions().model.load({ kind: "address", name: "second", url: "http://page/models/second/" }, options);
      return records.replace(...given);
    });
    await open(await whole());
    expect(state().files.failure?.message).toBe("a.zip: another model has come meanwhile.");
    expect(state().pins.pins).toEqual([]);
    expect(state().calibration.statisticsKey ?? "").not.toContain(weights(JSON.parse(await text("session.json"))));
  });

  it("is left alone where another file is opened while it is put in place", async () => {
    const { records } = harness;
    vi.spyOn(records, "replace").mockImplementationOnce(async (...given) => {
      actions().files.dismiss();
      return records.replace(...given);
    });
    await open(await whole());
    expect(state().files).toMatchObject({ failure: null, outcome: null, reading: null });
    expect(state().pins.pins).toEqual([]);
  });

  it("is opened as the same model, whatever it is called", async () => {
    await open(await ofHub());
    expect(state().files).toMatchObject({ failure: null, outcome: expect.stringContaining("is open") });
    expect(state().pruning.ratio).toBe(0.3);
  });
});

const weights = (json: Json) => (json.model as { weightHash: string }).weightHash;

async function text(name: string): Promise<string> {
  let found = "";
  await changeSession(atHand(), { [name]: (content) => (found = content) });
  return found;
}

/** What stands in place of "????" is no UTF-8. */
function changeBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = bytes.findIndex((_, place) => [0, 1, 2, 3].every((more) => bytes[place + more] === 0x3f));
  return bytes.fill(0xff, at, at + 4);
}
