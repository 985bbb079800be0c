/** `generate`: a picture and a question in, the model's chain of thought out, token by token. */
import { DEFAULT_TRACE_LIMIT } from "../engine/session.ts";
import { decodePicture } from "../models/image/decode-node.ts";
import type { Picture } from "../models/image/picture.ts";
import { defineCommand } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { deviceOptions } from "./device-options.ts";
import { readBytes } from "./files.ts";
import { withModel } from "./open-model.ts";
import { wholeNumber } from "./options.ts";
import { noteAnimation } from "./picture-files.ts";
import { printable } from "./printable.ts";
import { masksForPlan, readPlan } from "./read-plan.ts";

const options = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder, or hub:OWNER/NAME.", required: true },
  image: {
    type: "text",
    value: "FILE",
    explanation: "Picture (PNG, JPEG, WebP or GIF); without one, the question alone.",
  },
  question: { type: "text", value: "TEXT", explanation: "What to ask.", required: true },
  plan: { type: "text", value: "FILE", explanation: "Prune the model by this plan; the dense model when absent." },
  "max-tokens": { type: "number", value: "N", explanation: `Longest trace in tokens; else ${DEFAULT_TRACE_LIMIT}.` },
  "any-weights": { type: "flag", explanation: "Take a plan that was made for other weights.", needs: "plan" },
  ...deviceOptions,
} as const;

export async function readPicture(file: string, context: CommandContext): Promise<Picture> {
  const bytes = await readBytes(file);
  noteAnimation(bytes, file, context);
  return decodePicture(bytes, file, context.signal);
}

export const generate = defineCommand({
  name: "generate",
  summary: "Write a model's chain of thought for a picture and a question to standard output.",
  notes: "The trace is written as it comes. Generation is greedy, so the same input gives the same trace.",
  options,
  async run(given, context) {
    const limit = wholeNumber("max-tokens", given["max-tokens"] ?? DEFAULT_TRACE_LIMIT, 1);
    const picture = given.image === undefined ? null : await readPicture(given.image, context);
    const plan = await readPlan(given.plan);

    await withModel(given.model, given, context, async (session) => {
      const { checkpoint } = session;
      const { tokenizer, stopIds } = checkpoint;
      const input = await session.prepareInput({ picture, question: given.question }, context.signal);
      const masks = await masksForPlan(session, plan, given["any-weights"], context.signal);
      const stream = tokenizer?.createTokenStream();
      let started = false;
      const writeText = (text: string) => {
        // A trace begins with the space that parts it from the prompt, which is no part of what people read.
        const shown = started ? text : text.trimStart();
        started ||= shown !== "";
        if (shown !== "") context.write(printable(shown));
      };
      try {
        const { finish } = await session.generate(input, {
          masks,
          maximumTokens: limit,
          signal: context.signal,
          onToken: (id) => {
            if (!stopIds.includes(id)) writeText(stream?.push(id) ?? `${id} `);
          },
        });
        writeText(stream?.end() ?? "");
        context.write("\n");
        if (finish === "length") context.writeError("The trace was cut off at the longest length allowed.\n");
      } finally {
        masks.release();
      }
    });
  },
});
