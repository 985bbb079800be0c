/** Every chart on seeded data, for its snapshot. A chart that is added gets a case here: snapshots.test.tsx asks for it. */
import type { ReactElement } from "react";
import { type SpeedPoint, speedFigures, speedGains } from "../../core/speed/speed.ts";
import { judgeTrace } from "../../scenes/judge/index.ts";
import { findQuestion, referenceTrace } from "../../scenes/questions/index.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { BudgetLine } from "../budget/BudgetLine.tsx";
import { CompareTraces } from "../compare/CompareTraces.tsx";
import { AblationTable } from "../experiments/AblationTable.tsx";
import { LayerViews } from "../experiments/LayerViews.tsx";
import { MethodsTable } from "../experiments/MethodsTable.tsx";
import { WindowChart } from "../experiments/WindowChart.tsx";
import { NeuronField } from "../field/NeuronField.tsx";
import { JudgeChart } from "../judge/JudgeChart.tsx";
import { KlDistribution } from "../kl/KlDistribution.tsx";
import { KlOverlay } from "../kl/KlOverlay.tsx";
import { KlPlaces } from "../kl/KlPlaces.tsx";
import { alignLines } from "../lines/align.ts";
import { LinesChart } from "../lines/LinesChart.tsx";
import { RetentionChart } from "../retention/RetentionChart.tsx";
import { FieldDifference } from "../sides/FieldDifference.tsx";
import { LayerSharesChart } from "../sides/LayerSharesChart.tsx";
import { SidesTable } from "../sides/SidesTable.tsx";
import { SpeedChart } from "../speed/SpeedChart.tsx";
import type { SpeedData } from "../speed/speed.ts";
import { tokenViews } from "../trace/trace.ts";
import { estimate, GROUNDING, KL } from "./experiments.ts";
import { fieldPicture } from "./field-picture.ts";
import { frameOf, SMALL, seeded } from "./fixtures.ts";
import { SIDES } from "./sides.ts";
import type { SvgFile } from "./svg-file.ts";

export interface ChartCase extends Pick<SvgFile, "part" | "picture"> {
  readonly chart: ReactElement;
}

const context = { model: "tiny", method: "µCRASP", ratio: 0.38 };
const frame = frameOf(SMALL, (unit) => unit % 3 !== 0);
const cmds = Float64Array.from(SMALL.modules, (module) => (module.tower === "text" ? 0.1 * (module.layer + 1) : 0));

/** KL of `count` tokens between 0 and some nats. */
function klValues(seed: number, count: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => (random() < 0.2 ? 0 : Math.exp(9 * random() - 7)));
}

