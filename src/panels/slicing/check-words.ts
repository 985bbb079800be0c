/** What a check of the sliced weights has found, in words. */
import { plural } from "../../core/words.ts";
import type { SliceCheck } from "../../engine/contract.ts";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 0.0000021 → "2·10⁻⁶". */
export function powerText(value: number): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "not finite";
  const [digit = "", exponent = ""] = value.toExponential(0).split("e");
  const power = exponent
    .replace("+", "")
    .replace("-", "⁻")
    .replace(/\d/g, (each) => SUPERSCRIPTS[Number(each)] ?? each);
  return power === "⁰" ? digit : `${digit}·10${power}`;
}

/** "Checked on this picture: largest difference of a logit 2·10⁻⁶, of KL 1·10⁻⁹ nats, at 41 positions; 41 tokens written, all equal." */
export function checkWords({ logits, kl, positions, tokens, differsAt }: SliceCheck): string {
  const written = differsAt === null ? "all equal" : `different from token ${differsAt + 1} on`;
  return (
    `Checked on this picture: largest difference of a logit ${powerText(logits)}, largest KL ${powerText(kl)} nats, ` +
    `at ${plural(positions, "position")}; ${plural(tokens, "token")} written, ${written}.`
  );
}
