/** How long a calibration still takes, from what it has taken so far. For experiments see `experiments/time-left.ts`. */

/** Seconds; what is left lies between them if the rest goes as the work before went. */
export interface TimeLeft {
  readonly low: number;
  readonly high: number;
}

/** How far a calibration is: samples of the runs up to the one at hand, of all; `from` were summed before this worker. */
export interface CalibrationNote {
  readonly pass: "traces" | "forward" | "backward";
  readonly sample: number;
  readonly samples: number;
  readonly from?: number | undefined;
}

interface Pass {
  readonly samples: number;
  readonly seconds: number;
}

/** Runs beside the first one before anything is said: the first one compiles and warms caches. */
const LEAST_RUNS = 2;

/** How far one run lies from the next, on machines that do other things too. */
export const SPREAD = { low: 0.85, high: 1.2 } as const;

/**
 * @returns takes in how far a calibration is at a time in seconds, and says what is left; null while that is not known.
 *   Another worker begins anew, and so does who has written traces.
 */
export function createCalibrationTime(): (note: CalibrationNote, now: number) => TimeLeft | null {
  let runs: Pass[] = [];
  let first: number | null = null;
  let [at, done, since] = [0, 0, 0];
  return ({ pass, sample, samples, from = 0 }, now) => {
    if (pass === "traces") return null;
    if (first !== from) {
      runs = [];
      first = from;
      [at, done, since] = [from, from, now];
    }
    if (sample !== at) {
      if (at > done) runs.push({ samples: at - done, seconds: now - since });
      [at, done, since] = [sample, at, now];
    }
    // What the very first run took besides its work is not taken again.
    const steady = runs.slice(1);
    if (steady.length < LEAST_RUNS) return null;
    // Machines become slower and faster while they do other things too; whether the rest goes like all or like the later ones nobody knows.
    const paces = [
      secondsPerSample(steady),
      secondsPerSample(steady.slice(-Math.max(2, Math.ceil(steady.length / 2)))),
    ];
    const end = (spread: number, pace: number) =>
      // What the run at hand has taken is gone, but no more than it will take.
      Math.max(0, spread * pace * (samples - done) - Math.min(now - since, pace * (at - done)));
    return { low: end(SPREAD.low, Math.min(...paces)), high: end(SPREAD.high, Math.max(...paces)) };
  };
}

function secondsPerSample(runs: readonly Pass[]): number {
  return runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.reduce((sum, { samples }) => sum + samples, 0);
}
