/** What a sentence of a trace can say, apart from how it says it. */
import type { Property } from "../properties.ts";
import type { Mention } from "./mention.ts";
import type { DirectionName, Verb } from "./vocabulary.ts";

/** "floats", "rolls and breaks", "does not roll and break" (not both). */
export interface Predicate {
  readonly verbs: readonly Verb[];
  readonly denied: boolean;
}

export type Content =
  /** "I observe a large red ball at the top." */
  | { readonly type: "object"; readonly mention: Mention }
  /** "…, the red ball" after "I count two balls". */
  | { readonly type: "member"; readonly mention: Mention; readonly of: Mention }
  /** "I count two balls", "no cubes", "three objects in the top row", "the number of balls and cubes is two". */
  | {
      readonly type: "count";
      /** Kinds of objects whose numbers are added. */
      readonly of: readonly Mention[];
      readonly count: number;
      readonly row: number | null;
      /** How many objects are named after the count; null when none. */
      readonly named: number | null;
    }
  /** "there are more balls than cubes", "two more", "fewer", "as many … as", "not as many … as". */
  | {
      readonly type: "compare";
      readonly first: Mention;
      readonly second: Mention;
      readonly relation: "more" | "fewer" | "equal" | "unequal";
      /** By how many; null when that is not said. */
      readonly by: number | null;
    }
  /** "the red ball is small", "is made of wood", "the object at the top is the red ball". */
  | { readonly type: "attribute"; readonly mention: Mention; readonly is: Mention; readonly identity: boolean }
  | { readonly type: "relation"; readonly mention: Mention; readonly direction: DirectionName; readonly other: Mention }
  /** "the red ball is highest". */
  | { readonly type: "extreme"; readonly mention: Mention; readonly direction: DirectionName }
  /** "No other object is as high", said of the object mentioned last; null when there was none. */
  | { readonly type: "no-other"; readonly mention: Mention | null; readonly direction: DirectionName }
  | {
      readonly type: "same";
      readonly mention: Mention;
      readonly other: Mention;
      readonly attribute: "material" | "size";
      readonly same: boolean;
    }
  | { readonly type: "consequence"; readonly mention: Mention; readonly predicate: Predicate }
  /** "two objects float", "No object floats". */
  | { readonly type: "holders"; readonly of: Mention; readonly predicate: Predicate; readonly count: number }
  /** "Two and one make three", "Two is more than one", "Two equals two" (a sum of one number). */
  | {
      readonly type: "arithmetic";
      readonly operation: "sum" | "minus" | "more" | "less";
      readonly operands: readonly number[];
      readonly result: number;
    }
  /** "Wood is lighter than water": objects like `subject` have the property, or not. */
  | {
      readonly type: "rule";
      readonly property: Property["name"];
      readonly holds: boolean;
      readonly subject: Mention;
      /** Whether it is one of the world's rules. */
      readonly valid: boolean;
    }
  | { readonly type: "answer"; readonly answer: string };

/** The objects that a content names in its own words; one that is not there makes it false. */
export function namedObjects(content: Content): readonly Mention[] {
  switch (content.type) {
    case "object":
    case "member":
    case "attribute":
    case "extreme":
    case "consequence":
      return [content.mention];
    case "relation":
    case "same":
      return [content.mention, content.other];
    default:
      return [];
  }
}
