// Builds static/build from static/pages.json: what each page loads, in few files named after their contents, with .br and
// .gz beside each. app/pages/assets.py serves them while manifest.json's digest is that of the sources.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const OUT = "static/build";
const COMPRESSED = {
  ".br": (/** @type {Uint8Array} */ bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ".gz": (/** @type {Uint8Array} */ bytes) => promisify(gzip)(bytes, { level: 9 }),
};
const SMALL = 256; // bytes that are not worth a compressed copy
const { files, pages } = JSON.parse(await readFile("static/pages.json", "utf8"));

const sources = await digest();
const { contents, outputs } = await bundle();
const copies = Object.fromEntries(await Promise.all(files.map(copy)));
const manifest = { sources, pages: Object.fromEntries(Object.keys(pages).map((page) => [page, describe(page)])), files: copies };
await write();

/** One digest of all that is built from; app/pages/assets.py makes the same. */
async function digest() {
  const entries = await readdir("static", { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice("static/".length));
  const hash = createHash("sha256");
  for (const path of paths.filter((path) => !path.startsWith("build/")).sort()) hash.update(`${path}\0`).update(await readFile(`static/${path}`));
  return hash.digest("hex");
}

/** The scripts and styles of all pages in one run: what two pages share is one file. */
async function bundle() {
  const scripts = [...new Set(Object.values(pages).map(({ script }) => script))];
  const { metafile, outputFiles } = await build({
    entryPoints: [
      ...scripts.map((script) => ({ in: `static/js/${script}.js`, out: script })),
      ...Object.keys(pages).map((page) => ({ in: `styles:${page}`, out: page })),
    ],
    plugins: [{
      name: "styles",
      setup(b) {
        b.onResolve({ filter: /^styles:/ }, ({ path }) => ({ path: path.slice("styles:".length), namespace: "styles" }));
        b.onLoad({ filter: /.*/, namespace: "styles" }, ({ path }) => ({
          contents: pages[path].styles.map((/** @type {string} */ sheet) => `@import "./${sheet}.css";`).join("\n"),
          loader: "css", resolveDir: "static",
        }));
      },
    }],
    alias: { culori: "culori/fn" }, loader: { ".woff2": "file" },
    outdir: OUT, bundle: true, splitting: true, format: "esm", minify: true, target: "es2022", write: false, metafile: true,
    entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]", legalComments: "none", logLevel: "warning",
  });
  return {
    contents: new Map(outputFiles.map((file) => [basename(file.path), file.contents])),
    outputs: Object.entries(metafile.outputs).map(([path, output]) => ({ ...output, name: basename(path) })),
  };
}

/** A file that stands for itself, by its old name and its new one. @param {string} file @returns {Promise<[string, string]>} */
async function copy(file) {
  let bytes = await readFile(`static/${file}`);
  if (/^js\//.test(file)) bytes = Buffer.from((await transform(bytes.toString(), { minify: true, target: "es2022" })).code);
  const kind = extname(file);
  const name = `${basename(file, kind)}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase()}${kind}`;
  contents.set(name, bytes);
  return [file, name];
}

/** What a page loads. @param {string} page */
function describe(page) {
  const { script, fonts } = pages[page];
  const main = outputs.find(({ entryPoint }) => entryPoint === `static/js/${script}.js`);
  return {
    script: main.name, preloads: needed(main.name),
    styles: [outputs.find(({ entryPoint }) => entryPoint === `styles:${page}`).name],
    fonts: fonts.map((/** @type {string} */ font) => outputs.find(({ name }) => name.startsWith(`${font}-`)).name),
  };
}

/** The modules that a module cannot do without, and KaTeX, which it asks for at once. @param {string} name @param {Set<string>} [found] */
function needed(name, found = new Set()) {
  for (const { path, kind, external } of outputs.find((output) => output.name === name).imports) {
    const next = basename(path);
    if (external || found.has(next) || kind !== "import-statement" && !next.startsWith("katex-")) continue;
    found.add(next);
    needed(next, found);
  }
  return [...found];
}

/** The manifest comes last and whole. What it and the one before do not name goes: a server that runs may still serve that. */
async function write() {
  await mkdir(OUT, { recursive: true });
  const before = new Set(JSON.parse(await readFile(`${OUT}/manifest.json`, "utf8").catch(() => '{ "all": [] }')).all);
  for (const [name, bytes] of contents) if (!before.has(name)) await writeFile(`${OUT}/${name}`, bytes);
  const small = [...contents].filter(([name, bytes]) => bytes.length >= SMALL && !name.endsWith(".woff2"));
  const pairs = small.flatMap(([name, bytes]) => Object.entries(COMPRESSED).map(([ending, compress]) => ({ name: name + ending, bytes, compress })));
  await Promise.all(pairs.filter(({ name }) => !before.has(name)).map(async ({ name, bytes, compress }) => writeFile(`${OUT}/${name}`, await compress(bytes))));
  const all = [...contents.keys(), ...pairs.map(({ name }) => name)];
  await writeFile(`${OUT}/manifest.json.new`, JSON.stringify({ ...manifest, all: all.sort() }, null, 1) + "\n");
  await rename(`${OUT}/manifest.json.new`, `${OUT}/manifest.json`);
  const kept = new Set([...all, ...before, "manifest.json"]);
  for (const name of await readdir(OUT)) if (!kept.has(name)) await rm(`${OUT}/${name}`);
}
