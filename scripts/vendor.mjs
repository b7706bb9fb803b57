// Builds static/vendor from node_modules: the browser's copy of each library, nothing of it committed.
// The names are those of the page's import map, so the same import works in the browser, in node and in tsc.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";

const out = "static/vendor";
await rm(out, { recursive: true, force: true });
await mkdir(`${out}/fonts`, { recursive: true });

const LIBRARIES = {
  "d3-array": `export { bisectRight, max, range, sum } from "d3-array";`,
  "d3-scale": `export { scaleLinear, scaleLog } from "d3-scale";`,
  "d3-selection": `export { select, pointer } from "d3-selection";`,
  "d3-shape": `export { area, line, curveMonotoneX } from "d3-shape";`,
  culori: `export { formatHex, interpolate, modeOklab, modeRgb, useMode } from "culori/fn";`,
  katex: `export { default } from "katex";`,
};

const entries = Object.entries(LIBRARIES).map(([name, code]) => ({ name, code }));
await build({
  entryPoints: entries.map(({ name }) => ({ in: `library:${name}`, out: name })),
  plugins: [{
    name: "library",
    setup(b) {
      b.onResolve({ filter: /^library:/ }, ({ path }) => ({ path: path.slice(8), namespace: "library" }));
      b.onLoad({ filter: /.*/, namespace: "library" }, ({ path }) => ({
        contents: LIBRARIES[path], resolveDir: process.cwd(),
      }));
    },
  }],
  outdir: out, bundle: true, splitting: true, format: "esm", minify: true, target: "es2022",
  chunkNames: "chunk-[hash]", legalComments: "none", logLevel: "warning",
});

const katexCss = await readFile("node_modules/katex/dist/katex.min.css", "utf8");
// woff2 alone: every browser that runs ES modules reads it.
await writeFile(`${out}/katex.css`, katexCss.replaceAll(/,url\([^)]*\.(woff|ttf)\) format\("[a-z]+"\)/g, ""));
for (const font of await readdir("node_modules/katex/dist/fonts")) {
  if (font.endsWith(".woff2")) await cp(`node_modules/katex/dist/fonts/${font}`, `${out}/fonts/${font}`);
}

await mkdir(`${out}/swagger-ui`);
for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  await cp(`node_modules/swagger-ui-dist/${file}`, `${out}/swagger-ui/${file}`);
}
