/** The page's own face, to be put into a file that has to look alike where nobody has it. */

const FAMILY = "Inter Variable";
/** What the face's first file has letters for. */
const LATIN = /U\+0+-(00)?FF|U\+\?\?/i;

/** A rule for a stylesheet with the face inside; empty where it cannot be had, and then others stand in. */
export async function embeddedFace(): Promise<string> {
  const address = faceAddress();
  if (address === null) return "";
  try {
    const response = await fetch(address);
    if (!response.ok) return "";
    const bytes = await dataUrl(await response.blob());
    return `@font-face { font-family: "${FAMILY}"; font-weight: 100 900; src: url(${bytes}) format("woff2"); }`;
  } catch {
    return "";
  }
}

/** Where the page has its face from. */
function faceAddress(): string | null {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || !rule.style.getPropertyValue("font-family").includes(FAMILY)) continue;
      const address = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src"))?.[1];
      const isLatin = LATIN.test(rule.style.getPropertyValue("unicode-range"));
      if (address && isLatin) return new URL(address, sheet.href ?? document.baseURI).href;
    }
  }
  return null;
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^;,]*/, "data:font/woff2"));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
