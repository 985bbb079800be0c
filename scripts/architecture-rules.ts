/**
 * Nothing about one architecture stands outside its folder, src/models/architectures/<name>/: elsewhere in src no
 * identifier and no text names one. Comments may. The folders' own names are the words, and those that people know the
 * models by.
 */
import { blankComments, isTest, type Violation } from "./import-rules.ts";

const FOLDER = /^src\/models\/architectures\/([^/]+)\//;

/** Folder of what several architectures use. */
const SHARED = "shared";

/** Names of models and of parts of them that are no folder's name. */
const OTHER_NAMES = ["smolvlm", "siglip"];

/** Names of programs, and of what they call a way of cutting texts, that have a model's in them. */
const PROGRAMS = /\bllama(?:\.cpp|-bpe|-cli|-mtmd-cli|-server|-cpp-python)(?![\w-])/g;

/** Files that may name one, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  "src/charts/experiments/paper.ts": "numbers of a paper by model",
  "src/models/architectures/registry.ts": "it lists them",
  "src/models/architectures/onnx-layouts.ts": "it lists them",
  "src/models/architectures/shared/decoder/rope-config.ts": "what files call a way of scaling positions",
  "src/models/export/gguf/pre-tokenizers.ts": "what another program calls ways of cutting texts",
  "src/models/export/gguf/vision-parts.ts": "it lists what each is to another program",
  "src/models/export/transformers/modelings.ts": "it lists what each brings along for another program",
  "src/models/hub/address.ts": "an example of an address",
  "src/models/tokenizer/steps.ts": "advice which model to open instead",
  "src/panels/PicturePanel.tsx": "advice which model to open instead",
  "src/panels/open-model/ChoosingStep.tsx": "tells people what can be opened",
  "src/panels/open-model/recommended-models.ts": "repositories of the hub",
};

const REASON = "names an architecture outside its folder; ask the architecture object instead";

/** Names of the architectures' folders among `paths`. */
function folders(paths: Iterable<string>): string[] {
  const found = [...paths].flatMap((path) => FOLDER.exec(path)?.[1] ?? []);
  return [...new Set(found)].filter((name) => name !== SHARED && !name.endsWith(".ts"));
}

/** Checks all files of the project, given as path from its root (forward slashes) → text. */
export function checkArchitectureNames(files: ReadonlyMap<string, string>): Violation[] {
  const own = folders(files.keys());
  const words = new RegExp(`\\w*(?:${[...own, ...OTHER_NAMES].join("|")})\\w*`, "gi");
  return [...files].flatMap(([path, text]) => {
    // A folder may name other architectures too: Idefics3's files call their text model "llama".
    if (own.includes(FOLDER.exec(path)?.[1] ?? "") || isTest(path) || path in ALLOWED) return [];
    return blankComments(text)
      .replace(PROGRAMS, "")
      .split("\n")
      .flatMap((line, index) =>
        (line.match(words) ?? []).map((word) => ({ path, line: index + 1, specifier: word, reason: REASON })),
      );
  });
}
