/** What is known of one token, shown beside it on hover and focus. The same facts are in the token's name. */

import { formatNats, tokenText } from "../format.ts";
import { KL_WORDS } from "../kl/kl-scale.ts";
import styles from "./TokenCard.module.css";
import type { TokenView } from "./trace.ts";

export interface TokenCardProps {
  readonly view: TokenView;
  /** Where the token's box ends, CSS pixels within the trace. */
  readonly left: number;
  readonly top: number;
}

/** Width of the card in CSS pixels; the style sheet has the same number. */
const WIDTH = 232;

export function TokenCard({ view, left, top }: TokenCardProps) {
  const nats = (value: number | null) => (value === null ? "–" : formatNats(value));
  return (
    <div
      className={styles.tokenCard}
      role="tooltip"
      style={{ left: `clamp(0px, ${left}px, max(0px, 100% - ${WIDTH}px))`, top: top + 4 }}
    >
      <dl>
        <dt>token {view.index + 1}</dt>
        <dd className={styles.tokenCardText}>
          {tokenText(view.text)}
          {view.pivot && <span className={styles.tokenCardPivot}> pivot</span>}
        </dd>
        <dt>KL</dt>
        <dd>
          {nats(view.kl)} <span className={styles.tokenCardGloss}>{view.step === null ? "" : KL_WORDS[view.step]}</span>
        </dd>
        <dt>NLL pruned</dt>
        <dd>{nats(view.nll)}</dd>
        <dt>NLL dense</dt>
        <dd>{nats(view.denseNll)}</dd>
        <dt>pruned says</dt>
        <dd className={styles.tokenCardText}>
          {view.argmaxText === null ? "–" : tokenText(view.argmaxText)}
          <span className={styles.tokenCardGloss}>
            {view.argmaxText === null ? "" : view.differs ? " differs" : " the same"}
            {view.firstDivergence ? ", first" : ""}
          </span>
        </dd>
      </dl>
    </div>
  );
}
