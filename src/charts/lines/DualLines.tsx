/**
 * Both lines, word under word, in a box of fixed height that scrolls inside. One tab stop; the arrow keys move along the
 * dense tokens, and what is known of the token under pointer or focus stands beside it.
 */
import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type Ref,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { TokenIndex } from "../../core/unit.ts";
import { nextToken } from "../trace/Token.tsx";
import { TokenCard } from "../trace/TokenCard.tsx";
import type { TokenView } from "../trace/trace.ts";
import type { AlignedLines, PrunedLine } from "./align.ts";
import styles from "./lines.module.css";
import { WordColumn } from "./WordColumn.tsx";

export interface DualLinesHandle {
  /** Moves the keyboard focus to a token and scrolls it into view. */
  readonly focusToken: (index: TokenIndex) => void;
}

export interface DualLinesProps {
  readonly lines: AlignedLines;
  readonly kind: PrunedLine["kind"];
  /** The dense tokens. */
  readonly views: readonly TokenView[];
  /** "cut after 40 tokens", at the end of a line that came to no end. */
  readonly denseEnd: string | null;
  readonly prunedEnd: string | null;
  /** Whether the measurement is older than the thumb: colours go grey. */
  readonly stale: boolean;
  /** Whether the dense tokens are still coming. */
  readonly streaming: boolean;
  /** Called with the token under pointer or focus, null when there is none. */
  readonly onActive: (index: TokenIndex | null) => void;
  readonly ref?: Ref<DualLinesHandle>;
}

interface CardPlace {
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

export function DualLines(props: DualLinesProps) {
  const { lines, kind, views, denseEnd, prunedEnd, stale, streaming, onActive, ref } = props;
  const outer = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [tabStop, setTabStop] = useState(0);
  const [card, setCard] = useState<CardPlace | null>(null);
  const stop = Math.min(tabStop, Math.max(0, views.length - 1));
  const focused = card ? views[card.index] : undefined;
  const length = traceLength(views, streaming);
  useBreakInView(box, lines.breakAt);

  const focusToken = (index: TokenIndex) => {
    const element = box.current?.querySelector<HTMLElement>(`[data-token="${index}"]`);
    if (!element) return;
    element.focus();
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  useImperativeHandle(ref, () => ({ focusToken }));

  const show = (target: EventTarget) => {
    const element = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-token]") : null;
    const index = Number(element?.dataset.token ?? Number.NaN);
    const around = outer.current?.getBoundingClientRect();
    if (!element || !around || Number.isNaN(index)) return hide();
    const place = element.getBoundingClientRect();
    setCard({ index, left: place.left - around.left, top: place.bottom - around.top });
    onActive(index);
    return index;
  };
  const hide = () => {
    setCard(null);
    onActive(null);
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
    <div ref={outer} className={styles.lines} data-stale={stale || undefined} data-length={length}>
      <div ref={box} className={styles.box} onScroll={hide}>
        <span className={styles.names} aria-hidden="true">
          <span>dense</span>
          <span>pruned</span>
        </span>
        <div
          role="listbox"
          tabIndex={-1}
          aria-label="Tokens of the reasoning"
          aria-orientation="horizontal"
          aria-busy={streaming}
          className={styles.flow}
          onFocus={onFocus}
          onBlur={hide}
          onKeyDown={onKeyDown}
          onPointerOver={(event) => show(event.target)}
          onPointerLeave={onPointerLeave}
        >
          {lines.statements.map(({ first, columns }) => (
            <span key={first} className={styles.statement}>
              {columns.map((column, place) => (
                <WordColumn
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity but their place
                  key={place}
                  column={column}
                  underneath={kind !== "same" && kind !== "unknown"}
                  views={column.dense ? views.slice(column.dense.first, column.dense.end) : []}
                  breaks={lines.breakAt === first + place}
                  provisional={kind === "forced"}
                  passedOver={kind === "written"}
                  tabStop={stop}
                  active={card?.index ?? null}
                />
              ))}
              {(kind === "same" || kind === "unknown") && (
                <span className={styles.whole} aria-hidden="true">
                  {kind === "unknown" ? "not measured yet" : first === 0 ? "says the same, word for word" : "the same"}
                </span>
              )}
            </span>
          ))}
          <span className={styles.column} aria-hidden="true">
            <span className={styles.dense}>
              {denseEnd && <span className={styles.end}>{denseEnd}</span>}
              {streaming && <span className={styles.caret} />}
            </span>
            <span>
              {prunedEnd && <span className={styles.end}>{prunedEnd}</span>}
              {kind === "writing" && <span className={styles.caret} />}
            </span>
          </span>
        </div>
      </div>
      {focused && card && <TokenCard view={focused} left={card.left} top={card.top} />}
    </div>
  );
}

/** Characters that fit into two and three pairs of lines where the page is wide. */
const [SHORT, MEDIUM] = [250, 380];

/** What the height of the box follows: the dense trace alone, once it is there, so that no measurement moves the page. */
function traceLength(views: readonly TokenView[], streaming: boolean): 1 | 2 | 3 {
  if (streaming) return 1;
  const characters = views.reduce((sum, { text }) => sum + text.length, 0);
  return characters <= SHORT ? 1 : characters <= MEDIUM ? 2 : 3;
}

/** Scrolls the box, and nothing else, to where the lines part; somebody who reads inside is left where they are. */
function useBreakInView(box: { readonly current: HTMLDivElement | null }, breakAt: number | null): void {
  useLayoutEffect(() => {
    const frame = box.current;
    if (!frame || frame.contains(document.activeElement)) return;
    const element = breakAt === null ? null : frame.querySelector("[data-breaks]");
    if (!element) return void frame.scrollTo({ top: 0 });
    const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) {
      frame.scrollTo({ top: frame.scrollTop + inner.top - outer.top });
    }
  }, [box, breakAt]);
}
