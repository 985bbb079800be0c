/**
 * What a checkpoint folder cannot do for want of small files, in one sentence that names the fix: said before a model is
 * opened, and again where somebody asks for it all the same.
 */

/** Which of the files are there that pictures and questions need. */
export interface SmallFiles {
  readonly tokenizer: boolean;
  /** Files of a tokenizer in an older form, of which tokenizer.json can be made; none when absent. */
  readonly olderTokenizer?: readonly string[];
  readonly template: boolean;
  /** Null for a model that takes no pictures. */
  readonly processor: boolean | null;
}

/** Empty where nothing is lacking. */
export function whatIsLacking({ tokenizer, olderTokenizer = [], template, processor }: SmallFiles): string {
  const lacking = [
    ...(tokenizer ? [] : ["tokenizer.json"]),
    ...(template ? [] : ["chat_template.jinja"]),
    ...(processor === false ? ["preprocessor_config.json"] : []),
  ];
  if (lacking.length === 0) return "";
  const able =
    tokenizer && template
      ? "it takes questions without pictures only"
      : "it takes no questions here, only samples of token ids on the command line";
  const sentence = `The folder has no ${listed(lacking, "or")}, so ${able}: add ${listed(lacking, "and")} from the model that this one was made from.`;
  if (tokenizer || olderTokenizer.length === 0) return sentence;
  return (
    `${sentence} Its ${listed(olderTokenizer, "and")} are not read here; transformers makes tokenizer.json of them: ` +
    "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)."
  );
}

/** Files of tokenizers in older forms: those of one form all belong to it. */
export const OLDER_TOKENIZERS: readonly (readonly string[])[] = [["vocab.json", "merges.txt"], ["tokenizer.model"]];

function listed(names: readonly string[], last: string): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
}
