/**
 * What of a link is not shown as it asks: unknown parts, values that nobody can read, values out of their bounds. Each note
 * says what the link has, why that is not to be, and what is shown instead. Loaded for a page that was opened by a link.
 */
import { metricList } from "../../core/experiments/metrics.ts";
import { methods } from "../../core/methods/index.ts";
import type { WorkbenchState } from "../shape.ts";
import { budgetWithin } from "../slices/input/picture-budget.ts";
import { LINKED } from "../slices/input/scene-link.ts";
import { labelOf } from "../slices/model/model.ts";
import { KEPT, MAXIMUM_PINS } from "../slices/pins/pins-state.ts";
import { TAB_NAMES } from "../slices/preferences-state.ts";
import { changeParameter, methodLabel, startingParameters } from "../slices/pruning/method.ts";
import { MAXIMUM_RATIO } from "../slices/pruning/pruning.ts";
import { type Link, PARAMETER_PREFIX, pinsOf } from "./url.ts";

/** Parts that stand behind the `#`, in the order in which links have them; methods' constants stand beside them. */
const PARTS = [
  ...["model", "example", "picture", "scene", "question", "ratio", "method", "plan", "with", "pin", "tab", "metric"],
  ...["backend", "precision", "split", "tokens", "samples"],
];

/** Parts that the page takes from the query. */
const QUERY_PARTS = ["backend", "precision", "hub", "renew"];

/** Of a query's other parts, which any site may add, those that were meant for the page. */
const MEANT = new Set([...PARTS, ...QUERY_PARTS]);

const LONGEST = 40;

/** A part as it stands in the link, in quotes and short; marks that turn the direction of a text are left out. */
function quoted(name: string, value: string): string {
  const clean = (text: string) => {
    const plain = text.replace(/[\p{Cc}\p{Cf}]/gu, "");
    return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
  };
  return value === "" ? clean(name) : `${clean(name)} “${clean(value)}”`;
}

type Say = (name: string, value: string, why: string) => string;
const say: Say = (name, value, why) => `${quoted(name, value)} (${why})`;

const percent = (ratio: number) => `${Number((100 * ratio).toFixed(1))} %`;
const oneOf = (names: readonly string[]) => `one of ${names.join(", ")}`;

/** What can be said without a model. @param state as the link has left it. */
export function notesOnLink({ hash, search }: Link, state: WorkbenchState): readonly string[] {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const query = new URLSearchParams(search);
  const notes: string[] = [];
  const asked = (name: string) => fields.get(name) || null;
  const judge = (name: string, value: string | null, why: (value: string) => string | null) => {
    const reason = value === null ? null : why(value);
    if (value !== null && reason !== null) notes.push(say(name, value, reason));
  };

  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    const known = PARTS.includes(name) || name.startsWith(PARAMETER_PREFIX);
    if (QUERY_PARTS.includes(name) && !known)
      notes.push(say(name, values[0] ?? "", `stands in front of the #, as ?${name}=…; it is left out`));
    else if (!known) notes.push(say(name, values[0] ?? "", "links have no such part; it is left out"));
    else if (values.length > 1)
      notes.push(say(name, values[0] ?? "", `stands there ${values.length} times; the first is taken`));
    else if (values[0] === "") notes.push(say(name, "", "it is empty; it is left out"));
  }
  for (const name of new Set(query.keys())) {
    if (MEANT.has(name) && !QUERY_PARTS.includes(name))
      notes.push(say(name, query.get(name) ?? "", "stands behind the #, not in front of it; it is left out"));
  }

  const { pruning, preferences } = state;
  judge("ratio", asked("ratio"), (value) => whyRatio(value, pruning.ratio));
  const shown = methodLabel(pruning.method);
  judge("method", asked("method"), (value) =>
    methods.some(({ name }) => name === value)
      ? null
      : `no method's name; ${shown} is shown, and there are ${methods.map(({ name }) => name).join(", ")}`,
  );
  judge("with", asked("with"), (value) => {
    return methods.some(({ name }) => name === value) ? null : "no method's name; nothing is pinned";
  });
  judge("pin", asked("pin"), (value) => {
    const written = value.split(" ").filter((pin) => pin !== "");
    const read = pinsOf(value).filter(
      ({ method }) => method.startsWith(KEPT) || methods.some(({ name }) => name === method),
    );
    if (read.length < written.length) return "sides as method_percent; what names no method or ratio is left out";
    return read.length > MAXIMUM_PINS ? `at most ${MAXIMUM_PINS} are pinned` : null;
  });
  judge("tab", asked("tab"), (value) => {
    if (TAB_NAMES.some((name) => name === value)) return null;
    return `${oneOf(TAB_NAMES)}; ${preferences.tab === null ? "none is open" : `${preferences.tab} is open`}`;
  });
  judge("metric", asked("metric"), (value) =>
    metricList.some(({ id }) => id === value) ? null : `${oneOf(metricList.map(({ id }) => id))}; kl is shown`,
  );
  judge("backend", asked("backend") ?? query.get("backend"), (value) =>
    ["cpu", "webgpu", "auto"].includes(value) ? null : "cpu or webgpu; the page chooses by itself",
  );
  judge("precision", asked("precision") ?? query.get("precision"), (value) =>
    ["float32", "float16", "auto"].includes(value) ? null : "float32 or float16; the page chooses by itself",
  );
  judge("split", asked("split"), (value) =>
    value === "1" || value === "0" ? null : "1 or 0; pictures are not cut into frames",
  );
  judge("tokens", asked("tokens"), (value) =>
    Number.isInteger(Number(value)) && Number(value) > 0
      ? null
      : "a whole number of image tokens from 1 on; the model's own number is taken",
  );
  judge("samples", asked("samples"), (value) => whySamples(value, state.calibration.sampleLimit));
  judge("hub", query.get("hub"), (value) =>
    state.opening.hubUrl === null && !/^https:\/\/huggingface\.co\/?$/.test(value)
      ? "no address that begins with https:// and has no name or password; the usual hub is meant"
      : null,
  );
  judge("renew", query.get("renew"), (value) =>
    Number.isInteger(Number(value)) && Number(value) > 0 ? null : "a whole number from 1 on; it is left out",
  );
  judge("scene", asked("scene"), () =>
    state.input.picture?.exampleId !== null && state.input.picture?.scene
      ? null
      : "it cannot be read; the first example is shown",
  );
  if (asked("scene") !== null && state.input.picture?.scene) {
    for (const name of ["example", "picture"])
      judge(name, asked(name), () => "the link has a scene as well, which is shown");
  }
  return notes;
}

