/** The world as a trace states it, whatever the picture shows, and what follows from it. */
import type { Property } from "../properties.ts";
import { rowAndColumn } from "../scene.ts";
import type { Claim } from "./claims.ts";
import type { Content } from "./content.ts";
import { propertyOf } from "./evaluate.ts";
import { differences, isSame, joined, type Mention, type MentionAttribute, satisfies } from "./mention.ts";

/** Null: nothing is stated that would tell. "contradiction": the steps say two things. */
export type Told<Value> = Value | null | "contradiction";

/** What the observing steps of a trace state; conclusions are left out, for they have to follow from these. */
export class Stated {
  /** Different objects. Within one list every entry is an object of its own. */
  readonly objects: readonly Mention[];
  readonly contents: readonly Content[];

  constructor(claims: readonly Claim[]) {
    const observed = claims.filter((claim) => !claim.concluded);
    this.contents = observed.flatMap(({ content }) => (content === null ? [] : [content]));
    const facts: Mention[] = [];
    // Facts of earlier sentences, which come first.
    let earlier = 0;
    for (const [index, { content, sentence }] of observed.entries()) {
      if (sentence !== observed[index - 1]?.sentence) earlier = facts.length;
      const known = content === null ? null : factOf(content);
      if (known === null) continue;
      const again = facts.slice(0, earlier).findIndex((fact) => satisfies(fact, known) || satisfies(known, fact));
      const before = facts[again];
      if (before === undefined) facts.push(known);
      else facts[again] = joined(before, known);
    }
    this.objects = facts;
  }

  get empty(): boolean {
    return this.contents.length === 0;
  }

  /** The stated objects that a mention means; without one, those that it does not contradict. */
  meant(mention: Mention): readonly Mention[] {
    const exact = this.objects.filter((known) => satisfies(known, mention));
    return exact.length > 0 ? exact : this.objects.filter((known) => differences(known, mention).length === 0);
  }

  value<Attribute extends MentionAttribute>(
    mention: Mention,
    attribute: Attribute,
  ): Told<NonNullable<Mention[Attribute]>> {
    return agreed(this.meant(mention).map((known) => known[attribute] ?? null));
  }

  line(mention: Mention, axis: "row" | "column"): Told<number> {
    const place = this.value(mention, "place");
    return typeof place === "number" ? rowAndColumn(place)[axis] : place;
  }

  /**
   * By the stated rules about the property, one of which has to speak of such an object; by the world's rules when the
   * steps state none.
   */
  property(mention: Mention, name: Property["name"]): Told<boolean> {
    return agreed(this.meant(mention).map((known) => this.#propertyOf(known, name)));
  }

  #propertyOf(known: Mention, name: Property["name"]): boolean | null {
    const rules = this.contents
      .filter((content) => content.type === "rule")
      .filter(({ property }) => property === name);
    if (rules.length === 0) return propertyOf(known, name);
    const told = agreed(rules.filter(({ subject }) => satisfies(known, subject)).map(({ holds }) => holds));
    return told === "contradiction" ? null : told;
  }

  /** How many of a kind: as counted, or, when no step counts them, as many as are listed. */
  count(kind: Mention, row: number | null = null): Told<number> {
    const counts = this.contents.filter((content) => content.type === "count");
    const counted = counts
      .filter((count) => count.row === row && count.of.length === 1 && isSame(count.of[0] ?? {}, kind))
      .flatMap(({ count, named }) => (named === null ? [count] : [count, named]));
    const listed = this.objects.filter(
      (known) =>
        satisfies(known, kind) &&
        (row === null || (known.place !== undefined && rowAndColumn(known.place).row === row)),
    ).length;
    if (counted.length > 0) {
      const told = agreed(counted);
      return typeof told === "number" && listed > told ? "contradiction" : told;
    }
    if (row === null && counts.some((count) => count.row !== null)) {
      const rows = [0, 1, 2].map((index) => this.count(kind, index));
      if (rows.includes("contradiction")) return "contradiction";
      return rows.reduce<number | null>(
        (sum, told) => (sum === null || typeof told !== "number" ? null : sum + told),
        0,
      );
    }
    return this.objects.length > 0 ? listed : null;
  }
}

/** What a content tells about one object, when it does. */
export function factOf(content: Content): Mention | null {
  switch (content.type) {
    case "object":
      return content.mention;
    case "member":
      return joined(content.mention, content.of);
    case "attribute":
      return joined(content.mention, content.is);
    default:
      return null;
  }
}

function agreed<Value>(values: readonly (Value | null)[]): Told<Value> {
  const different = [...new Set(values)];
  const [value = null] = different;
  return different.length > 1 ? "contradiction" : value;
}
