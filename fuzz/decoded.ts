/** What a decoder makes of a picture, small enough to be compared between processes. */
import { PivotscopeError } from "../src/core/errors.ts";
import { compositeOverWhite, type Picture } from "../src/models/image/picture.ts";

export interface Seen {
  /** Size and digest of what a model sees; null where the picture was refused. */
  readonly picture: string | null;
  /** Why it was refused. */
  readonly why: string;
  /** Whether it was refused by an error that is for people. */
  readonly typed: boolean;
}

export async function decoded(decode: () => Promise<Picture>): Promise<Seen> {
  try {
    const { width, height, data } = compositeOverWhite(await decode());
    let digest = 0x811c9dc5;
    for (const value of data) digest = Math.imul(digest ^ value, 0x01000193);
    return { picture: `${width} × ${height}, ${(digest >>> 0).toString(16)}`, why: "", typed: true };
  } catch (error) {
    return { picture: null, why: String(error), typed: error instanceof PivotscopeError };
  }
}
