/** What follows from what, for objects of which everything or only something is known. */
import { type Property, propertyNamed } from "../properties.ts";
import { materials, shapes } from "../scene.ts";
import type { Content, Predicate } from "./content.ts";
import type { Mention } from "./mention.ts";
import { sample } from "./rules.ts";

/** Whether the arithmetic is right. */
export function isRightArithmetic({ operation, operands, result }: Content & { type: "arithmetic" }): boolean {
  const [first = 0, ...others] = operands;
  if (operation === "more") return first > result;
  if (operation === "less") return first < result;
  const sign = operation === "sum" ? 1 : -1;
  return others.reduce((sum, operand) => sum + sign * operand, first) === result;
}

/** Whether a comparison holds between `first` and `second` objects of its two kinds. */
export function isRightComparison(
  { relation, by }: Content & { type: "compare" },
  first: number,
  second: number,
): boolean {
  if (relation === "equal" || relation === "unequal") return (first === second) === (relation === "equal");
  const difference = relation === "more" ? first - second : second - first;
  return by === null ? difference > 0 : difference === by;
}

/** Whether the property holds of an object, by the world's rules; null when what is known does not decide. */
export function propertyOf(known: Mention, name: Property["name"]): boolean | null {
  const property = propertyNamed(name);
  const outcomes = new Set<boolean>();
  for (const material of known.material === undefined ? materials : [known.material]) {
    for (const shape of known.shape === undefined ? shapes : [known.shape]) {
      outcomes.add(property.holds(sample(material, shape)));
    }
  }
  const [outcome = null] = outcomes;
  return outcomes.size === 1 ? outcome : null;
}

/** Whether a predicate holds, given each property; null where that is not decided. */
export function predicateHolds(
  { verbs, denied }: Predicate,
  holds: (property: Property["name"]) => boolean | null,
): boolean | null {
  const values = verbs.map((verb) => {
    const value = holds(verb.property);
    return value === null ? null : value === verb.holds;
  });
  if (values.includes(false)) return denied;
  return values.includes(null) ? null : !denied;
}
