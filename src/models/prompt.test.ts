import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { imageText, picturePrompt } from "./architectures/idefics3/prompt.ts";
import { findChatTemplate } from "./chat-template.ts";
import type { PictureLayout, PicturePrompt } from "./pictures.ts";
import { createPromptBuilder, type PromptBuilder } from "./prompt.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

const NO_FILES = { chatTemplateJson: null, chatTemplateJinja: null, tokenizerConfig: null };
const jinja = (text: string) => ({ ...NO_FILES, chatTemplateJinja: text });

/** A picture of `rows` × `columns` crops and the whole picture; of 0 and 0 the whole picture alone. */
function layout(rows: number, columns: number, tokens = 4): PictureLayout {
  return { grid: { rows, columns }, frames: Array(rows * columns + 1).fill({ tokens }) };
}

/** Every character is its code point; tokens in angle brackets are from 1,000,000 on. */
function plainTokenizer(...specials: string[]): Tokenizer {
  const special = new Map(specials.map((token, index) => [token, 1_000_000 + index]));
  return {
    specialTokens: special,
    encode: (text) =>
      text.split(/(<[^>]+>)/).flatMap((part) => {
        const id = special.get(part);
        return id === undefined ? [...part].map((character) => character.codePointAt(0) ?? 0) : [id];
      }),
    decode: () => "",
    tokenTexts: () => [],
    createTokenStream: () => ({ push: () => "", end: () => "" }),
    tokenId: (token) => special.get(token) ?? null,
  };
}

const TEMPLATE =
  "{% for part in messages[0].content %}{{ '<image>' if part.type == 'image' else part.text }}{% endfor %}";

function builder(options: { template?: string; maximumPositions?: number; tokens?: string[] } = {}): PromptBuilder {
  const template = findChatTemplate(jinja(options.template ?? TEMPLATE));
  if (template === null) throw new Error("no template");
  return createPromptBuilder({
    tokenizer: plainTokenizer(...(options.tokens ?? ["<image>", "<global-img>", "<fake_token_around_image>"])),
    template,
    maximumPositions: options.maximumPositions ?? 100,
    vocabularySize: 1_000_003,
    image: picturePrompt(1_000_000),
  });
}

describe("findChatTemplate", () => {
  const json = (chat_template: unknown, more = {}) => JSON.stringify({ chat_template, ...more });

  it("looks into chat_template.jinja, chat_template.json and tokenizer_config.json in this order", () => {
    const rendered = (sources: Partial<typeof NO_FILES> | Record<string, string>) =>
      findChatTemplate({ ...NO_FILES, ...sources })?.render([]) ?? null;
    const all = { chatTemplateJinja: "one", chatTemplateJson: json("two"), tokenizerConfig: json("three") };
    expect(rendered(all)).toBe("one");
    expect(rendered({ chatTemplateJson: json("two"), tokenizerConfig: json("three") })).toBe("two");
    expect(rendered({ chatTemplateJson: "{}", tokenizerConfig: json("three") })).toBe("three");
    expect(rendered({ tokenizerConfig: "{}" })).toBeNull();
    expect(rendered({})).toBeNull();
  });

  it("takes the default of several templates and knows the tokenizer's own tokens", () => {
    const named = [
      { name: "tool_use", template: "no" },
      { name: "default", template: "{{ bos_token }}{{ eos_token }}{% if add_generation_prompt %}:{% endif %}" },
    ];
    const tokenizerConfig = json(named, { bos_token: { content: "<s>" }, eos_token: "</s>" });
    expect(findChatTemplate({ ...NO_FILES, tokenizerConfig })?.render([])).toBe("<s></s>:");
  });

  it("names the file of a template that is no Jinja, no text or fails", () => {
    const bad = (message: RegExp) =>
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringMatching(message) });
    expect(() => findChatTemplate(jinja("{% for %}"))).toThrow(bad(/chat_template.jinja.*not valid Jinja/));
    expect(() => findChatTemplate({ ...NO_FILES, chatTemplateJson: json(3) })).toThrow(
      bad(/chat_template.json: "chat_t/),
    );
    expect(() => findChatTemplate({ ...NO_FILES, tokenizerConfig: json([]) })).toThrow(bad(/named "default"/));
    const failing = findChatTemplate(jinja("{{ raise_exception('roles must alternate') }}"));
    expect(() => failing?.render([])).toThrow(bad(/failed: roles must alternate/));
  });
});

