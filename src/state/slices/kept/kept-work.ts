/** Lists and removes what this browser keeps of one's work: answers, calibrations, own pictures, plans of files. Loaded with their list. */
import { formatDate } from "../../../core/format-date.ts";
import { plural } from "../../../core/words.ts";
import type { Context } from "../../context.ts";
import { createFinishedCalibrations } from "../calibration-finished.ts";
import { type KeptCalibrations, unfinishedKeys } from "../calibration-kept.ts";
import { recordSize } from "../experiments/record-size.ts";
import { createKeptPlans } from "../files/kept-plans.ts";
import { forgetHistory } from "../history/history-records.ts";
import { forgetPicture, listPictures } from "../input/asked-pictures.ts";
import { labelOf } from "../model/model.ts";
import { createKeptSides } from "../pins/kept-sides.ts";
import type { Pin } from "../pins/pins-state.ts";
import type { KeptItem } from "./kept-state.ts";
import type { Answers } from "./load-answers.ts";

export interface Keepers {
  readonly answers: Answers;
  readonly calibrations: KeptCalibrations;
}

/** Everything, the latest of each kind first. Rejects where the browser refuses. */
export async function listKept(context: Context, { answers }: Keepers): Promise<readonly KeptItem[]> {
  const { records } = context.environment;
  const pictures = (await listPictures(records)).map(({ id, name, bytes }): KeptItem => {
    return { kind: "picture", id, title: name, details: "an own picture", bytes };
  });
  const said = (await (await answers.store()).list()).map((one): KeptItem => {
    const { name: id, bytes, at, model, picture, question, measured } = one;
    const details = `${model} on ${picture} · ${plural(measured, "measurement")} · ${formatDate(at)}`;
    return { kind: "answers", id, title: question, details, bytes };
  });
  const plans = (await plansOf(context).list()).map(({ name: id, bytes, at, title, model }): KeptItem => {
    const details = `a plan of ${labelOf(model, context.get().model)}, opened as a file · ${formatDate(at)}`;
    return { kind: "plan", id, title, details, bytes };
  });
  const sides = (await sidesOf(context).list()).map(({ name: id, bytes, at, title, model }): KeptItem => {
    return { kind: "pin", id, title, details: `a pinned side of ${model} · ${formatDate(at)}`, bytes };
  });
  return [...pictures, ...plans, ...sides, ...(await listCalibrations(context)), ...said];
}

const plansOf = ({ environment: { records, date } }: Context) => createKeptPlans(records, date);

const sidesOf = ({ environment: { records, date } }: Context) => createKeptSides(records, date);

async function listCalibrations({ environment: { records }, get }: Context): Promise<KeptItem[]> {
  const items: KeptItem[] = [];
  const titleOf = (key: string) => {
    const [, name] = JSON.parse(key) as readonly unknown[];
    return `Calibration of ${labelOf(String(name), get().model)}`;
  };
  const finished = createFinishedCalibrations(records);
  for (const id of await finished.keys()) {
    const statistics = await finished.read(id);
    if (!statistics) continue;
    const details = `${plural(statistics.samples, "sample")}, finished`;
    items.push({ kind: "calibration", id, title: titleOf(id), details, bytes: recordSize(statistics) });
  }
  for (const id of await unfinishedKeys(records)) {
    const found = await records.read(`calibration ${id}`);
    const details = "unfinished; it goes on from there";
    items.push({ kind: "calibration", id, title: titleOf(id), details, bytes: recordSize(found) });
  }
  return items;
}

/** Forgets these; with an own picture what was said about it. Rejects where the browser refuses. */
export async function removeKept(context: Context, keepers: Keepers, items: readonly KeptItem[]): Promise<void> {
  const { records } = context.environment;
  const ids = (kind: KeptItem["kind"]) => items.filter((item) => item.kind === kind).map(({ id }) => id);
  for (const id of ids("calibration")) {
    await createFinishedCalibrations(records).remove(id);
    await keepers.calibrations.forget(id);
  }
  for (const id of ids("picture")) await forgetOwnPicture(context, keepers, id);
  const plans = ids("plan");
  if (plans.length > 0) await plansOf(context).remove(plans);
  const { opened } = context.get().pruning;
  // The address names it no longer.
  if (opened?.keptAs && plans.includes(opened.keptAs))
    context.patch("pruning", { opened: { ...opened, keptAs: null } });
  await forgetSides(context, ids("pin"));
  const names = ids("answers");
  if (names.length > 0) await (await keepers.answers.store()).remove(names);
}

/** Forgets an own picture and what models said about it; what the page shows stays until it is left. */
export async function forgetOwnPicture(context: Context, { answers }: Keepers, id: string): Promise<void> {
  const { environment, get, patch } = context;
  const known = (await listPictures(environment.records)).find((picture) => picture.id === id);
  await forgetPicture(environment.records, id);
  const { picture } = get().input;
  // The address names it no longer.
  if (picture?.keptAs === id) patch("input", { picture: { ...picture, keptAs: null } });
  const content = known?.content ?? null;
  if (content === null) return;
  patch("history", { entries: await forgetHistory(environment.records, (entry) => entry.content === content) });
  const sides = (await sidesOf(context).list()).filter((one) => one.content === content);
  await forgetSides(
    context,
    sides.map(({ name }) => name),
  );
  const store = await answers.store();
  const about = (await store.list()).filter((one) => one.content === content);
  await store.remove(about.map(({ name }) => name));
}

/** Forgets kept sides; those that are pinned stay until the page is left. */
async function forgetSides(context: Context, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await sidesOf(context).remove(names);
  const { pins } = context.get().pins;
  const forgotten = ({ keptAs, ...pin }: Pin): Pin =>
    keptAs === undefined || names.includes(keptAs) ? pin : { ...pin, keptAs };
  context.patch("pins", { pins: pins.map(forgotten) });
}