const words = ["1.", " The", " cube", " is", " red", ".", "\n", "2.", " So", " yes"];
const prunedWords = {
  kind: "written",
  tokens: ["1.", " The", " cube", " is", " blue", ".", "\n", "2.", " So", " no"],
} as const;
const tokens = words.map((text, id) => ({ id, text }));
const measurement = {
  kl: Float32Array.of(0, 0.004, 0.03, 0.2, 1.1, 3, 0, 0.6, 0.02, 0.3),
  nll: new Float32Array(10).fill(0.4),
  denseNll: new Float32Array(10).fill(0.1),
  argmax: Int32Array.of(0, 1, 2, 3, 14, 5, 6, 7, 8, 19),
};
const scene = parseScene(
  [
    { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.1667, y: 0.1667 },
    { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
  ],
  "scene",
);
const question = "What is the red ball made of?";
const found = findQuestion(scene, question);
const reference = found ? referenceTrace(found) : "";
const judged = (name: string, trace: string) => ({ name, judgement: judgeTrace({ scene, question, trace }) });

/** By the component's name. Only recharts' chart is missing: it needs a page, see recharts-snapshot.test.tsx. */
export const CASES: Readonly<Record<string, ChartCase>> = {
  RetentionChart: {
    part: "drawings",
    chart: (
      <RetentionChart
        context={context}
        layout={SMALL}
        frame={frame}
        cmds={cmds}
        second={{ name: "Wanda-SP", keptPerModule: frameOf(SMALL, (unit) => unit % 2 === 0).keptPerModule }}
      />
    ),
  },
  NeuronField: {
    part: "text",
    picture: fieldPicture(SMALL, frame),
    chart: <NeuronField context={context} layout={SMALL} frame={frame} pinned={[3]} />,
  },
  BudgetLine: { part: "text", chart: <BudgetLine layout={SMALL} frame={frame} /> },
  KlDistribution: { part: "drawings", chart: <KlDistribution context={context} values={klValues(1, 60)} /> },
  KlOverlay: {
    part: "drawings",
    chart: (
      <KlOverlay
        model="tiny"
        ratio={0.3}
        series={[
          { id: "mucrasp", label: "µCRASP", look: 0, values: klValues(2, 60).map((kl) => kl / 4) },
          { id: "flap", label: "FLAP", look: 2, values: klValues(3, 60) },
        ]}
      />
    ),
  },
  KlPlaces: {
    part: "drawings",
    chart: (
      <KlPlaces
        model="tiny"
        data={{
          method: "µCRASP",
          ratio: 0.4,
          byDistance: ["0", "1", "2", "3", "16 and more"].map((label, place) => ({
            label,
            tokens: 9,
            ...estimate(2 / (1 + place), 0.3),
          })),
          byStep: ["step 1", "step 2", "answer"].map((label, place) => ({
            label,
            tokens: 20,
            ...estimate(0.4 + 0.5 * place, 0.2),
          })),
        }}
      />
    ),
  },
  LinesChart: {
    part: "text",
    chart: (
      <LinesChart
        context={context}
        views={tokenViews({
          tokens,
          measurement,
          pivots: [0, 7],
          argmaxTexts: words.map((word, place) => (place === 4 ? " blue" : place === 9 ? " no" : word)),
        })}
        line={prunedWords}
        lines={alignLines(words, prunedWords, { claims: [{ end: 18, verdict: "true", reason: "" }] })}
        denseCut={false}
        prunedCut={true}
      />
    ),
  },
  CompareTraces: {
    part: "text",
    chart: (
      <CompareTraces
        context={context}
        left={{ name: "dense", detail: "tiny · not pruned", text: "The cube is red.", tokens: 4, status: "finished" }}
        right={{
          name: "pruned",
          detail: "tiny · µCRASP · 38.0 %",
          text: "The cube is blue.",
          tokens: 4,
          status: "finished",
        }}
        segments={[
          { kind: "same", left: "The cube is ", right: "The cube is " },
          { kind: "changed", left: "red", right: "blue" },
          { kind: "same", left: ".\n", right: ".\n" },
          { kind: "left", left: "So yes.", right: "" },
        ]}
      />
    ),
  },
  LayerSharesChart: { part: "drawings", chart: <LayerSharesChart sides={SIDES} at={2} onPoint={() => {}} /> },
  FieldDifference: {
    part: "text",
    chart: <FieldDifference pinned={SIDES[0]} now={SIDES[1]} at={null} onPoint={() => {}} />,
  },
  SidesTable: { part: "text", chart: <SidesTable sides={SIDES} /> },
  JudgeChart: {
    part: "text",
    chart: (
      <JudgeChart
        context={context}
        empty=""
        columns={[judged("dense", reference), judged("pruned", reference.replaceAll("metal", "glass"))]}
      />
    ),
  },
  MethodsTable: {
    part: "text",
    chart: (
      <MethodsTable
        model="tiny"
        data={{
          ratio: 0.3,
          metrics: [GROUNDING, KL],
          dense: { values: { grounding: estimate(9) } },
          rows: [
            { id: "a", label: "µCRASP", look: 0, reached: 0.3, values: { grounding: estimate(8), kl: estimate(1) } },
            { id: "b", label: "FLAP", look: 2, reached: 0.298, values: { grounding: estimate(7), kl: null } },
          ],
        }}
      />
    ),
  },
  AblationTable: {
    part: "text",
    chart: (
      <AblationTable
        model="tiny"
        data={{
          ratio: 0.4,
          metric: GROUNDING,
          full: { label: "µCRASP", reached: 0.4, estimate: estimate(8) },
          rows: [
            {
              id: "c",
              label: "no CMDS",
              reached: 0.4,
              estimate: estimate(6),
              difference: estimate(-2, 0.5),
              unlike: 0.1234,
            },
            { id: "d", label: "no pivots", reached: 0.4, estimate: estimate(8), difference: estimate(0, 0), unlike: 0 },
          ],
        }}
      />
    ),
  },
  WindowChart: {
    part: "drawings",
    chart: (
      <WindowChart
        model="tiny"
        data={{
          metric: KL,
          size: 2,
          points: [0, 1, 3, 4].map((first) => ({ first, ...estimate(1 + Math.abs(first - 2), 0.3) })),
          cmds: [0.1, 0.4, 0.6, 0.5, 0.3, 0.2],
          dense: estimate(0.2),
        }}
      />
    ),
  },
  LayerViews: {
    part: "drawings",
    chart: (
      <LayerViews
        model="tiny"
        from="calibration"
        views={["Block influence", "Cosine"].map((label, view) => ({
          id: label,
          label,
          explanation: "How much a layer turns its input.",
          formula: { expression: "1 − cos", withNumbers: "6 layers", source: "ShortGPT" },
          kind: "number",
          values: [0, 1, 2, 3, 4, 5].map((place) => ({
            tower: place < 2 ? "vision" : "text",
            layer: place < 2 ? place : place - 2,
            value: view === 1 && place === 3 ? -0.2 : 0.1 * (place + 1),
          })),
        }))}
      />
    ),
  },
  SpeedChart: {
    part: "drawings",
    chart: <SpeedChart context={{ ...context, ratioText: "20–60 %" }} data={speedData()} />,
  },
};

/** Three ratios, of which the last one's reasoning is cut off. */
function speedData(): SpeedData {
  const runsOf = (decode: number, bytes: number) => {
    const run = (factor: number) => ({
      ...{
        promptTokens: 64,
        firstToken: 900 / (decode * factor),
        decodedTokens: 31,
        decode: 31_000 / (decode * factor),
      },
      ...{ weightBytes: bytes, copyBytes: 0, cacheBytes: 4000, peakBytes: bytes + 9000 },
    });
    return [0.9, 1, 1.05].map(run);
  };
  const point = (asked: number, decode: number, tokens: number): SpeedPoint => {
    const [denseBytes, slicedBytes] = [12e6, 12e6 * (1 - 0.9 * asked)];
    const runs = { dense: runsOf(30, denseBytes), sliced: runsOf(decode, slicedBytes).toReversed() };
    const cost = (bytes: number) => () => ({ bytes, operations: bytes / 2 });
    const figures = {
      dense: speedFigures(runs.dense, cost(denseBytes)),
      sliced: speedFigures(runs.sliced, cost(slicedBytes)),
    };
    return {
      ...{ asked, reached: asked, promptTokens: 64, decodedTokens: 31, runs: 3 },
      ...{ denseParameters: 3e6, slicedParameters: 3e6 * (1 - asked), ...figures, gains: speedGains(runs, figures) },
      ...{ trace: { tokens, ended: tokens < 80 }, own: null },
    };
  };
  return { dense: { tokens: 40, ended: true }, points: [point(0.2, 33, 42), point(0.4, 40, 60), point(0.6, 52, 80)] };
}
