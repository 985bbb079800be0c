/** What a link to the page as it stands carries, and what of a link is put into the store. */
import { sameTrace } from "../../core/provenance.ts";
import { DEFAULT_HUB } from "../../models/hub/default-hub.ts";
import type { Context } from "../context.ts";
import { denseAtHand } from "../provenance.ts";
import type { WorkbenchState } from "../shape.ts";
import { initialChoices } from "../slices/experiments/experiments-state.ts";
import { encodeScene } from "../slices/input/scene-link.ts";
import { shownScene } from "../slices/input/scene-questions.ts";
import { isBundled } from "../slices/model/model.ts";
import { KEPT } from "../slices/pins/pins-state.ts";
import { changedParameters, changeParameter, startingParameters } from "../slices/pruning/method.ts";
import type { SharedState } from "./url.ts";

/** What a link to the page as it stands carries. Of an own picture that is what it is kept under, and its question. */
export function sharedState(state: WorkbenchState): SharedState {
  const { input, model, pruning, calibration, experiments } = state;
  const scene = shownScene(state);
  const exampleId = scene ? null : (input.picture?.exampleId ?? null);
  const example = input.examples.find((entry) => entry.id === exampleId);
  return {
    model: linkedModel(state),
    example: exampleId,
    picture: input.picture?.keptAs ?? null,
    scene: scene ? encodeScene(scene) : null,
    question: input.question !== "" && input.question !== example?.question ? input.question : null,
    ratio: pruning.ratio,
    method: pruning.method,
    plan: pruning.opened?.keptAs ?? pruning.wanted,
    pins: linkedPins(state),
    tab: state.preferences.tab,
    metric: experiments.choices.metric === initialChoices.metric ? null : experiments.choices.metric,
    backend: model.options.backend === "auto" ? null : model.options.backend,
    precision: model.options.precision === "auto" ? null : model.options.precision,
    split: input.split,
    tokens: input.budget,
    hub: null,
    samples: calibration.sampleLimit,
    parameters: changedParameters(pruning.parameters, startingParameters(model.summary)),
  };
}

/**
 * Pins that a link can carry: those that its model, picture and constants make again. Of others, what this browser keeps
 * them under.
 */
function linkedPins(state: WorkbenchState): SharedState["pins"] {
  const { pins, pruning } = state;
  const dense = denseAtHand(state);
  const constants = JSON.stringify(pruning.parameters);
  const linked = pins.pins.flatMap(({ side: { of }, keptAs }): SharedState["pins"] => {
    const { method, asked, parameters } = of.plan;
    const again =
      dense !== null && sameTrace(of, dense) && of.plan.file === undefined && JSON.stringify(parameters) === constants;
    if (again) return [{ method, ratio: asked }];
    return keptAs ? [{ method: KEPT + keptAs, ratio: null }] : [];
  });
  return [...linked, ...pins.wanted.flatMap(({ method, ratio }) => (ratio === "equal" ? [] : [{ method, ratio }]))];
}

/** What a link names the model at hand by; null for a folder of the user's, which no link can carry. */
function linkedModel({ model, opening }: WorkbenchState): string | null {
  const { source } = model;
  switch (source?.kind) {
    case "address":
      // Without the slash, two parts of a path would name a hub's repository.
      return isBundled({ model }) ? source.name : `${source.url}/`;
    case "hub": {
      const { repository, folder = "", revision, hubUrl } = source;
      const path = folder === "" ? repository : `${repository}/${folder}`;
      // The page's own hub stands in its query.
      if (hubUrl === opening.hubUrl) return revision === null ? path : `${path}@${revision}`;
      const address = `${hubUrl ?? DEFAULT_HUB}/${repository}`;
      if (folder !== "") return `${address}/tree/${encodeURIComponent(revision ?? "main")}/${folder}`;
      return revision === null ? address : `${address}/tree/${revision}`;
    }
    default:
      return null;
  }
}

/** Puts a link's sample limit, hub and how models shall run into the store, before the model loads. */
export function applySharedState(context: Context, shared: SharedState): void {
  const { wish } = context.get().model;
  context.patch("model", {
    wish: { backend: shared.backend ?? wish.backend, precision: shared.precision ?? wish.precision },
  });
  if (shared.hub) context.patch("opening", { hubUrl: shared.hub === DEFAULT_HUB ? null : shared.hub });
  if (shared.samples !== null) context.patch("calibration", { sampleLimit: shared.samples });
}

/** A model's starting parameters with a link's changes; values that do not fit are left out. */
export function parametersFromLink(context: Context, shared: SharedState) {
  let parameters = startingParameters(context.get().model.summary);
  for (const [name, value] of Object.entries(shared.parameters)) {
    try {
      parameters = changeParameter(parameters, name, JSON.parse(value));
    } catch {
      // A link made by another version may name constants that this one does not have.
    }
  }
  return parameters;
}
