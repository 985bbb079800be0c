/**
 * A trace as running text: the background of each token is its KL, pivots are underlined with a mark above, tokens
 * that the pruned model would have said differently have a dotted outline, the first of them a flag.
 *
 * One tab stop; the arrow keys move along the tokens. Tokens are memoised, so a streamed token adds one element.
 */
import "../kl/kl-colours.css";
import {
  type FocusEvent,
  type KeyboardEvent,
  memo,
  type PointerEvent,
  type Ref,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import type { TokenIndex } from "../../core/unit.ts";
import { TokenCard } from "./TokenCard.tsx";
import styles from "./TokenTrace.module.css";
import tokens from "./token.module.css";
import { divergenceSentence, type TokenView, tokenSentence } from "./trace.ts";

const defaults = { label: "Tokens of the reasoning" } as const;

export interface TokenTraceHandle {
  /** Moves the keyboard focus to a token and scrolls it into view. */
  readonly focusToken: (index: TokenIndex) => void;
}

export interface TokenTraceProps {
  readonly views: readonly TokenView[];
  /** Accessible name of the list; "Tokens of the reasoning" when absent. */
  readonly label?: string;
  /** Whether the measurement is older than the thumb: colours go grey. */
  readonly stale?: boolean;
  readonly streaming?: boolean;
  /** Called with the token under pointer or focus, null when there is none. */
  readonly onActive?: (index: TokenIndex | null) => void;
  readonly ref?: Ref<TokenTraceHandle>;
}

interface CardPlace {
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

export function TokenTrace(props: TokenTraceProps) {
  const { views, label = defaults.label, stale = false, streaming = false, onActive, ref } = props;
  const list = useRef<HTMLDivElement | null>(null);
  const [tabStop, setTabStop] = useState(0);
  const [card, setCard] = useState<CardPlace | null>(null);
  const stop = Math.min(tabStop, Math.max(0, views.length - 1));
  const focused = card ? views[card.index] : undefined;
  const note = useMemo(() => (views.some((view) => view.kl !== null) ? divergenceSentence(views) : ""), [views]);

  const focusToken = (index: TokenIndex) => {
    const element = list.current?.querySelector<HTMLElement>(`[data-token="${index}"]`);
    if (!element) return;
    element.focus();
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  useImperativeHandle(ref, () => ({ focusToken }));

  const show = (target: EventTarget) => {
    const element = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-token]") : null;
    const index = Number(element?.dataset.token ?? Number.NaN);
    if (!element || Number.isNaN(index)) return hide();
    setCard({ index, left: element.offsetLeft, top: element.offsetTop + element.offsetHeight });
    onActive?.(index);
    return index;
  };
  const hide = () => {
    setCard(null);
    onActive?.(null);
  };
  const onFocus = (event: FocusEvent) => {
    const index = show(event.target);
    if (typeof index === "number") setTabStop(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextToken(event.key, stop, views.length);
    if (event.key === "Escape") hide();
    if (next === null) return;
    event.preventDefault();
    focusToken(next);
  };
  const onPointerLeave = (event: PointerEvent) => {
    if (event.pointerType !== "touch") hide();
  };

  return (
    <div className={styles.tokenTrace} data-stale={stale || undefined}>
      <div
        ref={list}
        role="listbox"
        tabIndex={-1}
        aria-label={label}
        aria-orientation="horizontal"
        aria-busy={streaming}
        className={styles.tokenList}
        onFocus={onFocus}
        onBlur={hide}
        onKeyDown={onKeyDown}
        onPointerOver={(event) => show(event.target)}
        onPointerLeave={onPointerLeave}
      >
        {views.map((view) => (
          <Token key={view.index} view={view} tabbable={view.index === stop} active={view.index === card?.index} />
        ))}
        {streaming && <span className={styles.tokenCaret} aria-hidden="true" />}
      </div>
      {focused && card && <TokenCard view={focused} left={card.left} top={card.top} />}
      {note && <p className={styles.tokenNote}>{note}</p>}
    </div>
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

interface TokenProps {
  readonly view: TokenView;
  readonly tabbable: boolean;
  readonly active: boolean;
}

const Token = memo(
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
        data-first={view.firstDivergence || undefined}
      >
        {view.text === "" ? "\u200b" : view.text.replaceAll("\n", "↵\n")}
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
