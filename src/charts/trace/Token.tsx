/**
 * One token of a trace in running text: its background is its KL, a pivot is underlined with a mark above, a token that
 * the pruned model would have said differently has a dotted outline. Memoised, so a streamed token adds one element.
 */
import "../kl/kl-colours.css";
import { memo } from "react";
import tokens from "./token.module.css";
import { type TokenView, tokenSentence } from "./trace.ts";

interface TokenProps {
  readonly view: TokenView;
  readonly tabbable: boolean;
  readonly active: boolean;
}

export const Token = memo(
  function Token({ view, tabbable, active }: TokenProps) {
    return (
      <span
        role="option"
        aria-selected={active}
        aria-label={tokenSentence(view)}
        tabIndex={tabbable ? 0 : -1}
        className={tokens.token}
        data-token={view.index}
        data-kl={view.step ?? undefined}
        data-unmeasured={view.step === null || undefined}
        data-pivot={view.pivot || undefined}
        data-differs={view.differs || undefined}
      >
        {view.text === "" ? "\u200b" : view.text.replaceAll("\n", "↵")}
      </span>
    );
  },
  (before, after) =>
    before.tabbable === after.tabbable && before.active === after.active && sameView(before.view, after.view),
);

function sameView(a: TokenView, b: TokenView): boolean {
  return (
    a === b ||
    (a.text === b.text &&
      a.kl === b.kl &&
      a.pivot === b.pivot &&
      a.argmaxText === b.argmaxText &&
      a.differs === b.differs &&
      a.firstDivergence === b.firstDivergence)
  );
}

/** Tokens that Page keys jump over. */
const PAGE_TOKENS = 10;

/** Token that a key leads to from `index`, null for keys that do not move. */
export function nextToken(key: string, index: number, count: number): number | null {
  const clamp = (value: number) => Math.max(0, Math.min(count - 1, value));
  switch (key) {
    case "ArrowLeft":
      return clamp(index - 1);
    case "ArrowRight":
      return clamp(index + 1);
    case "PageUp":
      return clamp(index - PAGE_TOKENS);
    case "PageDown":
      return clamp(index + PAGE_TOKENS);
    case "Home":
      return 0;
    case "End":
      return clamp(count - 1);
    default:
      return null;
  }
}
