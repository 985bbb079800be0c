/** How a text is cut at what a pattern found (`NormalizedString::split` of Hugging Face's Rust library). */
import type { Range } from "./pattern.ts";

export type Behavior = "Removed" | "Isolated" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

interface Part {
  from: number;
  to: number;
  readonly found: boolean;
}

/**
 * @param found from left to right, none within another.
 * @param invert what was not found is what was looked for.
 * @returns the pieces in order, the empty ones too.
 */
export function cut(text: string, found: readonly Range[], behavior: Behavior, invert = false): string[] {
  const parts = partsOf(text, found, invert);
  return join(parts, behavior).map(({ from, to }) => text.slice(from, to));
}

/** What was found, and what lies between. */
function partsOf(text: string, found: readonly Range[], invert: boolean): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const [from, to] of found) {
    if (at < from) parts.push({ from: at, to: from, found: invert });
    parts.push({ from, to, found: !invert });
    at = to;
  }
  if (at < text.length) parts.push({ from: at, to: text.length, found: invert });
  return parts;
}

function join(parts: readonly Part[], behavior: Behavior): readonly Part[] {
  switch (behavior) {
    case "Isolated":
      return parts;
    case "Removed":
      return parts.filter((part) => !part.found);
    case "Contiguous":
      return merged(parts, (part, before) => part.found === before);
    case "MergedWithPrevious":
      return merged(parts, (part, before) => part.found && !before);
    case "MergedWithNext":
      return merged(parts.toReversed(), (part, before) => part.found && !before).toReversed();
    default:
      return behavior satisfies never;
  }
}

/** Parts, each of which joins the one before it (none counts as not found) where `joins` says so. */
function merged(parts: readonly Part[], joins: (part: Part, before: boolean) => boolean): Part[] {
  const result: Part[] = [];
  let before = false;
  for (const part of parts) {
    const last = result.at(-1);
    if (last && joins(part, before)) {
      last.from = Math.min(last.from, part.from);
      last.to = Math.max(last.to, part.to);
    } else result.push({ ...part });
    before = part.found;
  }
  return result;
}
