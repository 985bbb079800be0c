/** The file that is kept of a chart. */
import { join, relative } from "node:path";
import { type SvgFile, svgFile } from "./svg-file.ts";

export interface Snapshot extends Omit<SvgFile, "style"> {
  /** Where the file lies. */
  readonly folder: string;
}

/** Links the page's styles, so that the file looks as on the page. */
export function snapshotOf({ folder, ...file }: Snapshot): string {
  const style = relative(folder, join(import.meta.dirname, "snapshots.css")).replaceAll("\\", "/");
  return svgFile({ ...file, style });
}
