/** What can go wrong between a page and a hub, switched on by tests. */

/**
 * `times` limits how often a fault strikes; without it, it stays until `clearFaults`. Faults of bodies concern the bytes
 * of a file, wherever they come from, and `cut` and `stall` those of the API's answers too; `status` and `page` answer at
 * the hub, or at the CDN with `at: "cdn"`.
 */
export type HubFault = { readonly times?: number } & (
  | {
      readonly kind: "status";
      readonly status: number;
      readonly at?: "hub" | "cdn";
      /** X-Error-Code of the hub, for example "GatedRepo" or "EntryNotFound". */
      readonly code?: string;
      readonly message?: string;
      /** Retry-After: seconds or a date. */
      readonly retryAfter?: string;
    }
  /** A portal answers in the server's place: a web page with status 200, as long as it is or without saying how long. */
  | { readonly kind: "page"; readonly at?: "hub" | "cdn"; readonly announced?: boolean }
  /** The connection breaks after this many bytes of a body. */
  | { readonly kind: "cut"; readonly after: number }
  /** The file that is served has this length, whatever the listing says: shortened, or filled up with zeros. */
  | { readonly kind: "length"; readonly bytes: number }
  /** The file that is served has other content of the same length: every byte of it has its lowest bit flipped. */
  | { readonly kind: "changed" }
  /** One byte of the file has its lowest bit flipped. */
  | { readonly kind: "flip"; readonly byte: number }
  /** Nothing comes any more after this many bytes of a body, and the connection stays open. */
  | { readonly kind: "stall"; readonly after: number }
  /** The whole file comes with status 200, whatever part was asked for, and nothing says how long it is. */
  | { readonly kind: "unannounced" }
  /** As before, and behind the file zeros follow until the other side has enough. */
  | { readonly kind: "endless" }
  /** The list of files gives the file this size. */
  | { readonly kind: "listed"; readonly bytes: number }
  /** A request for a range gets the whole file with status 200. */
  | { readonly kind: "ignore-range" }
  /** The answer lacks the headers that let a page of another origin read it: at the hub and the CDN, or at one of them. */
  | { readonly kind: "no-cors"; readonly at?: "hub" | "cdn" }
);

/** Lets a body's bytes pass only as far as a test allows, so that it can look at what happens meanwhile. */
export interface Gate {
  /** Lets this many more bytes pass. */
  allow(bytes: number): void;
  /** Lets everything pass from now on. */
  open(): void;
  /** Bytes that went through so far. */
  readonly passed: number;
  /** Resolves when this many bytes have gone through. */
  reached(bytes: number): Promise<void>;
}

export interface GateControl extends Gate {
  /** Resolves to how many of `wanted` bytes may pass now, at least 1; 0 when `stopped` resolves first. */
  take(wanted: number, stopped: Promise<unknown>): Promise<number>;
}

export function createGate(): GateControl {
  let allowed = 0;
  let passed = 0;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const all = waiting;
    waiting = [];
    for (const resume of all) resume();
  };
  const change = () => new Promise<void>((resolve) => waiting.push(resolve));
  return {
    allow(bytes) {
      allowed += bytes;
      wake();
    },
    open() {
      allowed = Number.POSITIVE_INFINITY;
      wake();
    },
    get passed() {
      return passed;
    },
    async reached(bytes) {
      while (passed < bytes) await change();
    },
    async take(wanted, stopped) {
      let over = false;
      void stopped.then(() => {
        over = true;
        wake();
      });
      while (allowed <= passed && !over) await change();
      if (over) return 0;
      const now = Math.min(wanted, allowed - passed);
      passed += now;
      wake();
      return now;
    },
  };
}

/** Faults by place: a file's path, or the name of an API call. */
export class FaultBoard {
  readonly #faults = new Map<string, { fault: HubFault; left: number }[]>();

  set(place: string, fault: HubFault): void {
    const list = this.#faults.get(place) ?? [];
    list.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    this.#faults.set(place, list);
  }

  clear(place?: string): void {
    if (place === undefined) this.#faults.clear();
    else this.#faults.delete(place);
  }

  /** The first fault of this kind that still strikes at `place`; taking it counts. */
  take<Kind extends HubFault["kind"]>(
    place: string,
    kind: Kind,
    accept: (fault: Extract<HubFault, { kind: Kind }>) => boolean = () => true,
  ): Extract<HubFault, { kind: Kind }> | null {
    for (const entry of this.#faults.get(place) ?? []) {
      const fault = entry.fault as Extract<HubFault, { kind: Kind }>;
      if (entry.left <= 0 || fault.kind !== kind || !accept(fault)) continue;
      entry.left -= 1;
      return fault;
    }
    return null;
  }
}
