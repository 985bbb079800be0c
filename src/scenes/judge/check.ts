/** Checks one claim against the scene: true or false, with a reason that people can follow. */
import { propertyNamed } from "../properties.ts";
import { rowAndColumn } from "../scene.ts";
import { counted, listed, selectionPlural } from "../words.ts";
import type { Content, Predicate } from "./content.ts";
import { isRightArithmetic, isRightComparison, predicateHolds, propertyOf } from "./evaluate.ts";
import { differences, inWords, type Mention, phrase, satisfies, valuePhrase } from "./mention.ts";
import { directions, extremes, rowNames } from "./vocabulary.ts";

export interface Finding {
  readonly holds: boolean;
  readonly reason: string;
  /** Whether it names an object, or gives an object an attribute, that is not there. */
  readonly invented: boolean;
}

const right: Finding = { holds: true, reason: "as in the picture", invented: false };
const wrong = (reason: string): Finding => ({ holds: false, reason, invented: false });
const invented = (reason: string): Finding => ({ holds: false, reason, invented: true });
const checked = (holds: boolean, reason: () => string): Finding => (holds ? right : wrong(reason()));

/** Everything but final answers, which only the question decides about. */
export type Checkable = Exclude<Content, { type: "answer" }>;

type World = readonly Mention[];

/**
 * Whether the content is true of a scene's objects. What speaks of "the red ball" has to mean exactly one object; an
 * object that is observed only has to be there. Lists that name one object twice are seen to by `findRepeated`.
 */
export function check(content: Checkable, world: World): Finding {
  switch (content.type) {
    case "object":
      return isThere(world, content.mention);
    case "member":
      return theOne(world, content.mention, (found) => fits(found, content.of));
    case "count":
      return checkCount(content, world);
    case "compare": {
      const [first, second] = [content.first, content.second].map((kind) => members(world, kind).length);
      if (first === undefined || second === undefined) return right;
      return checked(
        isRightComparison(content, first, second),
        () =>
          `there ${first === 1 ? "is" : "are"} ${counted(first, content.first)} and ${counted(second, content.second)}`,
      );
    }
    case "attribute":
      return theOne(world, content.mention, (found) => {
        if (!content.identity) return fits(found, content.is);
        if (!satisfies(found, content.is)) return invented(`it is the ${nameOf(found)}`);
        return theOne(world, content.is, () => right);
      });
    case "relation":
      return theOne(world, content.mention, (first) =>
        theOne(world, content.other, (second) => {
          const { axis, sign } = directions[content.direction];
          const holds = Math.sign(lineOf(first, axis) - lineOf(second, axis)) === sign;
          return checked(holds, () => `${whatIs(first, "place")}, ${whatIs(second, "place")}`);
        }),
      );
    case "extreme":
    case "no-other":
      return checkExtreme(content, world);
    case "same":
      return theOne(world, content.mention, (first) =>
        theOne(world, content.other, (second) => {
          if (first === second) return wrong("both names mean one object");
          const { attribute } = content;
          const holds = (first[attribute] === second[attribute]) === content.same;
          return checked(holds, () => `${whatIs(first, attribute)}, ${whatIs(second, attribute)}`);
        }),
      );
    case "consequence":
      return theOne(world, content.mention, (found) =>
        checked(holdsOf(content.predicate, found), () => whatHappens(content.predicate, found)),
      );
    case "holders": {
      const holders = members(world, content.of).filter((object) => holdsOf(content.predicate, object));
      const { length } = holders;
      return checked(length === content.count, () =>
        length === 0 ? "none does" : `${inWords(length)} ${length === 1 ? "does" : "do"}: ${namesOf(holders)}`,
      );
    }
    case "arithmetic":
      return isRightArithmetic(content) ? { ...right, reason: "right arithmetic" } : wrong("wrong arithmetic");
    case "rule":
      return content.valid ? { ...right, reason: "a rule of this world" } : wrong("no rule of this world");
  }
}

/** Colour and shape, which mean one object in every scene. */
function nameOf({ colour, shape }: Mention): string {
  return phrase({ ...(colour && { colour }), ...(shape && { shape }) });
}

function namesOf(objects: World): string {
  return listed(objects.map((object) => `the ${nameOf(object)}`));
}

/** The row or column of an object of the scene. */
function lineOf({ place }: Mention, axis: "row" | "column"): number {
  return rowAndColumn(place ?? 0)[axis];
}

/** "the red ball is at the top". */
function whatIs(object: Mention, attribute: "material" | "size" | "place"): string {
  return `the ${nameOf(object)} is ${valuePhrase(object, attribute)}`;
}