describe("buildPrompt", () => {
  it("writes out the image tokens and says where they are", () => {
    const prompt = builder().buildPrompt({ question: "Why?", picture: layout(0, 0) });
    expect(prompt.text).toBe(
      "<fake_token_around_image><global-img><image><image><image><image><fake_token_around_image>Why?",
    );
    expect(prompt.imagePositions).toEqual([2, 3, 4, 5]);
    expect(builder().buildPrompt({ question: "Why?", picture: null })).toMatchObject({
      text: "Why?",
      imagePositions: [],
    });
  });

  it("hands text-only templates the question as a string", () => {
    const template = findChatTemplate(jinja("[{{ messages[0]['content'] }}]"));
    if (template === null) throw new Error("no template");
    const text = createPromptBuilder({
      tokenizer: plainTokenizer(),
      template,
      maximumPositions: 9,
      vocabularySize: 256,
      image: null,
    });
    expect(text.buildPrompt({ question: "Why?", picture: null }).text).toBe("[Why?]");
    expect(() => text.buildPrompt({ question: "Why?", picture: layout(0, 0) })).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });

  it("refuses an empty question", () => {
    for (const question of ["", " \n\t"]) {
      expect(() => builder().buildPrompt({ question, picture: null })).toThrow(
        expect.objectContaining({ code: "bad-input", message: "The question is empty." }),
      );
    }
  });

  it("refuses a question over the model's positions, naming both numbers, and takes one just below", () => {
    const small = builder({ maximumPositions: 10 });
    expect(small.buildPrompt({ question: "123456789", picture: null }).ids).toHaveLength(9);
    expect(() => small.buildPrompt({ question: "1234567890", picture: null })).toThrow(
      expect.objectContaining({
        code: "bad-input",
        message: expect.stringMatching(/takes 10 tokens.* has 10 positions/),
      }),
    );
  });

  it("refuses ids beyond the model's vocabulary", () => {
    const template = findChatTemplate(jinja(TEMPLATE));
    if (template === null) throw new Error("no template");
    const image = picturePrompt(1_000_000);
    const options = {
      tokenizer: plainTokenizer("<image>"),
      template,
      maximumPositions: 100,
      vocabularySize: 98,
      image,
    };
    expect(createPromptBuilder(options).buildPrompt({ question: "aa", picture: null }).ids).toEqual([97, 97]);
    expect(() => createPromptBuilder(options).buildPrompt({ question: "ab", picture: null })).toThrow(
      expect.objectContaining({
        code: "bad-checkpoint",
        message: expect.stringMatching(/the id 98; .* has 98 entries/),
      }),
    );
  });

  it("refuses control tokens in the question", () => {
    expect(() => builder().buildPrompt({ question: "Is <image> one?", picture: null })).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining('"<image>"') }),
    );
  });

  it("names the place for which the tokenizer has no token", () => {
    expect(() => builder().buildPrompt({ question: "Why?", picture: layout(1, 2) })).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining('"<row_1_col_1>"') }),
    );
  });

  it("refuses a tokenizer that cuts a picture's tokens into pieces, and the picture's tokens without a picture", () => {
    const template = findChatTemplate(jinja(TEMPLATE));
    const whole = plainTokenizer("<image>", "<global-img>", "<fake_token_around_image>");
    const options = { maximumPositions: 200, vocabularySize: 1_000_003, image: picturePrompt(1_000_000) };
    const built = (lost: string, question: string, picture: PictureLayout | null) => {
      const { encode } = whole;
      const cut = {
        ...whole,
        specialTokens: new Map(),
        encode: (text: string) => encode(text.replaceAll(lost, "[cut]")),
      };
      if (template === null) throw new Error("no template");
      return createPromptBuilder({ ...options, template, tokenizer: cut }).buildPrompt({ question, picture });
    };
    const one = layout(0, 0);
    for (const token of ["<image>", "<global-img>", "<fake_token_around_image>"]) {
      expect(() => built(token, "Is it?", one)).toThrow(
        expect.objectContaining({
          code: "bad-checkpoint",
          message: expect.stringMatching(new RegExp(`makes 0 tokens of \\d times? "${token}"`)),
          hint: expect.stringContaining('"added_tokens"'),
        }),
      );
    }
    expect(built("nothing", "Is it?", one).imagePositions).toHaveLength(4);
    expect(built("<image>", "Is it?", null).imagePositions).toEqual([]);
  });

  it("refuses what stands for videos, whoever wrote it", { tags: ["attack"] }, () => {
    const [token, tokenId, what] = ["<video>", 1_000_001, "videos"];
    const image = { ...picturePrompt(1_000_000), refusedTokens: [{ token, tokenId, what }] };
    const template = findChatTemplate(jinja("<video>{{ messages[0].content[0].text }}"));
    if (template === null) throw new Error("no template");
    const tokenizer = plainTokenizer("<image>", token);
    const options = { tokenizer, template, maximumPositions: 100, vocabularySize: 1_000_003, image };
    expect(() => createPromptBuilder(options).buildPrompt({ question: "Why?", picture: null })).toThrow(
      expect.objectContaining({
        code: "unsupported",
        message: 'The prompt holds "<video>", which stands for videos; pictures and text are supported.',
      }),
    );
  });

  it("refuses a template that leaves the question out", () => {
    const silent = builder({ template: "{% for part in messages[0].content %}{{ part.content }}{% endfor %}" });
    expect(() => silent.buildPrompt({ question: "Is it?", picture: null })).toThrow(
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringContaining("left the question out") }),
    );
  });

  it("refuses a template that writes no image token, and an image token that config.json does not know", () => {
    expect(() => builder({ template: "Hello" }).buildPrompt({ question: "Why?", picture: layout(0, 0) })).toThrow(
      /wrote "<image>" 0 times/,
    );
    expect(() => builder({ tokens: ["<x>", "<image>"] })).toThrow(/the id 1000001; config.json says 1000000/);
    expect(() => builder({ tokens: [] })).toThrow(/no id; config.json says 1000000/);
  });
});

