import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared, projectRoot } from "../testing/shared.ts";
import { findChatTemplate } from "./chat-template.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { createNodeFolder } from "./node-folder.ts";
import { createReplies, replyFormOf } from "./replies.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

function templateOf(text: string) {
  const template = findChatTemplate({ chatTemplateJinja: text, chatTemplateJson: null, tokenizerConfig: null });
  if (template === null) throw new Error("no template");
  return template;
}

/** SmolLM2's, as it stands in its tokenizer_config.json (Apache-2.0). */
const SMOLLM2 =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}" +
  "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}" +
  "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

describe("replyFormOf", () => {
  it("finds a line break before the reply and the turn's end behind it", () => {
    expect(replyFormOf(templateOf(SMOLLM2), false)).toEqual({
      tail: "<|im_end|>\n<|im_start|>assistant\n",
      lead: "",
      end: "<|im_end|>\n",
    });
  });

  it("finds the space that a template writes before a reply", () => {
    const speaking =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
    expect(replyFormOf(templateOf(speaking), false)).toEqual({ tail: "</s>assistant:", lead: " ", end: "</s>" });
  });

  it("leaves out thoughts that a template puts before a reply without any", () => {
    const thinking =
      "{% for m in messages %}[{{ m.role }}]\n{% if m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}{{ m.content }}[end]{% endfor %}" +
      "{% if add_generation_prompt %}[assistant]\n{% endif %}";
    expect(replyFormOf(templateOf(thinking), false)).toEqual({ tail: "[end][assistant]\n", lead: "", end: "" });
  });

  it("tells nothing of a template that fails on a question, which may be meant for other messages", () => {
    const parts = templateOf("{% for part in messages[0].content %}{{ part.text }}{% endfor %}");
    expect(replyFormOf(parts, false)).toEqual({ tail: "", lead: "", end: "" });
  });

  it("puts a space where a template takes no replies and its prompt ends with none, and nothing where it does", () => {
    const only = (end: string) => `{% if messages | length > 1 %}{{ raise_exception('no') }}{% endif %}${end}`;
    expect(replyFormOf(templateOf(only("Answer:")), false)).toEqual({ tail: "Answer:", lead: " ", end: "" });
    expect(replyFormOf(templateOf(only("{{ 'Answer:\\n' }}")), false).lead).toBe("");
  });
});

describe("createReplies", () => {
  /** Every character is its code point, but "ab" is one token. */
  const merging: Tokenizer = {
    specialTokens: new Map(),
    encode: (text) => [...text.replaceAll("ab", "\uE000")].map((character) => character.codePointAt(0) ?? 0),
    decode: () => "",
    tokenTexts: () => [],
    createTokenStream: () => ({ push: () => "", end: () => "" }),
    tokenId: () => null,
  };
  const raw = templateOf("{% for m in messages %}{{ m.content }}{% if m.role == 'user' %}a{% endif %}{% endfor %}");

  it("encodes the reply by itself where its first word would merge with the prompt's end", () => {
    const replies = createReplies(merging, raw, false);
    expect(replies.encode("bc")).toEqual([98, 99]);
    expect(replies.encode("cb")).toEqual([99, 98]);
    expect(replies.endOfTurn).toBeNull();
  });
});

describe("the bundled model's traces", () => {
  it("begin with a space and end with the turn, as its template has them", async () => {
    const { tokenizer, replies, calibration, stopIds } = await openCheckpoint(
      createNodeFolder(join(projectRoot, "public/models/scenes")),
    );
    expect([replies?.endOfTurn, ...stopIds]).toEqual([2, 2]);
    expect(calibration).toHaveLength(384);
    for (const { trace } of calibration ?? []) {
      if (trace !== null) expect(replies?.encode(trace)).toEqual(tokenizer?.encode(` ${trace.trim()}`));
    }
  });
});

describeWithShared(
  "replies of SmolVLM and SmolLM2",
  (folder) => {
    const read = (file: string) => readFileSync(join(folder, "checkpoints/SmolVLM-256M-Instruct", file), "utf8");
    const tokenizer = createTokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
    const trace = "Step 1: I look.\nTherefore, the answer is 3.\nFinal Answer: 3";

    it("begin with a space behind SmolVLM's colon", () => {
      const template = findChatTemplate({
        chatTemplateJson: read("chat_template.json"),
        chatTemplateJinja: null,
        tokenizerConfig: null,
      });
      if (template === null) throw new Error("SmolVLM has a chat template.");
      const replies = createReplies(tokenizer, template, true);
      expect(replies.encode(trace)).toEqual(tokenizer.encode(` ${trace}`));
      expect(replies.endOfTurn).toBe(49_279);
    });

    it("begin at once behind SmolLM2's line break, which has the same tokens", () => {
      const replies = createReplies(tokenizer, templateOf(SMOLLM2), false);
      expect(replies.encode(trace)).toEqual(tokenizer.encode(trace));
      expect(replies.encode(trace)).not.toEqual(tokenizer.encode(` ${trace}`));
      expect(replies.endOfTurn).toBe(2);
    });
  },
  ["checkpoints/SmolVLM-256M-Instruct"],
);
