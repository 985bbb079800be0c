/**
 * What a checkpoint folder cannot do for want of small files, in one sentence that names the fix: said before a model is
 * opened, and again where somebody asks for it all the same.
 */

/** Which of the files are there that pictures and questions need. */
export interface SmallFiles {
  readonly tokenizer: boolean;
  readonly template: boolean;
  /** Null for a model that takes no pictures. */
  readonly processor: boolean | null;
}

/** Empty where nothing is lacking. */
export function whatIsLacking({ tokenizer, template, processor }: SmallFiles): string {
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
  return `The folder has no ${listed(lacking, "or")}, so ${able}: add ${listed(lacking, "and")} from the model that this one was made from.`;
}

function listed(names: readonly string[], last: string): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
}
