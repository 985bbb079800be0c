/** Sessions: the zip file around them, and what stands in their entries. */
import { zipSync } from "fflate";
import type { ErrorCode } from "../src/core/errors.ts";
import { serialiseResult } from "../src/core/experiments/result-json.ts";
import { parsePlan } from "../src/core/parse-plan.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../src/core/testing/experiments.ts";
import { VERSION } from "../src/core/version.ts";
import type { ModelSummary } from "../src/engine/contract.ts";
import { readZip } from "../src/models/zip-file.ts";
import { ENTRY, SESSION_FORMAT, SESSION_VERSION } from "../src/state/session/format.ts";
import { readEntries } from "../src/state/session/read-session.ts";
import { fitSession } from "../src/state/session/restore-session.ts";
import { seal } from "../src/state/slices/kept/answer-records.ts";
import * as corpus from "./corpus.ts";
import { mutateBytes, mutateJson } from "./mutate.ts";
import { pick, type Target } from "./run-target.ts";

const INPUT: readonly ErrorCode[] = ["bad-input", "unsupported", "not-found"];

const PLAN = corpus.PLANS[0] ?? "";
const plan = parsePlan(PLAN);
const { weightHash } = plan.model;

const measurement = {
  ...{ kl: Float32Array.of(0.5), nll: Float32Array.of(0.5), denseNll: Float32Array.of(0.25), argmax: Int32Array.of(3) },
  ...{ argmaxTexts: ["a"], perplexity: 2, densePerplexity: 1.5 },
};
const answer = { matches: true, dense: "two", pruned: "two", prunedTokens: null, prunedCut: false };
const { method, parameters, ratio } = plan;
const of = { method, parameters, ...ratio, hash: "ab", statistics: null };
const sealed = (key: string) =>
  seal(key, {
    trace: { tokens: [{ id: 3, text: "a" }], text: "a", finish: "stop" },
    measured: [{ plan: of, measurement, answer }],
  }).text;

const KEY = JSON.stringify([1, VERSION, weightHash, "cpu", "1x00 Why?"]);
const input = { key: "1x00 Why?", picture: "a scene", content: "1x00", question: "Why?" };
const model = { name: "m", label: "M", weightHash, device: "cpu" };

/** Of each entry its text. */
const SESSION: Readonly<Record<string, string>> = {
  [ENTRY.manifest]: JSON.stringify({
    ...{ format: SESSION_FORMAT, version: SESSION_VERSION, pivotscope: VERSION, saved: "2026-01-01T00:00:00Z" },
    model: { ...model, source: "m" },
    ...{ link: "model=m&picture=a1&question=Why%3F&ratio=40", draft: null, planOf: null },
    calibration: {
      key: JSON.stringify([weightHash, "m", { batchSize: 2, pivots: { window: 2 } }]),
      ...{ origin: "here", file: null, seconds: 2.5 },
    },
    ownSamplesUsed: true,
    pictures: [{ id: "a1", entry: "pictures/a1", name: "cat.png", content: "1x00", type: "image/png" }],
    results: [{ entry: "results/1.json", key: JSON.stringify([1, weightHash]) }],
    choices: {},
  }),
  [ENTRY.plan]: PLAN,
  [ENTRY.ownSamples]: corpus.OWN_SAMPLES[0] ?? "",
  [ENTRY.answers]: JSON.stringify([
    { at: 1, model: "M", picture: "a scene", content: "1x00", question: "Why?", text: sealed(KEY) },
  ]),
  [ENTRY.shown]: JSON.stringify({ text: sealed("shown") }),
  [ENTRY.pins]: JSON.stringify([
    {
      version: VERSION,
      model,
      input,
      plan: JSON.parse(PLAN),
      text: sealed("pin"),
      picture: { width: 1, pixels: "AAAAAA==" },
      scene: null,
    },
  ]),
  [ENTRY.history]: "[]",
  "pictures/a1": "png",
  "results/1.json": serialiseResult(resultWith([traceWith(0)], [cellWith("mucrasp@0.4", [recordWith(0, {})])])),
};

const DAMAGED = Object.keys(SESSION).filter((name) => name.endsWith(".json"));

const bytesOf = (text: string) => new TextEncoder().encode(text);
const ZIPS = ([0, 9] as const).map((level) =>
  zipSync({ "a.json": bytesOf('{"a":1}'), folder: { "b.bin": Uint8Array.of(0, 1, 255) } }, { level }),
);

export const SESSION_TARGETS: readonly Target[] = [
  {
    name: "zip-file",
    share: 60,
    file: /a\.zip/,
    codes: INPUT,
    generate: (random) => String.fromCharCode(...mutateBytes(random, pick(random, ZIPS))),
    parse(text) {
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
      for (const content of readZip(bytes, "a.zip", { entries: 10, bytes: 100_000 }).values()) content.at(-1);
    },
  },
  {
    name: "session",
    share: 60,
    file: /a\.zip/,
    codes: INPUT,
    generate(random, pool) {
      const name = pick(random, DAMAGED);
      return JSON.stringify({ ...SESSION, [name]: mutateJson(random, SESSION[name] ?? "", pool) });
    },
    parse(text) {
      const entries = Object.entries(JSON.parse(text) as Record<string, string>);
      const session = readEntries(new Map(entries.map(([name, content]) => [name, bytesOf(content)])), "a.zip");
      fitSession(session, { name: "m", weightHash, layout: corpus.LAYOUT } as ModelSummary);
    },
  },
];
