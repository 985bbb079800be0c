/** Whether a content follows from what the steps of a trace state. */
import type { Property } from "../properties.ts";
import { counted } from "../words.ts";
import type { Content, Predicate } from "./content.ts";
import { isRightComparison, predicateHolds } from "./evaluate.ts";
import { attributes, differences, inWords, type Mention, phrase, satisfies, valuePhrase } from "./mention.ts";
import type { Stated, Told } from "./stated.ts";
import { directions } from "./vocabulary.ts";

/** `open`: the steps state too little to tell. */
export interface Support {
  readonly outcome: "follows" | "refuted" | "open";
  readonly reason: string;
}

const follows: Support = { outcome: "follows", reason: "it follows from the steps" };
const refuted = (reason: string): Support => ({ outcome: "refuted", reason });
const open = (reason: string): Support => ({ outcome: "open", reason });

/** Whether it follows from the observing steps, true or not, by the world's rules or those that the steps state. */
export function supportOf(content: Content, stated: Stated): Support {
  const support = derive(content, stated);
  if (support.outcome !== "open") return support;
  // What cannot be derived may still have been stated in the very same words.
  const text = JSON.stringify(content);
  return stated.contents.some((other) => JSON.stringify(other) === text) ? follows : support;
}

function derive(content: Content, stated: Stated): Support {
  switch (content.type) {
    case "attribute":
      return deriveAttribute(content.mention, content.is, stated);
    case "object":
      return deriveAttribute(content.mention, content.mention, stated);
    case "member":
      return deriveAttribute(content.mention, content.of, stated);
    case "relation": {
      const { axis, sign } = directions[content.direction];
      const [first, second] = [stated.line(content.mention, axis), stated.line(content.other, axis)];
      if (first === "contradiction" || second === "contradiction") return contradiction();
      if (first === null || second === null) return unknown(first === null ? content.mention : content.other, "place");
      return Math.sign(first - second) === sign ? follows : refuted("the stated places say otherwise");
    }
    case "extreme":
      return deriveExtreme(content, stated);
    case "same": {
      const { attribute } = content;
      const [first, second] = [stated.value(content.mention, attribute), stated.value(content.other, attribute)];
      if (first === "contradiction" || second === "contradiction") return contradiction();
      if (first === null || second === null)
        return unknown(first === null ? content.mention : content.other, attribute);
      return (first === second) === content.same ? follows : refuted(`the steps state ${first} and ${second}`);
    }
    case "count":
      return deriveSum(content, stated);
    case "compare": {
      const [first, second] = [stated.count(content.first), stated.count(content.second)];
      if (first === "contradiction" || second === "contradiction") return contradiction();
      if (first === null || second === null) return open("no step counts them");
      return isRightComparison(content, first, second)
        ? follows
        : refuted(`the steps state ${counted(first, content.first)} and ${counted(second, content.second)}`);
    }
    case "consequence":
      return deriveConsequence(content.mention, content.predicate, stated);
    case "holders":
      return deriveHolders(content, stated);
    default:
      return open("no step leads to it");
  }
}

const contradiction = () => refuted("the steps contradict each other");

function unknown(mention: Mention, attribute: string): Support {
  return open(`no step states the ${attribute} of the ${phrase(mention)}`);
}

function deriveAttribute(mention: Mention, is: Mention, stated: Stated): Support {
  const meant = stated.meant(mention);
  if (meant.length === 0) return open(`no step states the ${phrase(mention)}`);
  for (const known of meant) {
    const [attribute] = differences(known, is);
    if (attribute === undefined) continue;
    return refuted(`the steps state that it is ${valuePhrase(known, attribute)}, not ${valuePhrase(is, attribute)}`);
  }
  const missing = attributes.find((attribute) =>
    meant.some((known) => known[attribute] === undefined && is[attribute] !== undefined),
  );
  return missing === undefined ? follows : unknown(mention, missing);
}

/** The steps have to say that no other object is as far, of an object that may be there. */
function deriveExtreme({ mention, direction }: Content & { type: "extreme" }, stated: Stated): Support {
  const { axis, sign } = directions[direction];
  const said = stated.contents
    .filter((content) => content.type === "no-other")
    .filter((content) => content.direction === direction && content.mention !== null);
  if (said.length === 0) return open("no step compares it with the other objects");
  if (!said.some((content) => content.mention !== null && satisfies(content.mention, mention))) {
    return refuted("the steps say so of another object");
  }
  const line = stated.line(mention, axis);
  const last = sign < 0 ? 2 : 0;
  return line === last ? refuted("its stated place is on the other side") : follows;
}

function deriveSum({ of, count, row }: Content & { type: "count" }, stated: Stated): Support {
  let sum = 0;
  for (const kind of of) {
    const told = stated.count(kind, row);
    if (told === "contradiction") return contradiction();
    if (told === null) return open("no step counts them");
    sum += told;
  }
  return sum === count ? follows : refuted(`the steps lead to ${inWords(sum)}, not ${inWords(count)}`);
}

function deriveConsequence(mention: Mention, predicate: Predicate, stated: Stated): Support {
  if (stated.meant(mention).length === 0) return open(`no step states the ${phrase(mention)}`);
  const told = new Map<Property["name"], Told<boolean>>();
  for (const { property } of predicate.verbs) told.set(property, stated.property(mention, property));
  if ([...told.values()].includes("contradiction")) return contradiction();
  const holds = predicateHolds(
    predicate,
    (property) => told.get(property) === true || (told.get(property) === false ? false : null),
  );
  if (holds === null) return open(`no step gives a reason for the ${phrase(mention)}`);
  return holds ? follows : refuted(`what the steps state of the ${phrase(mention)} says otherwise`);
}

/** By the listed objects; when their attributes do not decide, by what the steps say happens to which object. */
function deriveHolders({ of, predicate, count }: Content & { type: "holders" }, stated: Stated): Support {
  const listedKinds = stated.objects.filter((known) => satisfies(known, of));
  const outcomes = listedKinds.map((known) => deriveConsequence(known, predicate, stated).outcome);
  let found = outcomes.filter((outcome) => outcome === "follows").length;
  if (stated.objects.length === 0 || outcomes.includes("open")) {
    const text = JSON.stringify(predicate);
    const said = stated.contents
      .filter((content) => content.type === "consequence")
      .filter((content) => JSON.stringify(content.predicate) === text);
    if (said.length === 0) return open("no step says of which objects");
    found = new Set(said.map(({ mention }) => JSON.stringify(mention))).size;
  }
  return found === count ? follows : refuted(`the steps lead to ${inWords(found)}, not ${inWords(count)}`);
}