describe("imageText", () => {
  it("announces each crop by its place, rows ended by a line break, the whole picture last", () => {
    expect(imageText(layout(2, 1, 1))).toBe(
      "<fake_token_around_image><row_1_col_1><image>\n<fake_token_around_image><row_2_col_1><image>\n" +
        "\n<fake_token_around_image><global-img><image><fake_token_around_image>",
    );
  });
});

function checkpointBuilder(folder: string, path: string, image: PicturePrompt) {
  const text = (file: string) => readFileSync(join(folder, path, file), "utf8");
  const tokenizer = createTokenizer(text("tokenizer.json"), text("tokenizer_config.json"));
  const template = findChatTemplate({ ...NO_FILES, chatTemplateJson: text("chat_template.json") });
  if (template === null) throw new Error("no template");
  return {
    template,
    prompts: createPromptBuilder({ tokenizer, template, maximumPositions: 8192, vocabularySize: 49_280, image }),
  };
}

describeWithShared(
  "the prompts of SmolVLM",
  (folder) => {
    const path = "checkpoints/SmolVLM-256M-Instruct";
    interface Golden {
      template_rendered: string;
      template_multi: string;
      cases: { rows: number; cols: number; length: number; n_image_tokens: number; ids_rle: [number, number][] }[];
    }
    const golden = readSharedJson<Golden>(folder, `${path}/golden_tokens.json`);
    const { template, prompts } = checkpointBuilder(folder, path, picturePrompt(49_190));

    it.each(golden.cases)("equal the golden ids for $rows × $cols crops", (entry) => {
      const picture = layout(entry.rows, entry.cols, 64);
      const prompt = prompts.buildPrompt({ question: "Can you describe this image?", picture });
      expect(prompt.ids).toEqual(entry.ids_rle.flatMap(([id, count]) => Array.from({ length: count }, () => id)));
      expect(prompt.ids).toHaveLength(entry.length);
      expect(prompt.imagePositions).toHaveLength(entry.n_image_tokens);
      expect(prompt.imagePositions.every((position) => prompt.ids[position] === 49_190)).toBe(true);
    });

    it("equal the golden text of the template", () => {
      const question = "Can you describe this image?";
      const rendered = template.render([
        { role: "user", content: [{ type: "image" }, { type: "text", text: question }] },
      ]);
      expect(rendered).toBe(golden.template_rendered);
      const dialogue = template.render([
        { role: "user", content: [{ type: "text", text: "What is 2+2?" }] },
        { role: "assistant", content: [{ type: "text", text: "4" }] },
        { role: "user", content: [{ type: "text", text: "And this?" }, { type: "image" }] },
      ]);
      expect(dialogue).toBe(golden.template_multi);
    });

    it("name the place beyond the sixth row", () => {
      expect(() => prompts.buildPrompt({ question: "Why?", picture: layout(7, 1) })).toThrow(/"<row_7_col_1>"/);
    });
  },
  ["checkpoints/SmolVLM-256M-Instruct"],
);

describeWithShared(
  "the prompts of tiny-scenes",
  (folder) => {
    const path = "checkpoints/tiny-scenes";
    const { prompts } = checkpointBuilder(folder, path, picturePrompt(5));

    it("equal the reference ids", () => {
      const { samples } = readSharedJson<{ samples: { image: string; question: string }[] }>(
        folder,
        `${path}/evaluation.json`,
      );
      const expected = readSharedJson<{ evaluation: { image: string; prompt_ids: number[] }[] }>(
        folder,
        `${path}/expected.json`,
      );
      for (const entry of expected.evaluation) {
        const question = samples.find((sample) => sample.image === entry.image)?.question ?? "";
        const prompt = prompts.buildPrompt({ question, picture: layout(0, 0, 16) });
        expect(prompt.ids).toEqual(entry.prompt_ids);
      }
    });
  },
  ["checkpoints/tiny-scenes"],
);
