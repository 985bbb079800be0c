/**
 * The list of samples. Only those near what is seen stand in the page, so that a thousand cost no more than a dozen; each
 * says its place among all of them. The sample that has the focus stays, wherever the list is scrolled to.
 */
import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import {
  type CustomContainerComponentProps,
  type CustomItemComponentProps,
  Virtualizer,
  type VirtualizerHandle,
} from "virtua";
import type { OwnEntry } from "../../state/slices/own-samples/own-samples-state.ts";
import { useSelect } from "../use-workbench.ts";
import styles from "./SampleList.module.css";
import { SampleRow } from "./SampleRow.tsx";

/** Pixels beyond what is seen: at least one sample, which the Tab key goes on to. */
const BEYOND = 600;

export interface SampleListProps {
  /** What scrolls the list. */
  readonly scroller: RefObject<HTMLElement | null>;
  /** What stands above the list in it. */
  readonly above: RefObject<HTMLElement | null>;
}

export function SampleList({ scroller, above }: SampleListProps) {
  const entries = useSelect((state) => state.ownSamples.entries);
  const list = useRef<VirtualizerHandle>(null);
  const start = useStart(scroller, above);
  const [focused, setFocused] = useState<number | null>(null);
  const shown = useRef(entries);
  // What was added last stands at the end of a list that may be long; what comes back, where it was.
  useEffect(() => {
    const before = shown.current;
    shown.current = entries;
    if (entries.length <= before.length) return;
    const place = entries.findIndex(({ number }, index) => number !== before[index]?.number);
    const last = entries.at(-1)?.number === before.at(-1)?.number ? place : entries.length - 1;
    list.current?.scrollToIndex(last, { align: "nearest" });
  }, [entries]);
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const place = event.target.closest("li")?.ariaPosInSet;
    setFocused(place ? Number(place) - 1 : null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches where the focus goes
    <div onFocus={onFocus}>
      <Virtualizer
        ref={list}
        data={entries}
        as={List}
        item={Item}
        scrollRef={scroller}
        startMargin={start}
        bufferSize={BEYOND}
        keepMounted={focused === null ? [] : [focused]}
      >
        {(entry: OwnEntry, index) => <SampleRow key={entry.number} entry={entry} place={index + 1} />}
      </Virtualizer>
    </div>
  );
}

function List(props: CustomContainerComponentProps) {
  return <ol {...props} className={styles.list} aria-label="Samples" />;
}

function Item({ index, ...props }: CustomItemComponentProps) {
  const count = useSelect((state) => state.ownSamples.entries.length);
  return <li {...props} className={styles.item} aria-posinset={index + 1} aria-setsize={count} />;
}

/** Pixels from the top of what is scrolled to the list. */
function useStart(scroller: RefObject<HTMLElement | null>, above: RefObject<HTMLElement | null>): number {
  const [start, setStart] = useState(0);
  useLayoutEffect(() => {
    const [outer, inner] = [scroller.current, above.current];
    if (!outer || !inner) return;
    const measure = () => {
      const next = inner.nextElementSibling?.getBoundingClientRect().top ?? 0;
      setStart(next - outer.getBoundingClientRect().top + outer.scrollTop);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(inner);
    return () => observer.disconnect();
  }, [scroller, above]);
  return start;
}
