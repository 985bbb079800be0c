/**
 * Which kept bytes have been handed out without being held against the hub's hash: a read of a file's beginning, or one that
 * broke off. When what was read makes no sense they may be to blame, and must not be read again from the store for ever.
 */
import type { FileStore } from "../cache/file-store.ts";
import type { ContentHash } from "../cache/listing.ts";
import type { CreateHasher } from "./content-hash.ts";

export interface KeptFilePlace {
  readonly store: FileStore;
  readonly key: string;
  /** Key of the mark that says that the content was whole and right when it was fetched. */
  readonly checkedKey: string;
  readonly size: number;
  readonly hash: ContentHash | null;
}

export interface Trust {
  /** Bytes of the file are handed out, and nothing has been held against its hash yet. */
  lend(place: KeptFilePlace): void;
  /** Every byte that was handed out has been held against the hash. */
  prove(place: KeptFilePlace): void;
  /**
   * Removes the kept bytes of all files that were lent and never proved, unless they are whole and right after all.
   * Resolves to whether another read may give other bytes.
   */
  drop(): Promise<boolean>;
}

/** Bytes that are read from the store at a time: few calls, and little memory. */
export const BLOCK_BYTES = 4 * 1024 * 1024;

export function createTrust(createHasher: CreateHasher): Trust {
  const lent = new Map<string, KeptFilePlace>();

  /** Whether the store holds the whole file, with the hub's hash. */
  async function isRight({ store, key, size, hash }: KeptFilePlace): Promise<boolean> {
    if (hash === null || (await store.size(key)) !== size) return false;
    const hasher = await createHasher(hash.kind, size);
    for (let position = 0; position < size; ) {
      const block = await store.read(key, position, Math.min(size, position + BLOCK_BYTES));
      if (block.length === 0) return false;
      hasher.update(block);
      position += block.length;
    }
    return hasher.digest() === hash.hex;
  }

  return {
    lend: (place) => void lent.set(place.key, place),
    prove: ({ key }) => void lent.delete(key),
    async drop() {
      const doubtful = [...lent.values()];
      lent.clear();
      let changes = false;
      for (const place of doubtful) {
        if (await isRight(place).catch(() => false)) continue;
        await removeKept(place);
        changes = true;
      }
      return changes;
    },
  };
}

/** Removes a file and its mark, as far as the store lets it. */
export async function removeKept({ store, key, checkedKey }: KeptFilePlace): Promise<void> {
  // The mark first: without it, whatever stays is not taken for whole.
  await store.remove(checkedKey).catch(() => undefined);
  await store.remove(key).catch(() => undefined);
}
