/**
 * Jinja with an end. A chat template is a program out of somebody's checkpoint: it can loop over a billion numbers, call
 * itself twice and twice again, or double a text until memory is gone. Here every evaluation counts, what it results in
 * counts by its size, and a template that is over the limit fails.
 */
import { Environment, Interpreter, parse, Template, tokenize } from "@huggingface/jinja";

/**
 * Evaluations, list entries and pieces of text that one rendering may take in all. SmolVLM's template takes some hundreds
 * for a question of a few words; at the limit it has been at it for about half a second.
 */
const LARGEST_WORK = 250_000;
/** Characters that count as one step: they are copied, not interpreted. */
const PIECE = 16;
/** Largest number in a template, for numbers are also widths of indents and lengths of ranges. */
const LARGEST_NUMBER = 100_000;
/** Longest template; those of models with tools have some ten thousand characters. */
const LONGEST_TEMPLATE = 1_000_000;

/** A value of the interpreter: its kinds are told apart by what they hold. */
interface RuntimeValue {
  readonly type: string;
  readonly value?: unknown;
}

type Evaluate = Interpreter["evaluate"];

class BoundedInterpreter extends Interpreter {
  #work = 0;

  override evaluate(...[statement, environment]: Parameters<Evaluate>): ReturnType<Evaluate> {
    this.#spend(1);
    const value = super.evaluate(statement, environment);
    this.#measure(value);
    return value;
  }

  /** Spends what `value` holds. A list that holds another one many times over counts it as often. */
  #measure(value: RuntimeValue): void {
    const { value: held } = value;
    if (typeof held === "string") this.#spend(held.length / PIECE);
    else if (typeof held === "number") {
      if (Math.abs(held) > LARGEST_NUMBER) throw new Error(`it counts beyond ${LARGEST_NUMBER}`);
    } else if (Array.isArray(held) || held instanceof Map) {
      this.#spend(Array.isArray(held) ? held.length : held.size);
      for (const entry of held.values()) this.#measure(entry);
    }
  }

  #spend(amount: number): void {
    this.#work += amount;
    if (this.#work > LARGEST_WORK) throw new Error(`it takes more than ${LARGEST_WORK} steps`);
  }
}

/** As Python's range, with at most LARGEST_NUMBER entries. */
function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (![from, to, step].every(Number.isInteger) || step === 0)
    throw new Error("range() takes whole numbers, no step 0");
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > LARGEST_NUMBER) throw new Error(`range() of ${length} entries; at most ${LARGEST_NUMBER}`);
  return Array.from({ length }, (_, index) => from + index * step);
}

function raise(message: unknown): never {
  throw new Error(String(message));
}

/** Today in the template's own format, by the library's function, which it does not export. */
function now(format: string): string {
  return new Template("{{ strftime_now(format) }}").render({ format });
}

const CONSTANTS = { true: true, false: false, none: null, True: true, False: false, None: null };
const GLOBALS = { ...CONSTANTS, raise_exception: raise, range, strftime_now: now };

/**
 * Compiles a template. The result renders it with the given variables.
 *
 * @throws Error where the text is not valid Jinja; the result throws one where the template fails or is over the limit.
 */
export function compileTemplate(text: string): (variables: Readonly<Record<string, unknown>>) => string {
  if (text.length > LONGEST_TEMPLATE)
    throw new Error(`it has ${text.length} characters, more than ${LONGEST_TEMPLATE}`);
  const program = parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
  return (variables) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
    const { value } = new BoundedInterpreter(environment).run(program) as RuntimeValue;
    if (typeof value !== "string") throw new Error("it makes no text");
    return value;
  };
}
