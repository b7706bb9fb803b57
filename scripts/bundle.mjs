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
const USUAL = /** @type {const} */ ({
  outdir: OUT, bundle: true, minify: true, format: "esm", target: "es2022", alias: { culori: "culori/fn" }, loader: { ".woff2": "file" }, write: false,
  metafile: true, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]", legalComments: "none", logLevel: "warning",
});

/** What is made, by name. @type {Map<string, Uint8Array>} */
const contents = new Map();
const sources = await digest();
const katex = (await make({ entryPoints: ["katex"] })).find(({ entryPoint }) => entryPoint).name;
/** KaTeX is a file by itself, the same for all pages. @type {import("esbuild").Plugin} */
const besideKatex = { name: "katex", setup: (b) => b.onResolve({ filter: /^katex$/ }, () => ({ path: `./${katex}`, external: true })) };
const manifest = {
  sources,
  pages: Object.fromEntries((await Promise.all(Object.keys(pages).map(describe))).flat()),
  files: Object.fromEntries(await Promise.all(files.map(copy))),
};
await write();

/** One digest of all that is built from; app/pages/assets.py makes the same. */
async function digest() {
  const entries = await readdir("static", { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`.slice("static/".length));
  const hash = createHash("sha256");
  for (const path of paths.filter((path) => !path.startsWith("build/")).sort()) hash.update(`${path}\0`).update(await readFile(`static/${path}`));
  return hash.digest("hex");
}

/** Bundle, and keep what comes of it. @param {import("esbuild").BuildOptions} options */
async function make(options) {
  const { metafile, outputFiles } = await build({ ...USUAL, ...options });
  for (const file of outputFiles) contents.set(basename(file.path), file.contents);
  return Object.entries(metafile.outputs).map(([path, output]) => ({ ...output, name: basename(path) }));
}

/** What a page loads; one that has a figure of its own in each of a folder's files is as many pages. @param {string} page */
async function describe(page) {
  const { script, each, fonts } = pages[page];
  const names = each ? (await readdir(`static/js/${each}`)).filter((name) => name.endsWith(".js")).map((name) => basename(name, ".js")) : [""];
  const sheets = await make({ entryPoints: [{ in: "sheets", out: page }], plugins: [sheetsOf(page)] });
  const head = {
    styles: [sheets.find(({ entryPoint }) => entryPoint).name],
    fonts: fonts.map((/** @type {string} */ font) => sheets.find(({ name }) => name.startsWith(`${font}-`)).name),
  };
  return Promise.all(names.map(async (name) => {
    const entry = { in: `static/js/${script}.js`, out: name ? `${script}-${name}` : script };
    const made = await make({ entryPoints: [entry], splitting: !each, plugins: [besideKatex, ...(name ? [only(script, each, name)] : [])] });
    const [first, ...preloads] = needed(made, made.find(({ entryPoint }) => entryPoint === entry.in).name);
    return [name ? `${page}/${name}` : page, { ...head, script: first, preloads }];
  }));
}

/** The page's styles, in their order, as one. @param {string} page @returns {import("esbuild").Plugin} */
function sheetsOf(page) {
  const contents = pages[page].styles.map((/** @type {string} */ sheet) => `@import "./${sheet}.css";`).join("\n");
  return {
    name: "sheets",
    setup(b) {
      b.onResolve({ filter: /^sheets$/ }, ({ path }) => ({ path, namespace: "sheets" }));
      b.onLoad({ filter: /.*/, namespace: "sheets" }, () => ({ contents, loader: "css", resolveDir: "static" }));
    },
  };
}

/** Of all the modules that a script could ask for by name, the one. @param {string} script @param {string} folder @param {string} name @returns {import("esbuild").Plugin} */
function only(script, folder, name) {
  return {
    name: "only",
    setup: (b) => b.onLoad({ filter: new RegExp(`/js/${script}\\.js$`) }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const pieces = text.split(/(?<=import\()`\.\/\w+\/\$\{[^}]+\}\.js`(?=\))/);
      if (pieces.length !== 2) throw new Error(`${path}: no import of one of ${folder}/`);
      return { contents: pieces.join(`"./${folder}/${name}.js"`), loader: "js" };
    }),
  };
}

/** A module and those that it cannot do without. @param {Awaited<ReturnType<typeof make>>} made @param {string} name @param {Set<string>} [found] */
function needed(made, name, found = new Set()) {
  found.add(name);
  for (const { path, kind } of made.find((output) => output.name === name)?.imports ?? []) {
    if (kind === "import-statement" && !found.has(basename(path))) needed(made, basename(path), found);
  }
  return [...found];
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
