/** The judge with its chart, as one part of the page that is fetched with the first scene. */
export { JudgeChart } from "../../charts/judge/JudgeChart.tsx";
export { denseJudgement, judge, prunedJudgement } from "../../state/slices/reasoning/judgement.ts";