function members(world: World, kind: Mention, row: number | null = null): World {
  return world.filter((object) => satisfies(object, kind) && (row === null || lineOf(object, "row") === row));
}

function isThere(world: World, mention: Mention): Finding {
  return members(world, mention).length > 0 ? right : invented(whyMissing(world, mention));
}

/** Goes on with the one object that is meant. */
function theOne(world: World, mention: Mention, then: (found: Mention) => Finding): Finding {
  const found = members(world, mention);
  const [only] = found;
  if (only === undefined) return isThere(world, mention);
  if (found.length === 1) return then(only);
  return wrong(`there are ${counted(found.length, mention)}: ${namesOf(found)}`);
}

function fits(object: Mention, claimed: Mention): Finding {
  return satisfies(object, claimed) ? right : invented(whyDifferent(object, claimed));
}

/** "the red ball is glass, not metal". */
function whyDifferent(object: Mention, claimed: Mention): string {
  const parts = differences(object, claimed).map(
    (attribute) => `${valuePhrase(object, attribute)}, not ${valuePhrase(claimed, attribute)}`,
  );
  return `the ${nameOf(object)} is ${parts.join("; ")}`;
}

function whyMissing(world: World, mention: Mention): string {
  const { colour, shape, place } = mention;
  const name: Mention = colour && shape ? { colour, shape } : mention;
  const [namesake] = members(world, name);
  if (namesake !== undefined) return whyDifferent(namesake, mention);
  const there = place === undefined ? undefined : members(world, { place })[0];
  return `there is no ${phrase(name)}${there === undefined ? "" : `; ${whatIs(there, "place")}`}`;
}

function checkCount({ of, count, row, named }: Content & { type: "count" }, world: World): Finding {
  if (world.some((object) => of.filter((kind) => satisfies(object, kind)).length > 1)) {
    return wrong("some objects are counted twice");
  }
  const found = of.reduce((sum, kind) => sum + members(world, kind, row).length, 0);
  if (found === count) {
    return checked(
      named === null || named === count,
      () => `counted ${inWords(count)}, but named ${inWords(named ?? 0)}`,
    );
  }
  const kinds = of.length === 1 ? counted(found, of[0] ?? {}) : `${inWords(found)} ${listed(of.map(selectionPlural))}`;
  const where = row === null ? "" : ` in the ${rowNames[row]} row`;
  return wrong(`there ${found === 1 ? "is" : "are"} ${kinds}${where}, not ${inWords(count)}`);
}

function checkExtreme({ mention, direction }: Content & { type: "extreme" | "no-other" }, world: World): Finding {
  if (mention === null) return wrong("no object was mentioned before");
  return theOne(world, mention, (found) => {
    const { axis, sign } = directions[direction];
    const rivals = world.filter((other) => other !== found && sign * (lineOf(other, axis) - lineOf(found, axis)) >= 0);
    const farther = rivals.find((other) => lineOf(other, axis) !== lineOf(found, axis));
    if (farther !== undefined) return wrong(whatIs(farther, "place"));
    const [level] = rivals;
    return checked(level === undefined, () => `the ${nameOf(level ?? {})} is ${extremes[direction].as.join(" ")}`);
  });
}

function holdsOf(predicate: Predicate, object: Mention): boolean {
  return predicateHolds(predicate, (property) => propertyOf(object, property)) === true;
}

/** "the red ball rolls; the red ball does not break". */
function whatHappens({ verbs }: Predicate, object: Mention): string {
  const name = `the ${nameOf(object)}`;
  return verbs
    .map(({ property }) => {
      const { happens, happensNot } = propertyNamed(property);
      return propertyOf(object, property) ? happens(name) : happensNot(name);
    })
    .join("; ");
}

/**
 * Which of the mentions of one list name an object that the list has named already: "the red ball and the red ball".
 * Each mention takes an object of its own; earlier ones give way to another that suits them as well (augmenting paths).
 */
export function findRepeated(mentions: World, world: World): ReadonlySet<number> {
  const takenBy = new Map<Mention, number>();
  const place = (index: number, tried: Set<Mention>): boolean =>
    members(world, mentions[index] ?? {}).some((object) => {
      if (tried.has(object)) return false;
      tried.add(object);
      const holder = takenBy.get(object);
      if (holder !== undefined && !place(holder, tried)) return false;
      takenBy.set(object, index);
      return true;
    });
  const repeated = new Set<number>();
  for (const index of mentions.keys()) {
    if (!place(index, new Set())) repeated.add(index);
  }
  return repeated;
}
