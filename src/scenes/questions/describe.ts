/** "Describe the picture.": every object with everything that can be said about it, row by row. */
import { rowsOf } from "../scene.ts";
import { listed, numberWord, observed } from "../words.ts";
import { needs, type QuestionKind } from "./question.ts";

export const describeKind: QuestionKind = {
  name: "describe",
  family: "describe",
  balanced: [],
  questions: (scene) => {
    const answer = `${numberWord(scene.objects.length)} objects`;
    return [
      {
        kind: "describe",
        family: "describe",
        answer,
        visible: "",
        phrasings: () => ["Describe the picture.", "What does the picture show?"],
        steps: () => [
          ...rowsOf(scene)
            .filter((row) => row.length > 0)
            .map((row) => `I observe ${listed(row.map(observed))}`),
          `Therefore the picture shows ${answer}`,
        ],
        needs: scene.objects.flatMap((_, index) => needs(index, "size", "colour", "material", "shape", "place")),
      },
    ];
  },
};
