/**
 * The bytes that a token stands for, by the decoder of tokenizer.json: of byte-level tokenizers, whose every character is
 * a byte, or of those that SentencePiece trained, whose characters are themselves, with "▁" for spaces and "<0x0A>" for
 * bytes that no token holds.
 */
import type { PivotscopeError } from "../../core/errors.ts";
import { readJson } from "../../core/json/read.ts";
import { object, text } from "../../core/json/schemas.ts";
import { bytesOfToken } from "../byte-level.ts";
import { readSequence, readStep, TOKENIZER_FILE } from "./steps.ts";

/** The bytes of a token's text in the vocabulary; null where they are not to be told from it. */
export type TokenBytes = (token: string) => Uint8Array | null;

/** How a byte is written that no other token holds. */
export const BYTE_TOKENS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

const BYTE_OF_TOKEN = new Map(BYTE_TOKENS.map((token, byte) => [token, byte]));
const replaceSchema = object({ pattern: object({ String: text }), content: text });
const encoder = new TextEncoder();

interface Step {
  readonly isFallback: boolean;
  apply(token: string): string;
}

/**
 * @param found what tokenizer.json has under "decoder"; without one the library puts spaces between tokens.
 * @throws PivotscopeError `unsupported` for another decoder, `bad-checkpoint` for a damaged one.
 */
export function createTokenBytes(
  found: unknown,
  field = "decoder",
): { readonly byteLevel: boolean; readonly of: TokenBytes } {
  const step = readStep(found ?? {}, ["ByteLevel", "Sequence"], field, 0);
  if (step.type === "ByteLevel") return { byteLevel: true, of: bytesOfToken };
  const steps = readSequence(step, "decoders", readOne);
  if (!steps.some(({ isFallback }) => isFallback)) {
    throw refuseDecoder(field, found, '"ByteLevel", or a "Sequence" with "ByteFallback"');
  }
  return {
    byteLevel: false,
    of(token) {
      const byte = BYTE_OF_TOKEN.get(token);
      if (byte !== undefined) return Uint8Array.of(byte);
      return encoder.encode(steps.reduce((left, { apply }) => apply(left), token));
    },
  };
}

function refuseDecoder(field: string, found: unknown, supported: string): PivotscopeError {
  const { wrong, unsupported = wrong } = TOKENIZER_FILE;
  return unsupported(field, found, supported);
}

function readOne(found: unknown, field: string, depth: number): Step {
  const { type } = readStep(found, ["Replace", "ByteFallback", "Fuse"], field, depth);
  const keep = (token: string) => token;
  if (type !== "Replace") return { isFallback: type === "ByteFallback", apply: keep };
  const { pattern, content } = readJson(replaceSchema, found, TOKENIZER_FILE, field);
  const wanted = pattern.String;
  return { isFallback: false, apply: wanted === "" ? keep : (token) => token.replaceAll(wanted, content) };
}
