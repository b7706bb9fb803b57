// usage: node audit.mjs PYTHON [PATH …]   Lighthouse, as on a phone, on every page of a server of its own; reports in build/audit.
// The pages are read in English. Its performance score is of this machine at this moment: no test asks for it.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { spawn, execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";

const OUT = "build/audit";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const TIMES = { FCP: "first-contentful-paint", LCP: "largest-contentful-paint", TBT: "total-blocking-time", CLS: "cumulative-layout-shift" };
const MORE = ["/glossary", "/docs/api"]; // beside what the head and the list of the lessons lead to

const [python, ...wanted] = process.argv.slice(2);
const port = await freePort();
const site = `http://127.0.0.1:${port}`;
const server = spawn(python, ["-m", "app", "--port", String(port)], { stdio: "ignore" });
const chrome = await launch({
  chromePath: execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(), logLevel: "silent",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en"],
});
try {
  await healthy();
  await mkdir(OUT, { recursive: true });
  const lines = ["| page | performance | accessibility | best practices | SEO | FCP | LCP | TBT | CLS |", "|---|---|---|---|---|---|---|---|---|"];
  for (const path of wanted.length ? wanted : await pages()) lines.push(await audit(path));
  await writeFile(`${OUT}/summary.md`, `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
} finally {
  chrome.kill();
  server.kill();
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
      listener.close(() => resolve(port));
    });
  });
}

async function healthy() {
  for (let i = 0; i < 300; i += 1) {
    if (server.exitCode !== null) break;
    if (await fetch(`${site}/healthz`).then(({ ok }) => ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the server did not start");
}

/** The site's pages; /docs is not ours. */
async function pages() {
  const found = new Set(["/"]);
  for (const from of ["/", "/lessons"]) {
    const html = await (await fetch(site + from)).text();
    for (const [path] of html.matchAll(/(?<=<a[^>]* href=")\/[\w/-]*(?=")/g)) if (path !== "/docs") found.add(path);
  }
  return [...found, ...MORE.filter((path) => !found.has(path))];
}

/** One page's row; what it lost points for is told below it. @param {string} path */
async function audit(path) {
  const { lhr } = await lighthouse(site + path, { port: chrome.port, output: "json", logLevel: "silent", onlyCategories: CATEGORIES });
  if (lhr.runtimeError) console.error(`${path}: ${lhr.runtimeError.message}`);
  await writeFile(`${OUT}/${path.slice(1).replaceAll("/", "-") || "instrument"}.json`, JSON.stringify(lhr));
  for (const { id, auditRefs } of Object.values(lhr.categories)) {
    const lost = auditRefs.filter((ref) => ref.weight > 0 && (lhr.audits[ref.id].score ?? 1) < (id === "performance" ? 0.5 : 1));
    for (const ref of lost) console.error(`${path} ${id}: ${lhr.audits[ref.id].title} ${lhr.audits[ref.id].displayValue ?? ""}`);
  }
  const scores = CATEGORIES.map((id) => Math.round(100 * lhr.categories[id].score));
  return `| ${[path, ...scores, ...Object.values(TIMES).map((id) => lhr.audits[id].displayValue)].join(" | ")} |`;
}
