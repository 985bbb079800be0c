/**
 * Searches the evaluation set for the picture that shows best what pruning does, and orders the gallery by it: measured with
 * the bundled model, its shipped statistics and the page's first method.
 *
 *   npm run gallery-search                      prints the ranking
 *   npm run gallery-search -- --write           and writes examples.json and docs/gallery-search.json
 *   npm run gallery-search -- --each 200        candidates of each family in place of the first 40
 *
 * The best teacher that breaks by the page's starting ratio becomes the first example. The others stay in their places as long as nothing changes in them up to 30 %
 * and no answer comes back; where that fails, the best teacher of the same family takes the place.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createNodeEngine } from "../src/engine/node-engine.ts";
import { findQuestion } from "../src/scenes/questions/index.ts";
import { parseScene } from "../src/scenes/scene-json.ts";
import { STARTING_RATIO } from "../src/state/slices/pruning/pruning-state.ts";
import { type Candidate, type Course, MODEL, measureCourses } from "./gallery/course.ts";
import { type Score, scoreCourse } from "./gallery/score.ts";

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, each: { type: "string", default: "40" } },
});
const each = Number(values.each);
if (!Number.isInteger(each) || each < 1) throw new Error("--each takes a whole number above 0.");

/** What all candidates are measured at; those that may teach are measured at every step. */
const ROUGH: readonly number[] = [30, 40, 50, 60];
const FINE: readonly number[] = Array.from({ length: 29 }, (_, index) => index * 2.5);
/** Candidates that are measured at every step. */
const FINALISTS = 12;
const RESULT = join(import.meta.dirname, "..", "docs", "gallery-search.json");
const EXAMPLES = join(MODEL, "examples.json");

interface Listed {
  readonly family: string;
  readonly question: string;
  readonly scene: readonly unknown[];
}

interface Ranked extends Course {
  readonly score: Score;
}

function read(file: string, list: string): readonly Listed[] {
  return JSON.parse(readFileSync(join(MODEL, file), "utf8"))[list];
}

function candidateOf({ family, question, scene: objects }: Listed): Candidate {
  const scene = parseScene(objects, "scene");
  return { family, question, scene, kind: findQuestion(scene, question)?.kind ?? "" };
}

const rank = (courses: readonly Course[]): readonly Ranked[] =>
  courses.map((course) => ({ ...course, score: scoreCourse(course) })).toSorted((a, b) => order(b) - order(a));
/** Teachers first, then by their sum. */
const order = ({ score }: Ranked) => (score.faults.length === 0 ? 100 : 0) + score.sum;
const stays = ({ score }: Ranked) => score.faults.every((fault) => fault.startsWith("the answer holds"));

function print(title: string, courses: readonly Ranked[]): void {
  console.log(`\n${title}`);
  for (const { candidate, dense, score, points } of courses) {
    const broken = points.find(({ percent }) => percent === score.breaksAt);
    const parts = Object.values(score.parts).map((part) => part.toFixed(2));
    const answers = `${dense.answer} -> ${broken?.answer ?? "none"} at ${score.breaksAt} %`;
    console.log(
      `${score.sum.toFixed(2)}  ${parts.join(" ")}  ${candidate.question}  ${answers}  ${score.faults.join(", ")}`,
    );
  }
}

/** A course as it is kept: what is judged, without the texts. */
function described({ candidate, dense, points, score }: Ranked) {
  const { family, kind, question, scene } = candidate;
  const { faults, breaksAt, sum, parts } = score;
  return {
    family,
    kind,
    question,
    scene: scene.objects,
    answer: dense.answer,
    breaks_at: breaksAt,
    faults,
    sum: round(sum),
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, round(part)])),
    points: points.map(({ percent, kl, matches, answer, statements, changed }) => ({
      percent,
      kl: Number(kl.toPrecision(4)),
      matches,
      answer,
      statements,
      changed: round(changed),
    })),
  };
}

function round(value: number): number {
  return Number(value.toFixed(3));
}

const engine = createNodeEngine();
const summary = await engine.load({ kind: "address", name: "scenes", url: MODEL }, { backend: "cpu" });
const examples = read("examples.json", "examples");
const evaluation = read("evaluation.json", "samples");
const listed = ["physical", "quantitative", "commonsense"].flatMap((name) =>
  evaluation.filter(({ family }) => family === name).slice(0, each),
);
const candidates = listed.map(candidateOf);
const tell = (what: string, of: number) => (done: number) => process.stderr.write(`\r${what}: ${done} of ${of} `);
const roughly = rank(await measureCourses(engine, summary, candidates, ROUGH, tell("candidates", candidates.length)));
const finalists = roughly.slice(0, FINALISTS).map(({ candidate }) => candidate);
const found = rank(await measureCourses(engine, summary, finalists, FINE, tell("finalists", finalists.length)));
const present = examples.map(candidateOf);
// In the gallery's order.
const shown = (await measureCourses(engine, summary, present, FINE, tell("gallery", present.length))).map((course) => ({
  ...course,
  score: scoreCourse(course),
}));
await engine.dispose();
print("Finalists: sum, readable, answered, wrong, words, KL rises, truth falls", found);
print("The gallery as it is", shown);

// The page opens at its starting ratio: the first example has to show something there.
const best = rank([...found, ...shown]).find(({ score }) => (score.breaksAt ?? 100) <= STARTING_RATIO * 100);
if (!best) throw new Error("No candidate breaks at the page's starting ratio.");
const chosen = [best];
for (const course of shown.slice(1)) {
  const kinds = new Set([...chosen, ...shown].map(({ candidate }) => candidate.kind));
  const instead = found.find(
    ({ candidate }) => candidate.family === course.candidate.family && !kinds.has(candidate.kind),
  );
  chosen.push(stays(course) || !instead ? course : instead);
}
print("The gallery", chosen);
if (values.write) {
  const lines = chosen.map(({ candidate: { family, kind, question, scene } }) =>
    JSON.stringify({ family, kind, question, scene: scene.objects }),
  );
  writeFileSync(EXAMPLES, `{"examples":[\n${lines.join(",\n")}\n]}\n`);
  const about = { model: summary.name, weight_hash: summary.weightHash, candidates: candidates.length };
  const rows = (courses: readonly Ranked[]) => courses.map((course) => JSON.stringify(described(course))).join(",\n");
  writeFileSync(
    RESULT,
    `{"about":${JSON.stringify(about)},\n"gallery":[\n${rows(chosen)}\n],\n"finalists":[\n${rows(found)}\n]}\n`,
  );
  console.log(`\nWritten: ${EXAMPLES}, ${RESULT}`);
}
