/** The chat template: a Jinja program in the checkpoint that writes a conversation as the model was trained to see it. */
import * as v from "valibot";
import { PivotscopeError, reasonOf } from "../core/errors.ts";
import { type JsonSource, readJson, readJsonText } from "../core/json/read.ts";
import { anything, list, object, text } from "../core/json/schemas.ts";
import { compileTemplate } from "./bounded-template.ts";
import { checkpointFile } from "./checkpoint-file.ts";

/**
 * Llama's templates write a date into text-only prompts. It is always the one that they write where there is no clock: with
 * today's, every day would have other prompts, and no calibration could be gone on with.
 */
const DATE = "26 Jul 2024";

const USE_THE_MODELS_OWN = "Use the chat template that belongs to the model.";

/** A message's parts, as templates of vision-language models want them. */
export type ContentPart = { readonly type: "image" } | { readonly type: "text"; readonly text: string };

export interface ChatMessage {
  readonly role: "user" | "assistant" | "system";
  /** Text-only templates want a plain string. */
  readonly content: string | readonly ContentPart[];
}

export interface ChatTemplate {
  /**
   * Text up to where the assistant's reply begins; where the last message is such a reply, up to its end.
   * @throws PivotscopeError `bad-checkpoint` when the template fails.
   */
  render(messages: readonly ChatMessage[]): string;
}

/** Texts of the files that may hold a template; null where a file is not there. */
export interface TemplateSources {
  readonly chatTemplateJson: string | null;
  readonly chatTemplateJinja: string | null;
  readonly tokenizerConfig: string | null;
}

const namedTemplates = list(object({ name: anything, template: anything }));
/** Tokens are written as text or as an object with "content". */
const token = v.nullish(
  v.lazy((found) => (typeof found === "object" ? object({ content: v.nullish(text, "") }) : text)),
  "",
);
const configSchema = object({ chat_template: anything, bos_token: token, eos_token: token });
const templateSchema = object({ chat_template: anything });

/**
 * Finds the template as transformers does: chat_template.jinja, then chat_template.json, then tokenizer_config.json.
 *
 * @returns null when none of the files has one.
 * @throws PivotscopeError `bad-checkpoint` when the template is no text or no valid Jinja.
 */
export function findChatTemplate(sources: TemplateSources): ChatTemplate | null {
  const found = findTemplateText(sources);
  return found && compile(found.text, found.file, found.tokens);
}

/** The template's text, the file that it stands in, and the tokens that it may name. Otherwise as `findChatTemplate`. */
export function findTemplateText(sources: TemplateSources) {
  const [ofConfig, ofJson] = [checkpointFile("tokenizer_config.json"), checkpointFile("chat_template.json")];
  const config = readJsonText(configSchema, sources.tokenizerConfig ?? "{}", ofConfig);
  const json = readJsonText(templateSchema, sources.chatTemplateJson ?? "{}", ofJson);
  const tokens = { bos_token: tokenText(config.bos_token), eos_token: tokenText(config.eos_token) };
  if (sources.chatTemplateJinja !== null)
    return { text: sources.chatTemplateJinja, file: "chat_template.jinja", tokens };
  if ((json.chat_template ?? null) !== null) {
    return { text: templateText(json.chat_template, ofJson), file: "chat_template.json", tokens };
  }
  if ((config.chat_template ?? null) === null) return null;
  return { text: templateText(config.chat_template, ofConfig), file: "tokenizer_config.json", tokens };
}

/** One template, or the one named "default" of a list of named ones. */
function templateText(found: unknown, source: JsonSource): string {
  const field = "chat_template";
  if (!Array.isArray(found)) return readJson(text, found, source, field);
  const place = readJson(namedTemplates, found, source, field).findIndex(({ name }) => name === "default");
  if (place < 0) throw source.wrong(field, found, 'a text, or a list with one named "default",');
  return readJson(object({ template: text }), found[place], source, `${field}[${place}]`).template;
}

function tokenText(found: string | { readonly content: string }): string {
  return typeof found === "string" ? found : found.content;
}

function compile(text: string, file: string, tokens: Readonly<Record<string, string>>): ChatTemplate {
  const run = <Result>(what: string, action: () => Result): Result => {
    try {
      return action();
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new PivotscopeError(
        "bad-checkpoint",
        `${file}: the chat template ${what}: ${reason}.`,
        USE_THE_MODELS_OWN,
        {
          cause,
        },
      );
    }
  };
  const template = run("is not valid Jinja", () => compileTemplate(text));
  return {
    render(messages) {
      const isReplied = messages.at(-1)?.role === "assistant";
      const variables = { messages, add_generation_prompt: !isReplied, date_string: DATE, ...tokens };
      return run("failed", () => template(variables));
    },
  };
}
