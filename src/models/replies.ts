/**
 * How a chat template writes the model's reply: what stands between prompt and reply, and which token ends the turn.
 *
 * It is found out from the template itself, by rendering a conversation with and without its reply. SmolVLM's prompt ends
 * with "Assistant:" and its reply begins with a space; a prompt in ChatML ends with a line break and the reply follows at
 * once. A space where the template has none costs 10 to 20 nats at the first token, and the model is measured on a text
 * that it never saw.
 */
import type { ChatMessage, ChatTemplate } from "./chat-template.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How a reply stands in a conversation. */
export interface ReplyForm {
  /** What the prompt ends with, behind the question. */
  readonly tail: string;
  /** Space between prompt and reply. */
  readonly lead: string;
  /** What follows the reply; empty where the template does not tell. */
  readonly end: string;
}

export interface Replies {
  /** Id of the token that the template ends a reply with; null where that is no special token. */
  readonly endOfTurn: number | null;
  /** Ids of a written reply as the model would have gone on from the prompt, without the end of the turn. */
  encode(reply: string): number[];
}

const QUESTION = "A question?";
const REPLY = "A reply.";

/**
 * @param parts whether the template wants messages as lists of parts, as those of vision-language models do.
 */
export function replyFormOf(template: ChatTemplate, parts: boolean): ReplyForm {
  const message = (role: ChatMessage["role"], text: string): ChatMessage => ({
    role,
    content: parts ? [{ type: "text", text }] : text,
  });
  const prompt = renderOrNull(template, [message("user", QUESTION)]);
  // Whoever asks a question hears why.
  if (prompt === null) return { tail: "", lead: "", end: "" };
  const asked = prompt.lastIndexOf(QUESTION);
  const tail = asked < 0 ? prompt : prompt.slice(asked + QUESTION.length);
  const whole = renderOrNull(template, [message("user", QUESTION), message("assistant", REPLY)]);
  const replied = whole?.startsWith(prompt) ? whole.indexOf(REPLY, prompt.length) : -1;
  // Templates of models that think before they answer put empty thoughts before a reply without any.
  const between = whole?.slice(prompt.length, replied) ?? "";
  if (whole === null || replied < 0 || between.trim() !== "")
    return { tail, lead: /\s$/.test(prompt) ? "" : " ", end: "" };
  return { tail, lead: between, end: whole.slice(replied + REPLY.length) };
}

/** Some templates take no message of the assistant, and some fail on any. */
function renderOrNull(template: ChatTemplate, messages: readonly ChatMessage[]): string | null {
  try {
    return template.render(messages);
  } catch {
    return null;
  }
}

/** @param options those of `replyFormOf`, and the tokenizer that belongs to the template. */
export function createReplies(tokenizer: Tokenizer, template: ChatTemplate, parts: boolean): Replies {
  const { tail, lead, end } = replyFormOf(template, parts);
  const specials = new Set(tokenizer.specialTokens.values());
  const [first] = end === "" ? [] : tokenizer.encode(end);
  return {
    endOfTurn: first !== undefined && specials.has(first) ? first : null,
    encode(reply) {
      const written = `${lead}${reply.trim()}`;
      const before = tokenizer.encode(tail);
      const both = tokenizer.encode(`${tail}${written}`);
      // Where the first word merges with the prompt's end, the prompt has its own tokens all the same: they were read first.
      const apart = before.every((id, index) => both[index] === id);
      return apart ? both.slice(before.length) : tokenizer.encode(written);
    },
  };
}
