/**
 * Widths that other programs are fast with, or read at all, as options of any method's plan (project decision; kernels work
 * in tiles, and many programs know one width for all layers); docs/method.md, "Widths".
 */
import { type ChoiceSpec, choice, group, type ValuesOf } from "./describe.ts";

/** Written out, because an object would put its numbers first. */
const roundWidths: ChoiceSpec<"off" | "8" | "16" | "32" | "64"> = {
  kind: "choice",
  initial: "off",
  label: "Round widths",
  choices: (["off", "8", "16", "32", "64"] as const).map((value) => ({
    value,
    label: value === "off" ? value : `to ${value}`,
  })),
};

export const widthParameters = group({
  section: "allocation",
  redo: "plan",
  methods: null,
  specs: {
    /** MLPs keep whole multiples of so many neurons; attention keeps whole groups in any case. */
    roundWidths,
    /** Every layer of a tower keeps as many groups and as many neurons as the others. */
    evenWidths: choice("Even widths", "off", { off: "off", on: "all layers of a tower alike" }),
  },
});

export type WidthOptions = ValuesOf<typeof widthParameters.specs>;

export const WIDTHS_OFF: WidthOptions = { roundWidths: "off", evenWidths: "off" };

export function asksForWidths({ roundWidths, evenWidths }: WidthOptions): boolean {
  return roundWidths !== "off" || evenWidths !== "off";
}

/** Behind a method's name in captions: ", even widths, rounded to 32"; empty where nothing is asked for. */
export function widthWords({ roundWidths, evenWidths }: WidthOptions): string {
  const even = evenWidths === "off" ? "" : ", even widths";
  return even + (roundWidths === "off" ? "" : `, rounded to ${roundWidths}`);
}
