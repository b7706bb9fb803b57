/**
 * The faces of fonts that come with the page, as rules that carry the font itself: a drawing that leaves the page takes
 * its mathematics along.
 */

/** @type {Map<string, Promise<string>>} */
const rules = new Map();

/** @param {Iterable<string>} faces  as "family weight style" @returns {Promise<string>} the style sheet */
export async function embedFonts(faces) {
  const wanted = [...faces].map((face) => {
    if (!rules.has(face)) rules.set(face, embed(face));
    return /** @type {Promise<string>} */ (rules.get(face));
  });
  return (await Promise.all(wanted)).join("");
}

/** @param {string} face */
async function embed(face) {
  const [, family, weight, style] = /** @type {RegExpExecArray} */ (/^(.*) (\S+) (\S+)$/.exec(face));
  const found = pageFaces().filter((rule) => rule.style.fontFamily.replaceAll('"', "") === family && rule.style.fontStyle === style);
  const heavy = Number(weight) >= 600;
  const rule = found.find((one) => Number(one.style.fontWeight) >= 600 === heavy) ?? found[0];
  if (!rule) return "";
  const address = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue("src"))?.[1] ?? "";
  const response = await fetch(new URL(address, rule.parentStyleSheet?.href ?? location.href));
  if (!response.ok) return "";
  const data = await asAddress(await response.blob());
  return `@font-face{font-family:"${family}";font-weight:${rule.style.fontWeight};font-style:${style};src:url(${data}) format("woff2")}`;
}

/** @returns {CSSFontFaceRule[]} */
const pageFaces = () => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);

/** @param {Blob} blob @returns {Promise<string>} */
const asAddress = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(String(reader.result)));
  reader.addEventListener("error", () => reject(reader.error));
  reader.readAsDataURL(blob);
});
