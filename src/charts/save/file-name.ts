/** Names of the files that the page saves: whose it is first, so that files of one model and method lie together. */

/** Longest part of a name: systems take 255 bytes in all. */
const PART = 60;

export interface FileSubject {
  readonly model: string;
  readonly method: string;
  /** A ratio, or words for several: "0–70 %". */
  readonly ratio: number | string;
  /** What is inside: "Retention by layer". */
  readonly title: string;
}

/** "scenes-3m-mucrasp-38pct-retention-by-layer.svg". */
export function fileName({ model, method, ratio, title }: FileSubject, ending: string): string {
  const ratioText = typeof ratio === "string" ? ratio.replaceAll("%", "pct") : `${Number((ratio * 100).toFixed(1))}pct`;
  return `${[model, method, ratioText, title].map(slug).filter(Boolean).join("-")}.${ending}`;
}

function slug(text: string): string {
  return text
    .replaceAll("µ", "mu")
    .replaceAll(/['’]/g, "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .slice(0, PART)
    .replace(/^[-.]+|[-.]+$/g, "");
}