/** What can be said once the model is there that the link's constants and samples are for. */
export function notesOnModel({ hash }: Link, { model, calibration }: WorkbenchState): readonly string[] {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const notes: string[] = [];
  const { summary } = model;
  if (summary === null) return notes;
  if (model.unknown !== null)
    notes.push(say("model", model.unknown, `this page does not bring it; ${labelOf(summary.name, model)} is shown`));
  const start = startingParameters(summary);
  for (const [field, value] of fields) {
    const name = field.startsWith(PARAMETER_PREFIX) ? field.slice(PARAMETER_PREFIX.length) : "";
    if (name === "" || value === "") continue;
    const why = whyParameter(name, value);
    if (why === null) continue;
    const instead = Object.hasOwn(start, name) ? `; ${shownValue(start, name)} is taken` : "; it is left out";
    notes.push(say(field, value, why + instead));
  }
  const { sampleLimit } = calibration;
  if (sampleLimit !== null && summary.calibrationSamples > 0 && sampleLimit > summary.calibrationSamples)
    notes.push(say("samples", String(sampleLimit), `the model brings ${summary.calibrationSamples}; all are taken`));
  if (fields.get("split") === "1" && !summary.splitsPictures)
    notes.push(say("split", "1", "this model takes a picture as one frame; it is not cut"));
  const tokens = Number(fields.get("tokens"));
  const budget = summary.pictureBudget ?? null;
  if (tokens > 0 && budgetWithin(budget, tokens) !== tokens && tokens !== budget?.default) {
    const why = budget
      ? `this model gives a picture ${budget.smallest} to ${budget.largest} tokens; ${budgetWithin(budget, tokens) ?? budget.default} are taken`
      : "this model's number of image tokens cannot be chosen; it is left out";
    notes.push(say("tokens", String(tokens), why));
  }
  return notes;
}

/** What can be said once the picture is there. @param kept whether the link's own picture was found in this browser. */
export function notesOnPicture({ hash }: Link, { input }: WorkbenchState, kept: boolean): readonly string[] {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const { picture, examples } = input;
  if (picture?.scene && fields.has("scene")) return [];
  const shown = shownPicture(picture);
  if (fields.get("picture") && !kept) {
    return [
      say(
        "picture",
        fields.get("picture") ?? "",
        `an own picture of whoever made the link, which links cannot carry, or one that this browser no longer keeps; ${shown}`,
      ),
    ];
  }
  const example = fields.get("example");
  if (!example || fields.get("picture") || examples.length === 0) return [];
  if (picture?.exampleId === example || examples.some(({ id }) => id === example)) return [];
  return [say("example", example, `there are examples 1 to ${examples.length}; ${shown}`)];
}

/** What can be said once a plan was looked for that the link names. @param why it is not shown. */
export function notesOnPlan({ hash }: Link, plan: string, why: string): readonly string[] {
  const asked = new URLSearchParams(hash.replace(/^#/, "")).get("plan");
  return asked === plan ? [say("plan", plan, `${why}; the page plans by itself`)] : [];
}

function shownPicture(picture: WorkbenchState["input"]["picture"]): string {
  if (picture === null) return "no picture is shown";
  const { exampleId, scene } = picture;
  if (exampleId !== null && exampleId !== LINKED) return `example ${exampleId} is shown`;
  return scene ? "the scene at hand stays" : "the picture at hand stays";
}

function whyRatio(value: string, shown: number): string | null {
  const ratio = value.trim() === "" ? Number.NaN : Number(value) / 100;
  if (ratio >= 0 && ratio <= MAXIMUM_RATIO) return null;
  const bounds = `per cent from 0 to ${100 * MAXIMUM_RATIO}`;
  return `${Number.isFinite(ratio) ? bounds : `no number; ${bounds}`}; ${percent(shown)} is shown`;
}

function whySamples(value: string, taken: number | null): string | null {
  if (taken !== null && Number(value) === taken) return null;
  return `a whole number from 1 on; ${taken === null ? "all are taken" : `${taken} are taken`}`;
}

function whyParameter(name: string, value: string): string | null {
  const start = startingParameters(null);
  if (!Object.hasOwn(start, name)) return "there is no such constant";
  let found: unknown;
  try {
    found = JSON.parse(value);
  } catch {
    return "not written as JSON";
  }
  try {
    changeParameter(start, name, found);
    return null;
  } catch (error) {
    // "parameters.window: found 99999, expected a whole number from 0 to 64." says all but what is taken.
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^parameters\.\w+: (found .*?, )?/, "").replace(/\.$/, "");
  }
}

function shownValue(parameters: object, name: string): string {
  return JSON.stringify(Object.entries(parameters).find(([key]) => key === name)?.[1]);
}
