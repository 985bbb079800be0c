/**
 * Pictures are large and asked about many times, so a picture crosses to the worker once and is named by a number
 * afterwards. The worker remembers the last one only, and the page's side knows that.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Picture, SampleInput } from "../contract.ts";

/** A picture by number; `data` comes along only when the worker has not seen it last. */
export interface PictureReference {
  readonly number: number;
  readonly data?: Picture;
}

/** A sample as it crosses. */
export interface SampleReference extends Omit<SampleInput, "picture"> {
  readonly picture: PictureReference | null;
}

/** The page's side: numbers pictures by identity and leaves the pixels out when the worker saw the same picture last. */
export function createPictureNumbers(): (input: SampleInput) => SampleReference {
  const numbers = new WeakMap<Picture, number>();
  let next = 1;
  let last = 0;
  return ({ picture, ...rest }) => {
    if (!picture) return { picture: null, ...rest };
    const number = numbers.get(picture) ?? next;
    if (number === next) next += 1;
    numbers.set(picture, number);
    if (number === last) return { picture: { number }, ...rest };
    last = number;
    return { picture: { number, data: picture }, ...rest };
  };
}

/** The worker's side: puts the remembered picture in where a message only names it. */
export function createPictureMemory(): (reference: SampleReference) => SampleInput {
  let last: { number: number; data: Picture } | null = null;
  return ({ picture, ...rest }) => {
    if (!picture) return { picture: null, ...rest };
    if (picture.data) last = { number: picture.number, data: picture.data };
    if (last?.number !== picture.number) {
      throw new PivotscopeError("internal", `The worker does not hold picture ${picture.number}.`);
    }
    return { picture: last.data, ...rest };
  };
}
