/** The chat template: a Jinja program in the checkpoint that writes a conversation as the model was trained to see it. */
import { PivotscopeError } from "../core/errors.ts";
import { compileTemplate } from "./bounded-template.ts";
import { type Fields, parseJsonObject } from "./json.ts";

const USE_THE_MODELS_OWN = "Use the chat template that belongs to the model.";

/** A message's parts, as templates of vision-language models want them. */
export type ContentPart = { readonly type: "image" } | { readonly type: "text"; readonly text: string };

export interface ChatMessage {
  readonly role: "user" | "assistant" | "system";
  /** Text-only templates want a plain string. */
  readonly content: string | readonly ContentPart[];
}

export interface ChatTemplate {
  /** Text up to where the assistant's reply begins. @throws PivotscopeError `bad-checkpoint` when the template fails. */
  render(messages: readonly ChatMessage[]): string;
}

/** Texts of the files that may hold a template; null where a file is not there. */
export interface TemplateSources {
  readonly chatTemplateJson: string | null;
  readonly chatTemplateJinja: string | null;
  readonly tokenizerConfig: string | null;
}

/**
 * Finds the template as transformers does: chat_template.jinja, then chat_template.json, then tokenizer_config.json.
 *
 * @returns null when none of the files has one.
 * @throws PivotscopeError `bad-checkpoint` when the template is no text or no valid Jinja.
 */
export function findChatTemplate(sources: TemplateSources): ChatTemplate | null {
  const tokenizerConfig =
    sources.tokenizerConfig === null ? null : parseJsonObject(sources.tokenizerConfig, "tokenizer_config.json");
  const inJson =
    sources.chatTemplateJson === null ? null : parseJsonObject(sources.chatTemplateJson, "chat_template.json");
  const named = (key: string) => (tokenizerConfig === null ? "" : tokenText(tokenizerConfig, key));
  const tokens = { bos_token: named("bos_token"), eos_token: named("eos_token") };
  if (sources.chatTemplateJinja !== null) return compile(sources.chatTemplateJinja, "chat_template.jinja", tokens);
  for (const fields of [inJson, tokenizerConfig]) {
    if (fields?.has("chat_template")) return compile(templateText(fields), fields.file, tokens);
  }
  return null;
}

/** One template, or the one named "default" of a list of named ones. */
function templateText(fields: Fields): string {
  if (!Array.isArray(fields.raw("chat_template"))) return fields.string("chat_template");
  const byDefault = fields.objects("chat_template").find((entry) => entry.raw("name") === "default");
  if (byDefault === undefined) throw fields.wrong("chat_template", 'a text, or a list with one named "default",');
  return byDefault.string("template");
}

/** Tokens are written as text or as an object with "content"; empty when missing. */
function tokenText(fields: Fields, key: string): string {
  if (!fields.has(key)) return "";
  return typeof fields.raw(key) === "string" ? fields.string(key) : fields.objectOrEmpty(key).string("content", "");
}

function compile(text: string, file: string, tokens: Readonly<Record<string, string>>): ChatTemplate {
  const run = <Result>(what: string, action: () => Result): Result => {
    try {
      return action();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
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
    render: (messages) => run("failed", () => template({ messages, add_generation_prompt: true, ...tokens })),
  };
}
